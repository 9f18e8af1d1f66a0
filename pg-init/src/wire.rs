//! The way to the server: the TLS negotiation, login, and a session that is ready to work.
//!
//! `tokio-postgres` is given a stream that is already encrypted. So a server without TLS, a wrong
//! certificate and a refused login are told apart by type, never by the text of an error.

mod certificate;
mod guard;
pub(crate) mod hashing;
mod login;
pub(crate) mod names;
mod ownership;
mod peer;
mod pool;
mod refusal;
mod row;
pub(crate) mod scram;
mod server;
mod session;
mod socket;

pub(crate) use login::PasswordTrial;
pub(crate) use names::Names;
pub(crate) use ownership::Ownership;
pub(crate) use pool::Pool;
pub(crate) use row::Row;
pub(crate) use server::Server;
pub(crate) use session::{Preset, Session, Use};
