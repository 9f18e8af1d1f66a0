//! The way to the server: TCP, our own TLS negotiation, login, and a session that is ready to work.
//!
//! `tokio-postgres` is given a stream that is already encrypted. So a server without TLS, a wrong
//! certificate and a refused login are told apart by type, never by the text of an error.

mod certificate;
mod login;
mod session;
mod socket;
mod tls;

pub(crate) use login::{Door, Proof};
pub(crate) use session::Session;
pub(crate) use tls::{Tls, validate};
