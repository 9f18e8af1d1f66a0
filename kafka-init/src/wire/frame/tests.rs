use super::*;
use kafka_protocol::messages::{
    ApiVersionsRequest, CreatePartitionsRequest, CreateTopicsRequest, DescribeClusterRequest,
    DescribeConfigsRequest, IncrementalAlterConfigsRequest, MetadataRequest, SaslAuthenticateRequest,
    SaslHandshakeRequest,
};
use proptest::prelude::*;

fn decode_in_every_version<R: Request>(frame: &Bytes) {
    for version in R::VERSIONS.min..=R::VERSIONS.max {
        if R::header_version(version) >= 2 {
            let _ = decode::<R>(frame.clone(), version, 0);
        }
    }
}

#[test]
fn a_length_is_told_from_other_protocols() {
    let length = |prefix| length(prefix, 300);
    assert_eq!(length([0, 0, 1, 2]), Ok(258));
    assert_eq!(length([0, 0, 1, 45]), Err(SpokenProtocol::Other));
    assert_eq!(length([0x15, 3, 3, 0]), Err(SpokenProtocol::Tls));
    assert_eq!(length(*b"HTTP"), Err(SpokenProtocol::Http));
    assert_eq!(length(*b"SSH-"), Err(SpokenProtocol::Other));
    assert_eq!(length([0, 0, 0, 3]), Err(SpokenProtocol::Other));
    assert_eq!(length([0xff; 4]), Err(SpokenProtocol::Other));
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
fn an_array_without_varints_that_the_frame_cannot_hold_reserves_nothing() {
    let header = [0, 0, 0, 0];
    let two_billion = [0, 33, 0x7f, 0xff, 0xff, 0xff];
    let frame = Bytes::from([&header[..], &two_billion].concat());
    assert!(decode::<SaslHandshakeRequest>(frame, 1, 0).is_err());
    let one = [0, 33, 0, 0, 0, 1, 0, 5, b'P', b'L', b'A', b'I', b'N'];
    let frame = Bytes::from([&header[..], &one].concat());
    let answer = decode::<SaslHandshakeRequest>(frame, 1, 0).unwrap();
    assert_eq!((answer.error_code, answer.mechanisms.first().unwrap().as_str()), (33, "PLAIN"));
}

/// Each item takes seven bytes in the frame, and thirty times that in memory.
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
    let decode_resources = |resources: u32| {
        let nothing = [0, 0, 0, 2, 1, 1, 0].repeat(usize::try_from(resources).unwrap());
        let frame = [&[0; 5][..], &[0; 4], &count(resources), &nothing, &[0]].concat();
        decode::<DescribeConfigsRequest>(Bytes::from(frame), 4, 0)
    };
    assert_eq!(decode_resources(1_000).unwrap().results.len(), 1_000);
    assert!(decode_resources(1_000_000).is_err());
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
