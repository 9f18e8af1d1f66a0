//! The network layer that every init tool shares: from a DNS name to a byte stream, encrypted or not.
//!
//! ```text
//! Endpoint --resolve--> addresses --connect (all of them, staggered)--> TCP --handshake--> Stream
//! TlsSpec + files --validate--> Tls --secrets--> Connector           (the same `tls:` in every spec)
//! ```
//!
//! An error ([`NetError`]) names the phase that failed ([`Phase`]), the message of the peer or the kernel, and a remedy.
//! This crate knows no server: the protocol above TLS belongs to each tool.

mod connect;
mod dial;
mod error;
mod probe;
mod random;
mod resolve;
mod stream;
mod tls;

pub use dial::{dial_with, open};
pub use error::{NetError, Phase};
pub use probe::{SpokenProtocol, answers_without_tls, speaks_tls, spoken_protocol};
pub use random::{fill_random, random};
pub use resolve::resolve;
pub use stream::{Stream, keep_alive};
pub use tls::{AlertFault, CertificateFault, Connector, Tls, TlsSpec, Verification, tls_error};
