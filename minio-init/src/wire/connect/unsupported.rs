//! The error for a part of the spec that the server does not have.

use crate::error::Error;
use crate::wire::client::Client;

/// The place, name and reason of a part of the spec that the server does not have.
pub(super) type Unsupported = (String, &'static str, &'static str);

/// Fails if there is such a part.
pub(super) fn check(client: &Client, unsupported: Option<Unsupported>) -> Result<(), Error> {
    unsupported.map_or(Ok(()), |(at, feature, why)| {
        Err(Error::Unsupported { at, feature, endpoint: client.endpoint().clone(), why: why.to_owned() })
    })
}
