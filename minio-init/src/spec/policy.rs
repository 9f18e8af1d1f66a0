//! Policy documents as they are written.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// A policy document, written here or in a file.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The document, written as YAML.
    pub document: Option<Value>,
    /// The JSON file with the document.
    pub file: Option<std::path::PathBuf>,
}
