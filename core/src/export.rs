//! The command `export`: converts the objects of a live server to entries of a spec and writes them as YAML.
//!
//! A backend reads the objects and expresses them in the terms of its spec. The selection by `--only`, the YAML and the
//! comments for the reader are the same for all tools and are made here.

mod check;
mod contents;
mod document;
mod names;
mod node;
mod scope;
mod yaml;

pub use self::check::refusal;
pub use self::contents::{Entries, Export, Note, Section};
pub use self::names::secret_name;
pub use self::node::Node;
pub use self::scope::{Only, Scope};

pub(crate) use self::document::{Connection, Untyped, document};
