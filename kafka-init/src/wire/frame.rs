//! One request as bytes, and one answer from bytes. Pure: no socket, no clock.

use bytes::{Buf, BufMut, Bytes};
use init_net::{Spoken, spoken};
use kafka_protocol::messages::{ApiKey, RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, StrBytes};
use secrecy::zeroize::Zeroizing;

use super::api::Call;
use super::bounded::Bounded;

const UNSUPPORTED_VERSION: i16 = 35;

/// The frame of one request, its length in front. It may hold a password, so it has its size from the start and is wiped.
pub(crate) fn encode<C: Call>(
    call: &C,
    version: i16,
    correlation: i32,
) -> Result<Zeroizing<Vec<u8>>, String> {
    let header = RequestHeader::default()
        .with_request_api_key(C::KEY as i16)
        .with_request_api_version(version)
        .with_correlation_id(correlation)
        .with_client_id(Some(StrBytes::from_static_str("kafka-init")));
    let header_version = C::header_version(version);
    let sizes = (header.compute_size(header_version), call.compute_size(version));
    let (Ok(of_header), Ok(of_call)) = sizes else {
        return Err("its size cannot be told".to_owned());
    };
    let length = of_header + of_call;
    let mut frame = Zeroizing::new(Vec::with_capacity(4 + length));
    frame.put_u32(u32::try_from(length).map_err(|error| error.to_string())?);
    header.encode(&mut *frame, header_version).map_err(|error| error.to_string())?;
    call.encode(&mut *frame, version).map_err(|error| error.to_string())?;
    if frame.len() == 4 + length {
        Ok(frame)
    } else {
        Err("it has another size than was computed".to_owned())
    }
}

/// How long the answer is that begins with these bytes, of `most` bytes at the most.
pub(crate) fn length(prefix: [u8; 4], most: usize) -> Result<usize, Spoken> {
    match spoken(&prefix) {
        Spoken::Other => {
            let length = usize::try_from(u32::from_be_bytes(prefix)).map_err(|_| Spoken::Other)?;
            if (4..=most).contains(&length) { Ok(length) } else { Err(Spoken::Other) }
        }
        other => Err(other),
    }
}

/// The answer to the request that was sent in `version` with `correlation`.
pub(crate) fn decode<C: Call>(frame: Bytes, version: i16, correlation: i32) -> Result<C::Answer, String> {
    let mut bytes = Bounded::new(frame);
    let header = ResponseHeader::decode(&mut bytes, C::Answer::header_version(version))
        .map_err(|error| error.to_string())?;
    if header.correlation_id != correlation {
        return Err(format!("it answers request {} and not {correlation}", header.correlation_id));
    }
    // A broker that knows no such version of this one request answers in version 0, with that error in front.
    if C::KEY == ApiKey::ApiVersions && bytes.chunk().starts_with(&UNSUPPORTED_VERSION.to_be_bytes()) {
        return Err(format!("it does not know version {version}, which came with Kafka 2.4"));
    }
    if C::KEY == ApiKey::SaslHandshake && !holds_its_array(bytes.chunk()) {
        return Err("it announces more than it holds".to_owned());
    }
    C::Answer::decode(&mut bytes, version).map_err(|error| error.to_string())
}

