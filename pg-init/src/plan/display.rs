//! A change as one line that begins with a verb.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

use init_core::diff::Drift;

use super::{Change, Privileges, Was};
use crate::desired::{Attributes, DefaultTarget, Membership, Target};
use crate::spec::{Future, Object, Operation, Privilege};
use crate::sql;

impl Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateRole(c) => {
                let mut details = attributes(&c.attributes);
                details.extend(c.password.as_ref().map(|secret| format!("password {secret}")));
                details.extend(pairs(&c.settings));
                write!(f, "create role {}{}", c.role, list(&details))
            }
            Self::AlterRole(c) => {
                let mut details = attributes(&c.attributes);
                let password = c.password.as_ref();
                details.extend(password.map(|drift| format!("password {} -> {}", drift.from, drift.to)));
                details.extend(pairs(&c.settings));
                write!(f, "alter role {}{}", c.role, list(&details))
            }
            Self::GrantRole(c) => {
                write!(f, "grant role {} to {}{}", c.of.role, c.of.member, list(&options(&c.options)))
            }
            Self::AlterMembership(c) => {
                let details = list(&options(&c.options));
                write!(f, "alter membership of {} in {}{details}", c.of.member, c.of.role)
            }
            Self::RevokePrivileges(c) => privileges(f, "revoke", "from", c),
            Self::GrantPrivileges(c) => privileges(f, "grant", "to", c),
            Self::AlterDefaultPrivileges(c) => {
                let (words, target) = (words(&c.privileges), &c.target);
                write!(f, "alter default privileges in database {}: {words} {target}", c.database)
            }
            _ => self.database(f),
        }
    }
}

impl Change {
    fn database(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details = Vec::new();
        match self {
            Self::CreateDatabase(c) => {
                details.extend(some("owner", c.owner.as_ref()));
                details.push(format!("template {}", c.template));
                details.extend(some("encoding", c.encoding.as_ref()));
                details.extend(some("locale", c.locale.as_ref()));
                details.extend(some("connectionLimit", c.connection_limit.as_ref()));
                details.extend(pairs(&c.settings));
                write!(f, "create database {}", c.database)?;
            }
            Self::AlterDatabase(c) => {
                details.extend(some("owner", c.owner.as_ref()));
                details.extend(some("connectionLimit", c.connection_limit.as_ref()));
                details.extend(pairs(&c.settings));
                write!(f, "alter database {}", c.database)?;
            }
            Self::CreateSchema(c) => {
                details.extend(some("owner", c.owner.as_ref()));
                write!(f, "create schema {} in database {}", c.schema, c.database)?;
            }
            Self::AlterSchema(c) => {
                details.push(format!("owner {}", c.owner));
                write!(f, "alter schema {} in database {}", c.schema, c.database)?;
            }
            Self::CreateExtension(c) => {
                details.extend(some("schema", c.schema.as_ref()));
                details.extend(some("version", c.version.as_ref()));
                write!(f, "create extension {} in database {}", c.extension, c.database)?;
            }
            Self::AlterExtension(c) => {
                details.extend(some("schema", c.schema.as_ref()));
                details.extend(some("version", c.version.as_ref()));
                write!(f, "alter extension {} in database {}", c.extension, c.database)?;
            }
            other => return other.publication(f),
        }
        f.write_str(&list(&details))
    }

    fn publication(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details = Vec::new();
        match self {
            Self::CreatePublication(c) => {
                details.extend(c.all_tables.then(|| "all tables".to_owned()));
                details.extend(c.tables.iter().map(|table| format!("table {}", sql::shown(table))));
                details.extend(c.schemas.iter().map(|schema| format!("schema {schema}")));
                details.extend(c.publish.as_ref().map(|publish| format!("publish {}", operations(publish))));
                write!(f, "create publication {} in database {}", c.publication, c.database)?;
            }
            Self::AlterPublication(c) => {
                details.extend(c.add_tables.iter().map(|table| format!("add table {}", sql::shown(table))));
                details.extend(c.add_schemas.iter().map(|schema| format!("add schema {schema}")));
                details.extend(c.publish.as_ref().map(|Drift { from, to }| {
                    let from = from.as_ref().map(operations).unwrap_or_default();
                    format!("publish {from} -> {}", operations(to))
                }));
                write!(f, "alter publication {} in database {}", c.publication, c.database)?;
            }
            _ => {}
        }
        f.write_str(&list(&details))
    }
}

fn privileges(f: &mut fmt::Formatter<'_>, verb: &str, word: &str, change: &Privileges) -> fmt::Result {
    let Privileges { database, target, privileges } = change;
    let Target { object, schema, role, grant_option } = target;
    write!(f, "{verb} {} on ", words(privileges))?;
    match (object, schema.as_deref().unwrap_or_default()) {
        (Object::Database, _) => write!(f, "database {database}")?,
        (Object::Schema, schema) => write!(f, "schema {schema} in database {database}")?,
        (Object::Tables, schema) => write!(f, "all tables of schema {schema} in database {database}")?,
        (Object::Sequences, schema) => write!(f, "all sequences of schema {schema} in database {database}")?,
        (Object::Functions, schema) => write!(f, "all functions of schema {schema} in database {database}")?,
    }
    write!(f, " {word} {role}{}", if *grant_option { " with grant option" } else { "" })
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

impl Display for Was {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unset => "unset",
            Self::Another => "another",
            Self::Md5 => "md5",
            Self::Unknown => "unknown",
        })
    }
}

fn some(key: &str, value: Option<&impl Display>) -> Option<String> {
    value.map(|value| format!("{key} {value}"))
}

fn attributes<B: Display, N: Display, U: Display>(attributes: &Attributes<B, N, U>) -> Vec<String> {
    let Attributes {
        login,
        superuser,
        createdb,
        createrole,
        replication,
        bypassrls,
        inherit,
        connection_limit,
        valid_until,
    } = attributes;
    let all = [
        some("login", login.as_ref()),
        some("superuser", superuser.as_ref()),
        some("createdb", createdb.as_ref()),
        some("createrole", createrole.as_ref()),
        some("replication", replication.as_ref()),
        some("bypassrls", bypassrls.as_ref()),
        some("inherit", inherit.as_ref()),
        some("connectionLimit", connection_limit.as_ref()),
        some("validUntil", valid_until.as_ref()),
    ];
    all.into_iter().flatten().collect()
}

fn options<B: Display>(Membership { admin, inherit, set }: &Membership<B>) -> Vec<String> {
    let all = [some("admin", admin.as_ref()), some("inherit", inherit.as_ref()), some("set", set.as_ref())];
    all.into_iter().flatten().collect()
}

fn pairs<T: Display>(settings: &BTreeMap<String, T>) -> impl Iterator<Item = String> {
    settings.iter().map(|(name, value)| format!("{name} {value}"))
}

fn list(details: &[String]) -> String {
    if details.is_empty() { String::new() } else { format!(": {}", details.join(", ")) }
}

fn words(privileges: &BTreeSet<Privilege>) -> String {
    privileges.iter().map(|privilege| privilege.word()).collect::<Vec<_>>().join(", ")
}

/// The words of a publication's `publish` option.
pub(crate) fn operations(operations: &BTreeSet<Operation>) -> String {
    let word = |operation: &Operation| match operation {
        Operation::Insert => "insert",
        Operation::Update => "update",
        Operation::Delete => "delete",
        Operation::Truncate => "truncate",
    };
    operations.iter().map(word).collect::<Vec<_>>().join(", ")
}
