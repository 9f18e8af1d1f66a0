//! Changes of extensions.

use std::fmt::{self, Display};

use init_core::diff::Drift;
use init_core::{Properties, Subject};

use super::show::{Show, detail, list};

/// A new extension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreateExtension {
    /// What it requires comes first.
    pub rank: usize,
    /// Where.
    pub database: String,
    /// Its name.
    pub extension: String,
    /// Where its objects go; none when it has a place of its own.
    pub schema: Option<String>,
    /// Its version.
    pub version: Option<String>,
}

/// An extension that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterExtension {
    /// Where.
    pub database: String,
    /// Its name.
    pub extension: String,
    /// Where its objects are.
    pub schema: Option<Drift<String>>,
    /// Its version.
    pub version: Option<Drift<String>>,
}

impl Display for CreateExtension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = [detail("schema", self.schema.as_ref()), detail("version", self.version.as_ref())];
        let details: Vec<_> = details.into_iter().flatten().collect();
        write!(f, "create extension {} in database {}{}", self.extension, self.database, list(&details))
    }
}

impl Show for CreateExtension {
    fn subject(&self) -> Subject {
        Subject::new("extension", &self.extension).within(&self.database)
    }

    fn properties(&self) -> Properties {
        Properties::none().to_some("schema", self.schema.as_ref()).to_some("version", self.version.as_ref())
    }
}

impl Display for AlterExtension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = [detail("schema", self.schema.as_ref()), detail("version", self.version.as_ref())];
        let details: Vec<_> = details.into_iter().flatten().collect();
        write!(f, "alter extension {} in database {}{}", self.extension, self.database, list(&details))
    }
}

impl Show for AlterExtension {
    fn subject(&self) -> Subject {
        Subject::new("extension", &self.extension).within(&self.database)
    }

    fn properties(&self) -> Properties {
        Properties::none().drifts("schema", self.schema.as_ref()).drifts("version", self.version.as_ref())
    }
}
