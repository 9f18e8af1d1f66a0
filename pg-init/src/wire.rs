//! The way to the server: the TLS negotiation, login, and a session that is ready to work.
//!
//! `tokio-postgres` is given a stream that is already encrypted. So a server without TLS, a wrong
//! certificate and a refused login are told apart by type, never by the text of an error.

mod certificate;
mod guard;
mod login;
mod peer;
mod pool;
mod refusal;
mod row;
mod session;
mod socket;

pub(crate) use guard::Budget;
pub(crate) use login::{CandidateEndpoint, PasswordTrial};
pub(crate) use peer::Peer;
pub(crate) use pool::Pool;
pub(crate) use row::Row;
pub(crate) use session::{Preset, Session, Use};
