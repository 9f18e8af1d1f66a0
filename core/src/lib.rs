//! The driver that the four init tools share.
mod backend;
mod backoff;
pub mod diff;
mod endpoint;
mod files;
mod plan;
mod progress;
mod secret;
mod secrets;
mod violation;

pub use backend::{Backend, Fault, FaultKind, Requires};
pub use endpoint::{DnsName, Endpoint, EndpointError};
pub use files::{FileError, FileRef, Files};
pub use plan::{Conflict, Plan};
pub use progress::Progress;
pub use secret::{Secret, SecretRef, Text};
pub use secrets::{SecretError, Secrets, Undeclared};
pub use violation::{SpecPath, Violation, Violations};
