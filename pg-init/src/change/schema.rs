//! Changes of schemas.

use std::fmt::{self, Display};

use init_core::diff::Drift;
use init_core::{Properties, Subject};

use super::show::{Show, detail, details_text};

/// A new schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreateSchema {
    /// The database.
    pub database: String,
    /// The name.
    pub schema: String,
    /// The owner.
    pub owner: Option<String>,
}

/// A schema with another owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterSchema {
    /// The database.
    pub database: String,
    /// The name.
    pub schema: String,
    /// The owner.
    pub owner: Drift<String>,
}

impl Display for CreateSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details: Vec<_> = detail("owner", self.owner.as_ref()).into_iter().collect();
        write!(f, "create schema {} in database {}{}", self.schema, self.database, details_text(&details))
    }
}

impl Show for CreateSchema {
    fn subject(&self) -> Subject {
        Subject::new("schema", &self.schema).within(&self.database)
    }

    fn properties(&self) -> Properties {
        Properties::none().to_some("owner", self.owner.as_ref())
    }
}

impl Display for AlterSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alter schema {} in database {}: owner {}", self.schema, self.database, self.owner)
    }
}

impl Show for AlterSchema {
    fn subject(&self) -> Subject {
        Subject::new("schema", &self.schema).within(&self.database)
    }

    fn properties(&self) -> Properties {
        Properties::none().drift("owner", &self.owner)
    }
}

/// An object in a schema with another owner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterObjectOwner {
    /// The database.
    pub database: String,
    /// The schema.
    pub schema: String,
    /// The kind of object, as `ALTER … OWNER` names it.
    pub kind: String,
    /// The name as the server writes it.
    pub object: String,
    /// The owner.
    pub owner: Drift<String>,
}

impl Display for AlterObjectOwner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { database, kind, object, owner, .. } = self;
        write!(f, "alter {kind} {object} in database {database}: owner {owner}")
    }
}

impl Show for AlterObjectOwner {
    fn subject(&self) -> Subject {
        Subject::new("object", &self.object).within(&self.database)
    }

    fn properties(&self) -> Properties {
        Properties::none().to("object", &self.kind).drift("owner", &self.owner)
    }
}
