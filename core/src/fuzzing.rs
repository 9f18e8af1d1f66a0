//! The parsers by themselves, as the fuzz targets feed them. No part of the interface.

use std::path::Path;

use crate::backend::Backend;
use crate::export::{Connection, Export, Node, Scope, document};
use crate::files::Files;
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::violation::Violations;
use crate::{secrets, spec};

/// The offline half of a run on a text: what a spec means, or everything that is wrong with it.
pub fn spec<B: Backend>(yaml: &str) -> Result<B::Desired, Violations> {
    let text = spec::Text::new(yaml.to_owned(), Files::relative_to(Path::new("/nowhere")));
    let parsed = text.parse::<B::Spec>()?;
    B::validate(parsed, &text.files).map_err(|violations| text.locate(violations))
}

/// The page that `export` prints of a whole server.
pub fn page(tool: &str, connection: &[(String, Node)], export: Export) -> String {
    let (connection, _) = Connection::of(Node::Map(connection.to_vec()), &[], &[]);
    document((tool, "server:1"), &connection, export, &Scope::default(), &Redactor::default())
}

/// The value that a secret's file holds, or what is wrong with it.
pub fn secret(bytes: &[u8]) -> Result<Secret, String> {
    secrets::value(bytes)
}
