//! The connection to the admin API of Garage, with its token.

use bytes::Bytes;
use http::HeaderValue;
use init_core::{Secret, Secrets};
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;

use crate::desired::{Addressing, Garage};
use crate::error::Error;
use crate::wire::address::Address;
use crate::wire::http::Http;

/// The admin API of one Garage.
pub(crate) struct AdminApi {
    pub(super) http: Http,
    pub(super) address: Address,
    pub(super) token: Secret,
}

impl AdminApi {
    pub(crate) fn new(garage: &Garage, secrets: &Secrets) -> Result<Self, Error> {
        let tls = garage.tls.as_ref().map(|tls| tls.connector(secrets)).transpose()?;
        let address = Address::new(&garage.endpoint, tls.is_some(), Addressing::Path);
        let token = secrets.get(&garage.token)?;
        check_token(token).map_err(|problem| Error::InvalidSecret {
            name: garage.token.clone(),
            what: "an admin token",
            problem: problem.to_owned(),
        })?;
        let http = Http::new(garage.endpoint.clone(), tls, garage.prefix.clone());
        Ok(Self { http, address, token: token.clone() })
    }
}

#[expect(clippy::disallowed_methods, reason = "the characters of a token are checked")]
fn check_token(token: &Secret) -> Result<(), &'static str> {
    let fine = |b: u8| b.is_ascii_graphic();
    let all = token.expose_secret().bytes().all(fine);
    if all { Ok(()) } else { Err("it has a character that no header may have, or a space") }
}

/// The header with the token. Its bytes are wiped when it has been sent.
#[expect(clippy::disallowed_methods, reason = "the token authorizes the request")]
pub(super) fn authorization(token: &Secret) -> Option<HeaderValue> {
    let token = token.expose_secret();
    // The capacity is known, so that the buffer does not grow and leave a copy of the token behind.
    let mut value = Zeroizing::new(Vec::with_capacity("Bearer ".len() + token.len()));
    value.extend_from_slice(b"Bearer ");
    value.extend_from_slice(token.as_bytes());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(value)).ok()?;
    value.set_sensitive(true);
    Some(value)
}
