//! Encodes one request as a frame, and decodes one response. Pure: no socket, no clock.

use bytes::{Buf, BufMut, Bytes};
use init_net::{SpokenProtocol, spoken_protocol};
use kafka_protocol::messages::{ApiKey, RequestHeader, ResponseHeader};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, StrBytes};
use secrecy::zeroize::Zeroizing;

use super::api::Request;
use super::bounded::BoundedBuf;

const UNSUPPORTED_VERSION: i16 = 35;

/// The frame of one request with its length prefix. It may hold a password, so the buffer has its final size from the
/// start and is wiped when dropped.
pub(crate) fn encode<R: Request>(
    call: &R,
    version: i16,
    correlation: i32,
) -> Result<Zeroizing<Vec<u8>>, String> {
    let header = RequestHeader::default()
        .with_request_api_key(R::KEY as i16)
        .with_request_api_version(version)
        .with_correlation_id(correlation)
        .with_client_id(Some(StrBytes::from_static_str("kafka-init")));
    let header_version = R::header_version(version);
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

/// The length of the response that begins with this prefix, which is `most` bytes at the most. Anything else is
/// another protocol.
pub(crate) fn length(prefix: [u8; 4], most: usize) -> Result<usize, SpokenProtocol> {
    match spoken_protocol(&prefix) {
        SpokenProtocol::Other => {
            let length = usize::try_from(u32::from_be_bytes(prefix)).map_err(|_| SpokenProtocol::Other)?;
            if (4..=most).contains(&length) { Ok(length) } else { Err(SpokenProtocol::Other) }
        }
        other => Err(other),
    }
}

/// Decodes the response to the request that was sent in `version` with `correlation`.
pub(crate) fn decode<R: Request>(
    frame: Bytes,
    version: i16,
    correlation: i32,
) -> Result<R::Response, String> {
    let mut bytes = BoundedBuf::new(frame);
    let header = ResponseHeader::decode(&mut bytes, R::Response::header_version(version))
        .map_err(|error| error.to_string())?;
    if header.correlation_id != correlation {
        return Err(format!("it answers request {} and not {correlation}", header.correlation_id));
    }
    // A broker that does not support this version of `ApiVersions` answers in version 0, which begins with the error
    // code.
    if R::KEY == ApiKey::ApiVersions && bytes.chunk().starts_with(&UNSUPPORTED_VERSION.to_be_bytes()) {
        return Err(format!("it does not know version {version}, which came with Kafka 2.4"));
    }
    if R::KEY == ApiKey::SaslHandshake && !can_hold_array(bytes.chunk()) {
        return Err("it announces more than it holds".to_owned());
    }
    R::Response::decode(&mut bytes, version).map_err(|error| error.to_string())
}

/// True when the body can hold as many strings as it announces. `SaslHandshake` has no varints, which `BoundedBuf`
/// checks: its body is an error code and a count of strings.
fn can_hold_array(mut body: &[u8]) -> bool {
    let count = body.try_get_i16().and_then(|_| body.try_get_i32());
    count.is_ok_and(|count| usize::try_from(count).is_ok_and(|count| count <= body.len() / 2))
}

#[cfg(test)]
mod tests;
