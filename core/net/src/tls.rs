//! TLS with rustls: trust anchors, the client certificate, and the explanation of failed handshakes.

mod alert;
mod certificate_fault;
mod certificates;
mod connector;
mod explain;
mod fault;
mod identity;
mod issuer;
mod key;
mod key_fault;
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
pub use certificate_fault::CertificateFault;
pub use connector::Connector;
pub use fault::tls_error;
pub use spec::TlsSpec;
pub use validate::{Tls, Verification};
