//! What a role that is no superuser may not do, by attribute and by membership.

use std::collections::BTreeSet;

use tokio_postgres::types::Type;

use crate::change::Change;
use crate::desired::Attributes;
use crate::error::Error;
use crate::wire::{Names, Row, Server, Session};

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

/// The attributes of a role that a change sets.
#[expect(clippy::struct_excessive_bools, reason = "PostgreSQL's own attributes")]
struct RoleAttributes {
    superuser: bool,
    replication: bool,
    bypassrls: bool,
    createdb: bool,
}

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

    /// The attribute that the provisioning role lacks for a change, where attributes alone decide.
    fn lacks(&self, change: &Change) -> Option<&'static str> {
        match change {
            Change::CreateRole(c) => {
                let wants = |value: Option<bool>| value == Some(true);
                let a = &c.attributes;
                self.lacks_for_role(&RoleAttributes {
                    superuser: wants(a.superuser),
                    replication: wants(a.replication),
                    bypassrls: wants(a.bypassrls),
                    createdb: wants(a.createdb),
                })
            }
            Change::AlterRole(c) => {
                let a = &c.attributes;
                self.lacks_for_role(&RoleAttributes {
                    superuser: a.superuser.is_some(),
                    replication: a.replication.is_some(),
                    bypassrls: a.bypassrls.is_some(),
                    createdb: a.createdb.is_some(),
                })
            }
            Change::CreateDatabase(_) => (!self.createdb).then_some("CREATEDB"),
            Change::CreatePublication(c) => (c.all_tables || !c.schemas.is_empty()).then_some("SUPERUSER"),
            Change::AlterPublication(c) => (!c.add_schemas.is_empty()).then_some("SUPERUSER"),
            Change::GrantRole(_)
            | Change::AlterMembership(_)
            | Change::AlterDatabase(_)
            | Change::CreateSchema(_)
            | Change::AlterSchema(_)
            | Change::CreateExtension(_)
            | Change::AlterExtension(_)
            | Change::GrantPrivileges(_)
            | Change::RevokePrivileges(_)
            | Change::AlterDefaultPrivileges(_) => None,
        }
    }

    /// Before PostgreSQL 16 only a superuser gives REPLICATION and BYPASSRLS; from 16 on a role gives what it has itself.
    fn lacks_for_role(&self, set: &RoleAttributes) -> Option<&'static str> {
        let modern = self.version >= 16;
        if !self.createrole {
            return Some("CREATEROLE");
        }
        if set.superuser {
            return Some("SUPERUSER");
        }
        if set.replication && !(modern && self.replication) {
            return Some(if modern { "REPLICATION" } else { "SUPERUSER" });
        }
        if set.bypassrls && !(modern && self.bypassrls) {
            return Some(if modern { "BYPASSRLS" } else { "SUPERUSER" });
        }
        (modern && set.createdb && !self.createdb).then_some("CREATEDB")
    }

    /// Every role may change its own password and its own parameters.
    fn own(&self, change: &Change, names: &Names) -> bool {
        matches!(change, Change::AlterRole(c) if names.real(&c.role) == self.me && c.attributes == Attributes::default())
    }

    fn refuse(&self, change: &Change, lacks: impl Into<String>) -> Error {
        Error::Privilege { role: self.role.clone(), what: change.to_string(), lacks: lacks.into() }
    }
}

pub(super) async fn check(powers: &Powers, server: &Server, changes: &[Change]) -> Vec<(usize, Error)> {
    let names = &server.names;
    let (roles, extensions) = referenced(changes);
    let roles: Vec<&str> = roles.into_iter().map(|key| names.real(key)).collect();
    let extensions: Vec<&str> = extensions.into_iter().collect();
    let asked = tokio::try_join!(
        server.main.rows("asking for ADMIN OPTION", NOT_OURS, [(&roles, Type::TEXT_ARRAY)]),
        server.main.rows("asking for trusted extensions", UNTRUSTED, [(&extensions, Type::TEXT_ARRAY)]),
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
    let lacking = |change: &Change| match needs(change) {
        Needs::AdminOption(role) if !ours(role) => Some(format!("ADMIN OPTION on the role {role}")),
        Needs::Extension(extension) if untrusted.contains(extension) => Some("SUPERUSER".to_owned()),
        Needs::AdminOption(_) | Needs::Extension(_) | Needs::Nothing => None,
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

/// What a change needs that the catalog knows.
enum Needs<'c> {
    /// ADMIN OPTION on a role.
    AdminOption(&'c str),
    /// A trusted extension, or a superuser.
    Extension(&'c str),
    /// Attributes, which are checked by themselves, or ownership, which a temporary membership gives.
    Nothing,
}

fn needs(change: &Change) -> Needs<'_> {
    match change {
        Change::AlterRole(c) => Needs::AdminOption(&c.role),
        Change::GrantRole(c) => Needs::AdminOption(&c.of.role),
        Change::AlterMembership(c) => Needs::AdminOption(&c.of.role),
        Change::CreateExtension(c) => Needs::Extension(&c.extension),
        Change::CreateRole(_)
        | Change::CreateDatabase(_)
        | Change::AlterDatabase(_)
        | Change::CreateSchema(_)
        | Change::AlterSchema(_)
        | Change::AlterExtension(_)
        | Change::GrantPrivileges(_)
        | Change::RevokePrivileges(_)
        | Change::AlterDefaultPrivileges(_)
        | Change::CreatePublication(_)
        | Change::AlterPublication(_) => Needs::Nothing,
    }
}

/// The roles and the extensions that the changes need.
fn referenced(changes: &[Change]) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let (mut roles, mut extensions) = (BTreeSet::new(), BTreeSet::new());
    for change in changes {
        match needs(change) {
            Needs::AdminOption(role) => drop(roles.insert(role)),
            Needs::Extension(extension) => drop(extensions.insert(extension)),
            Needs::Nothing => {}
        }
    }
    (roles, extensions)
}
