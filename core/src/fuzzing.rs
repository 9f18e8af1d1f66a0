//! Entry points for the fuzz targets and for tests of the tools. They are not part of the interface.

use crate::backend::Backend;
use crate::export::{Connection, Export, Node, Scope, document};
use crate::redact::Redactor;
use crate::secret::Secret;
use crate::spec::Unresolved;
use crate::variables::Variables;
use crate::violation::Violations;
use crate::{input, secrets, spec};

/// Parses and validates a spec.
pub fn spec<B: Backend>(yaml: &str) -> Result<B::Desired, Violations> {
    spec_in::<B>(yaml, &[])
}

/// Parses and validates a spec with these environment variables.
pub fn spec_in<B: Backend>(yaml: &str, environment: &[(&str, &str)]) -> Result<B::Desired, Violations> {
    let environment: Vec<_> = environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
    let part = spec::Part { name: String::new(), written: yaml.to_owned(), base: "/nowhere".into() };
    let variables = Variables::new(&environment, B::CREDENTIAL_VARIABLES);
    let context = spec::Context { variables: &variables, spec_schema: &input::spec_schema::<B> };
    let text = spec::Text::new(vec![part], &context).map_err(|unresolved| match unresolved {
        Unresolved::Invalid(violations) | Unresolved::Credentials(violations) => violations,
    })?;
    let parsed = text.parse::<B::Spec>()?;
    B::validate(parsed, &text.files).map_err(|violations| text.locate(violations))
}

/// The YAML document that `export` prints.
pub fn page(tool: &str, connection: &[(String, Node)], export: Export) -> String {
    let (connection, _) = Connection::of(Node::Map(connection.to_vec()), &[], &[]);
    document((tool, "server:1"), &connection, export, &Scope::default(), &Redactor::default())
}

/// The value of a secret from the content of its file, or the problem with it.
pub fn secret(bytes: &[u8]) -> Result<Secret, String> {
    secrets::value(bytes)
}
