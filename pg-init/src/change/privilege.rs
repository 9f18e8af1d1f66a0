//! Changes of privileges.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use init_core::{Properties, Subject};

use super::show::Show;
use crate::desired::{DefaultTarget, Target};
use crate::spec::{FutureObject, Object, Privilege};

/// Privileges on objects that exist.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Privileges {
    /// The database of the objects.
    pub database: String,
    /// The grantee and the objects.
    pub target: Target,
    /// The privileges.
    pub privileges: BTreeSet<Privilege>,
}

/// Privileges that a role lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrantPrivileges(pub Privileges);

/// Privileges that a role must not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RevokePrivileges {
    /// The grantee, the objects and the privileges.
    pub of: Privileges,
    /// The grantors, except the owners of the objects.
    pub grantors: BTreeSet<String>,
}

/// Privileges on objects that a role will create.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterDefaultPrivileges {
    /// The database of the objects.
    pub database: String,
    /// The grantee, the creator and the objects.
    pub target: DefaultTarget,
    /// The privileges.
    pub privileges: BTreeSet<Privilege>,
}

/// Privileges on new objects that a role must not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RevokeDefaultPrivileges(pub AlterDefaultPrivileges);

impl Privileges {
    fn subject(&self) -> Subject {
        Subject::new("grant", &self.target.role).within(&self.database)
    }

    fn write_line(&self, f: &mut fmt::Formatter<'_>, verb: &str, preposition: &str) -> fmt::Result {
        let Self { database, target, privileges } = self;
        let Target { object, schema, name, columns, role, grant_option } = target;
        let schema = schema.as_deref().unwrap_or_default();
        write!(f, "{verb} {}", words(privileges))?;
        if !columns.is_empty() {
            write!(f, " ({})", columns.iter().map(String::as_str).collect::<Vec<_>>().join(", "))?;
        }
        match (object, name) {
            (Object::Database, _) => write!(f, " on database {database}")?,
            (Object::Schema, _) => write!(f, " on schema {schema} in database {database}")?,
            (_, None) => write!(f, " on all {} of schema {schema} in database {database}", object.keyword())?,
            (_, Some(name)) => {
                let one = object.keyword().trim_end_matches('s');
                write!(f, " on {one} {name} of schema {schema} in database {database}")?;
            }
        }
        write!(f, " {preposition} {role}{}", if *grant_option { " with grant option" } else { "" })
    }
}

impl Display for GrantPrivileges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write_line(f, "grant", "to")
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
            .to("names", &target.name)
            .to("columns", &target.columns)
            .to("privileges", privileges)
            .to_some("grant_option", target.grant_option.then_some(true))
    }
}

impl Display for RevokePrivileges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.of.write_line(f, "revoke", "from")?;
        if !self.grantors.is_empty() {
            let grantors: Vec<_> = self.grantors.iter().map(String::as_str).collect();
            write!(f, " granted by {}", grantors.join(", "))?;
        }
        Ok(())
    }
}

impl Show for RevokePrivileges {
    fn subject(&self) -> Subject {
        self.of.subject()
    }

    fn properties(&self) -> Properties {
        let Privileges { target, privileges, .. } = &self.of;
        Properties::none()
            .without("object", target.object)
            .without("schema", &target.schema)
            .without("names", &target.name)
            .without("privileges", privileges)
            .without("granted_by", &self.grantors)
    }
}

impl Display for AlterDefaultPrivileges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (words, target) = (words(&self.privileges), &self.target);
        write!(f, "alter default privileges in database {}: {words} {target}", self.database)?;
        write!(f, " to {}{}", target.role, if target.grant_option { " with grant option" } else { "" })
    }
}

impl Display for RevokeDefaultPrivileges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AlterDefaultPrivileges { database, target, privileges } = &self.0;
        write!(
            f,
            "revoke default privileges in database {database}: {} {target} from {}",
            words(privileges),
            target.role
        )
    }
}

impl Show for RevokeDefaultPrivileges {
    fn subject(&self) -> Subject {
        self.0.subject()
    }

    fn properties(&self) -> Properties {
        let target = &self.0.target;
        Properties::none()
            .without("for", &target.creator)
            .without("object", target.object)
            .without("schema", &target.schema)
            .without("privileges", &self.0.privileges)
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
            FutureObject::Tables => "tables",
            FutureObject::Sequences => "sequences",
            FutureObject::Functions => "functions",
            FutureObject::Types => "types",
            FutureObject::Schemas => "schemas",
        };
        write!(f, "on new {object} of {}", self.creator)?;
        if let Some(schema) = &self.schema {
            write!(f, " in schema {schema}")?;
        }
        Ok(())
    }
}

fn words(privileges: &BTreeSet<Privilege>) -> String {
    privileges.iter().map(|privilege| privilege.keyword()).collect::<Vec<_>>().join(", ")
}
