//! What `export` hands over: the objects of a live server as entries of a spec, and the YAML that is written of them.
//!
//! A backend says what is there, in the words of its spec; how it is written, which of it was asked for, and what the
//! reader has to be told, is the same for all tools and stands here.

mod contents;
mod document;
mod names;
mod node;
mod scope;
mod trial;
mod yaml;

pub use self::contents::{Entries, Export, Note, Section};
pub use self::names::secret_name;
pub use self::node::Node;
pub use self::scope::{Only, Scope};
pub use self::trial::refusal;

pub(crate) use self::document::{Connection, Untyped, document};
