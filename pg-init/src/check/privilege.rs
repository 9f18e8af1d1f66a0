//! What a role that is no superuser may not do, by attribute and by membership.

use std::collections::BTreeSet;

use tokio_postgres::types::Type;

use crate::backend::Postgres;
use crate::change::Change;
use crate::desired::Attributes;
use crate::error::Error;
use crate::names::Names;
use crate::wire::{Row, Session};

/// The attributes of the provisioning role.
#[expect(clippy::struct_excessive_bools, reason = "PostgreSQL's own attributes")]
pub(super) struct Powers {
    /// Our own role's real name, and what it is called here.
    me: String,
    role: String,
    version: u32,
    createdb: bool,
    createrole: bool,
    replication: bool,
    bypassrls: bool,
}

const POWERS: &str = "\
    SELECT r.rolcreatedb, r.rolcreaterole, r.rolreplication, r.rolbypassrls FROM pg_catalog.pg_roles r \
    WHERE r.rolname = CURRENT_USER AND $1";

/// Of the existing roles given, those that we have no ADMIN OPTION on.
const NOT_OURS: &str = "\
    SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE r.rolname = ANY($1) \
    AND NOT pg_catalog.pg_has_role(r.oid, 'USAGE WITH ADMIN OPTION')";

/// Extensions that only a superuser may create.
const UNTRUSTED: &str = "\
    SELECT DISTINCT v.name::text FROM pg_catalog.pg_available_extension_versions v \
    WHERE v.name = ANY($1) AND v.superuser AND NOT v.trusted";

impl Powers {
    pub(super) async fn read(session: &Session, names: &Names) -> Result<Self, Error> {
        let rows = session.rows("reading our own attributes", POWERS, [(&true, Type::BOOL)]).await?;
        let row =
            rows.first().ok_or_else(|| Error::Internal("our own role is not in the catalog".to_owned()))?;
        Ok(Self {
            me: session.facts.me.clone(),
            role: names.redact(&names.key(&session.facts.me)),
            version: session.facts.version,
            createdb: row.get(0)?,
            createrole: row.get(1)?,
            replication: row.get(2)?,
            bypassrls: row.get(3)?,
        })
    }

    /// What a change takes that an attribute alone decides.
    fn lacks(&self, change: &Change) -> Option<&'static str> {
        let modern = self.version >= 16;
        match change {
            Change::CreateRole(c) => {
                let a = &c.attributes;
                let wants = |value: Option<bool>| value == Some(true);
                match () {
                    () if !self.createrole => Some("CREATEROLE"),
                    () if wants(a.superuser) => Some("SUPERUSER"),
                    () if wants(a.replication) && !(modern && self.replication) => {
                        Some(if modern { "REPLICATION" } else { "SUPERUSER" })
                    }
                    () if wants(a.bypassrls) && !(modern && self.bypassrls) => {
                        Some(if modern { "BYPASSRLS" } else { "SUPERUSER" })
                    }
                    () if modern && wants(a.createdb) && !self.createdb => Some("CREATEDB"),
                    () => None,
                }
            }
            Change::AlterRole(c) => {
                let a = &c.attributes;
                match () {
                    () if !self.createrole => Some("CREATEROLE"),
                    () if a.superuser.is_some() => Some("SUPERUSER"),
                    () if a.replication.is_some() && !(modern && self.replication) => {
                        Some(if modern { "REPLICATION" } else { "SUPERUSER" })
                    }
                    () if a.bypassrls.is_some() && !(modern && self.bypassrls) => {
                        Some(if modern { "BYPASSRLS" } else { "SUPERUSER" })
                    }
                    () if modern && a.createdb.is_some() && !self.createdb => Some("CREATEDB"),
                    () => None,
                }
            }
            Change::CreateDatabase(_) if !self.createdb => Some("CREATEDB"),
            Change::CreatePublication(c) if c.all_tables || !c.schemas.is_empty() => Some("SUPERUSER"),
            Change::AlterPublication(c) if !c.add_schemas.is_empty() => Some("SUPERUSER"),
            _ => None,
        }
    }

    /// Every role may change its own password and its own parameters.
    fn own(&self, change: &Change, names: &Names) -> bool {
        matches!(change, Change::AlterRole(c) if names.real(&c.role) == self.me && c.attributes == Attributes::default())
    }

    fn refuse(&self, change: &Change, lacks: impl Into<String>) -> Error {
        Error::Privilege { role: self.role.clone(), what: change.to_string(), lacks: lacks.into() }
    }
}

pub(super) async fn check(powers: &Powers, postgres: &Postgres, changes: &[Change]) -> Vec<(usize, Error)> {
    let names = &postgres.names;
    let (roles, extensions) = referenced(changes);
    let roles: Vec<&str> = roles.into_iter().map(|key| names.real(key)).collect();
    let extensions: Vec<&str> = extensions.into_iter().collect();
    let asked = tokio::try_join!(
        postgres.main.rows("asking for ADMIN OPTION", NOT_OURS, [(&roles, Type::TEXT_ARRAY)]),
        postgres.main.rows("asking for trusted extensions", UNTRUSTED, [(&extensions, Type::TEXT_ARRAY)]),
    );
    let (not_ours, untrusted) = match asked {
        Ok(answers) => answers,
        Err(error) => return vec![(0, error)],
    };
    let set = |rows: &[Row]| rows.iter().map(|row| row.get(0)).collect::<Result<BTreeSet<String>, Error>>();
    let (not_ours, untrusted) = match set(&not_ours).and_then(|ours| Ok((ours, set(&untrusted)?))) {
        Ok(sets) => sets,
        Err(error) => return vec![(0, error)],
    };
    // Before PostgreSQL 16, CREATEROLE is as good as ADMIN OPTION on every role but a superuser.
    let ours = |key: &str| (powers.version < 16 && powers.createrole) || !not_ours.contains(names.real(key));
    let lacking = |change: &Change| match change {
        Change::AlterRole(c) if !ours(&c.role) => Some(format!("ADMIN OPTION on the role {}", c.role)),
        Change::GrantRole(c) if !ours(&c.of.role) => Some(format!("ADMIN OPTION on the role {}", c.of.role)),
        Change::AlterMembership(c) if !ours(&c.of.role) => {
            Some(format!("ADMIN OPTION on the role {}", c.of.role))
        }
        Change::CreateExtension(c) if untrusted.contains(&c.extension) => Some("SUPERUSER".to_owned()),
        _ => None,
    };
    let refusal = |(index, change): (usize, &Change)| {
        if powers.own(change, names) {
            return None;
        }
        let lacks = powers.lacks(change).map(str::to_owned).or_else(|| lacking(change))?;
        Some((index, powers.refuse(change, lacks)))
    };
    changes.iter().enumerate().filter_map(refusal).collect()
}

/// Roles that have to be ours, and extensions to be created.
fn referenced(changes: &[Change]) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let (mut roles, mut extensions) = (BTreeSet::new(), BTreeSet::new());
    for change in changes {
        match change {
            Change::AlterRole(c) => drop(roles.insert(c.role.as_str())),
            Change::GrantRole(c) => drop(roles.insert(c.of.role.as_str())),
            Change::AlterMembership(c) => drop(roles.insert(c.of.role.as_str())),
            Change::CreateExtension(c) => drop(extensions.insert(c.extension.as_str())),
            _ => {}
        }
    }
    (roles, extensions)
}