/// `SaslHandshake` is older than varints, which `Bounded` follows: an error code, and the count of its strings.
fn holds_its_array(mut body: &[u8]) -> bool {
    let count = body.try_get_i16().and_then(|_| body.try_get_i32());
    count.is_ok_and(|count| usize::try_from(count).is_ok_and(|count| count <= body.len() / 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafka_protocol::messages::{
        ApiVersionsRequest, CreatePartitionsRequest, CreateTopicsRequest, DescribeClusterRequest,
        DescribeConfigsRequest, IncrementalAlterConfigsRequest, MetadataRequest, SaslAuthenticateRequest,
        SaslHandshakeRequest,
    };
    use proptest::prelude::*;

    fn decode_in_every_version<C: Call>(frame: &Bytes) {
        for version in C::VERSIONS.min..=C::VERSIONS.max {
            if C::header_version(version) >= 2 {
                let _ = decode::<C>(frame.clone(), version, 0);
            }
        }
    }

    #[test]
    fn a_length_is_told_from_other_protocols() {
        let length = |prefix| length(prefix, 300);
        assert_eq!(length([0, 0, 1, 2]), Ok(258));
        assert_eq!(length([0, 0, 1, 45]), Err(Spoken::Other));
        assert_eq!(length([0x15, 3, 3, 0]), Err(Spoken::Tls));
        assert_eq!(length(*b"HTTP"), Err(Spoken::Http));
        assert_eq!(length(*b"SSH-"), Err(Spoken::Other));
        assert_eq!(length([0, 0, 0, 3]), Err(Spoken::Other));
        assert_eq!(length([0xff; 4]), Err(Spoken::Other));
    }

    #[test]
    fn an_answer_to_another_request_is_refused() {
        let error = decode::<MetadataRequest>(Bytes::from_static(&[0, 0, 0, 9, 0]), 12, 8);
        assert_eq!(error.err().as_deref(), Some("it answers request 9 and not 8"));
    }

    #[test]
    fn an_array_that_the_frame_cannot_hold_reserves_nothing() {
        let header = [0, 0, 0, 0, 0];
        let throttle = [0, 0, 0, 0];
        let four_billion = [0xff, 0xff, 0xff, 0xff, 0x0f];
        let frame = Bytes::from([&header[..], &throttle, &four_billion].concat());
        assert!(decode::<CreateTopicsRequest>(frame, 7, 0).is_err());
    }

    #[test]
    fn so_does_one_of_the_time_before_varints() {
        let header = [0, 0, 0, 0];
        let two_billion = [0, 33, 0x7f, 0xff, 0xff, 0xff];
        let frame = Bytes::from([&header[..], &two_billion].concat());
        assert!(decode::<SaslHandshakeRequest>(frame, 1, 0).is_err());
        let one = [0, 33, 0, 0, 0, 1, 0, 5, b'P', b'L', b'A', b'I', b'N'];
        let frame = Bytes::from([&header[..], &one].concat());
        let answer = decode::<SaslHandshakeRequest>(frame, 1, 0).unwrap();
        assert_eq!((answer.error_code, answer.mechanisms.first().unwrap().as_str()), (33, "PLAIN"));
    }

    /// Each of these takes seven bytes here, and thirty times that in memory.
    #[test]
    fn an_answer_of_more_items_than_can_be_expected_is_refused() {
        let count = |count: u32| {
            let mut varint = Vec::new();
            let mut rest = count + 1;
            while rest >= 0x80 {
                varint.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
                rest >>= 7;
            }
            varint.push(u8::try_from(rest).unwrap());
            varint
        };
        let of = |resources: u32| {
            let nothing = [0, 0, 0, 2, 1, 1, 0].repeat(usize::try_from(resources).unwrap());
            let frame = [&[0; 5][..], &[0; 4], &count(resources), &nothing, &[0]].concat();
            decode::<DescribeConfigsRequest>(Bytes::from(frame), 4, 0)
        };
        assert_eq!(of(1_000).unwrap().results.len(), 1_000);
        assert!(of(1_000_000).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_decoder_panic(body in prop::collection::vec(any::<u8>(), 0..400)) {
            let frame = Bytes::from([&[0, 0, 0, 0, 0][..], &body].concat());
            decode_in_every_version::<ApiVersionsRequest>(&frame);
            decode_in_every_version::<DescribeClusterRequest>(&frame);
            decode_in_every_version::<MetadataRequest>(&frame);
            decode_in_every_version::<DescribeConfigsRequest>(&frame);
            decode_in_every_version::<CreateTopicsRequest>(&frame);
            decode_in_every_version::<CreatePartitionsRequest>(&frame);
            decode_in_every_version::<IncrementalAlterConfigsRequest>(&frame);
            decode_in_every_version::<SaslAuthenticateRequest>(&frame);
            let _ = decode::<SaslHandshakeRequest>(frame.slice(1..), 1, 0);
        }
    }
}
