//! Changes of privileges.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use init_core::{Properties, Subject};

use super::show::Show;
use crate::desired::{DefaultTarget, Target};
use crate::spec::{Future, Object, Privilege};

/// Privileges on objects that exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Privileges {
    /// The database of the objects.
    pub database: String,
    /// The grantee and the objects.
    pub target: Target,
    /// Which.
    pub privileges: BTreeSet<Privilege>,
}

/// Privileges that a role lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrantPrivileges(pub Privileges);

/// Privileges that a role must not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RevokePrivileges(pub Privileges);

/// Privileges on objects that a role will create.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterDefaultPrivileges {
    /// The database of the objects.
    pub database: String,
    /// The grantee, the creator and the objects.
    pub target: DefaultTarget,
    /// Which.
    pub privileges: BTreeSet<Privilege>,
}

impl Privileges {
    fn subject(&self) -> Subject {
        Subject::new("grant", &self.target.role).within(&self.database)
    }

    fn line(&self, f: &mut fmt::Formatter<'_>, verb: &str, preposition: &str) -> fmt::Result {
        let Self { database, target, privileges } = self;
        let Target { object, schema, role, grant_option } = target;
        write!(f, "{verb} {} on ", words(privileges))?;
        let schema = schema.as_deref().unwrap_or_default();
        match object {
            Object::Database => write!(f, "database {database}")?,
            Object::Schema => write!(f, "schema {schema} in database {database}")?,
            Object::Tables => write!(f, "all tables of schema {schema} in database {database}")?,
            Object::Sequences => write!(f, "all sequences of schema {schema} in database {database}")?,
            Object::Functions => write!(f, "all functions of schema {schema} in database {database}")?,
        }
        write!(f, " {preposition} {role}{}", if *grant_option { " with grant option" } else { "" })
    }
}

impl Display for GrantPrivileges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.line(f, "grant", "to")
    }
}

impl Show for GrantPrivileges {
    fn subject(&self) -> Subject {
        self.0.subject()
    }

    fn properties(&self) -> Properties {
        let Privileges { target, privileges, .. } = &self.0;
        Properties::none()
            .to("object", target.object)
            .to_some("schema", target.schema.as_ref())
            .to("privileges", privileges)
            .to_some("grant_option", target.grant_option.then_some(true))
    }
}

impl Display for RevokePrivileges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.line(f, "revoke", "from")
    }
}

impl Show for RevokePrivileges {
    fn subject(&self) -> Subject {
        self.0.subject()
    }

    fn properties(&self) -> Properties {
        let Privileges { target, privileges, .. } = &self.0;
        Properties::none()
            .without("object", target.object)
            .without("schema", &target.schema)
            .without("privileges", privileges)
    }
}

impl Display for AlterDefaultPrivileges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, target) = (words(&self.privileges), &self.target);
        write!(f, "alter default privileges in database {}: {words} {target}", self.database)
    }
}

impl Show for AlterDefaultPrivileges {
    fn subject(&self) -> Subject {
        Subject::new("default_privileges", &self.target.role).within(&self.database)
    }

    fn properties(&self) -> Properties {
        let target = &self.target;
        Properties::none()
            .to("for", &target.creator)
            .to("object", target.object)
            .to_some("schema", target.schema.as_ref())
            .to("privileges", &self.privileges)
            .to_some("grant_option", target.grant_option.then_some(true))
    }
}

impl Display for DefaultTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = match self.object {
            Future::Tables => "tables",
            Future::Sequences => "sequences",
            Future::Functions => "functions",
            Future::Types => "types",
            Future::Schemas => "schemas",
        };
        write!(f, "on new {object} of {}", self.creator)?;
        if let Some(schema) = &self.schema {
            write!(f, " in schema {schema}")?;
        }
        write!(f, " to {}{}", self.role, if self.grant_option { " with grant option" } else { "" })
    }
}

fn words(privileges: &BTreeSet<Privilege>) -> String {
    privileges.iter().map(|privilege| privilege.word()).collect::<Vec<_>>().join(", ")
}
