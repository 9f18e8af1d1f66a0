//! Provisions Kafka from one declarative spec.
mod error;
mod spec;
mod wire;
pub use error::Error;
pub use spec::*;
