//! Reads the workspace's sources, for the tests that hold rules about them.
//!
//! A module is known by its path below the crate, so `wire/scram.rs` is `wire::scram` and `lib.rs` is the empty path.
//! Modules that exist for tests alone are left out of everything here.

#![expect(
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a rule that cannot be read has failed its test"
)]
#![expect(clippy::disallowed_methods, reason = "it reads the sources of this repository")]

mod circles;
mod imports;
mod sources;
mod wildcards;

pub use circles::{circles, lists};
pub use imports::{Import, imports};
pub use sources::{Crate, Source, folder, is_rust, read, root, tools};
pub use wildcards::wildcards;
