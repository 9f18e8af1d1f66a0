//! The connection to the server: TLS negotiation, login, and sessions.
//!
//! `tokio-postgres` gets a stream that is already encrypted. So a server without TLS, a wrong certificate and a
//! refused login are distinguished by type, and not by the text of an error.

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
pub(crate) use session::{Purpose, Session, SessionParameters};
