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
mod tests;
