//! Connections to the nodes: names resolved, TLS, login, one deadline on every exchange.

mod address;
mod bounds;
mod connection;
mod connections;
mod mask;
mod reply;

pub(crate) use address::addresses;
pub(crate) use connection::Connection;
pub(crate) use connections::Connections;
pub(crate) use reply::{array, pairs, text};

/// The SHA-256 of `bytes`, in lower-case hex: what `ACL SETUSER` takes after `#`.
pub(crate) fn digest(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::with_capacity(64), |mut hex, byte| {
        for half in [byte >> 4, byte & 15] {
            hex.push(char::from_digit(u32::from(half), 16).unwrap_or('0'));
        }
        hex
    })
}
