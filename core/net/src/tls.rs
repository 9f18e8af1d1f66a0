//! TLS by rustls: whom we trust, who we are, and what a failed handshake means.

mod alert;
mod certificates;
mod connector;
mod explain;
mod fault;
mod identity;
mod issuer;
mod key;
mod names;
mod passphrase;
mod pem;
mod recipe;
mod roots;
mod signature;
mod spec;
mod validate;
mod verifier;
mod x509;

pub use alert::AlertFault;
pub use connector::Connector;
pub use explain::CertificateFault;
pub use fault::tls_error;
pub use spec::TlsSpec;
pub use validate::{Tls, Verification};
