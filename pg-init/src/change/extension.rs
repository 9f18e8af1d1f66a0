//! Changes of extensions.

use std::fmt::{self, Display};

use init_core::diff::Drift;
use init_core::{Properties, Subject};

use super::show::{Show, detail, details_text};

/// A new extension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreateExtension {
    /// The length of the longest chain of required extensions, which are created first.
    pub rank: usize,
    /// The database.
    pub database: String,
    /// The name.
    pub extension: String,
    /// The schema of its objects; `None` when its control file fixes one.
    pub schema: Option<String>,
    /// The version.
    pub version: Option<String>,
}

/// An extension that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterExtension {
    /// The database.
    pub database: String,
    /// The name.
    pub extension: String,
    /// The schema of its objects.
    pub schema: Option<Drift<String>>,
    /// The version.
    pub version: Option<Drift<String>>,
}

impl Display for CreateExtension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details = [detail("schema", self.schema.as_ref()), detail("version", self.version.as_ref())];
        let details: Vec<_> = details.into_iter().flatten().collect();
        write!(
            f,
            "create extension {} in database {}{}",
            self.extension,
            self.database,
            details_text(&details)
        )
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
        write!(
            f,
            "alter extension {} in database {}{}",
            self.extension,
            self.database,
            details_text(&details)
        )
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
