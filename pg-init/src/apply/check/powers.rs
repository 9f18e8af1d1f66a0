//! The attributes of a provisioning role that is no superuser, and what they allow.

use tokio_postgres::types::Type;

use crate::change::Change;
use crate::desired::Attributes;
use crate::error::Error;
use crate::wire::{Names, Session};

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

/// The attributes that a change sets, to whatever value where it alters a role.
struct RoleAttributes {
    superuser: Option<bool>,
    replication: Option<bool>,
    bypassrls: Option<bool>,
    createdb: Option<bool>,
}

/// An attribute that the catalog says the provisioning role may not give, and managed servers let their admins give.
pub(super) struct Doubt {
    /// As `ALTER ROLE` has it.
    pub(super) word: &'static str,
    /// What the catalog misses.
    pub(super) lacks: &'static str,
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

    /// The attribute that the provisioning role certainly lacks for a change.
    pub(super) fn lacks(&self, change: &Change) -> Option<&'static str> {
        if matches!(change, Change::RemovePassword(_)) && !self.createrole {
            return Some("CREATEROLE");
        }
        if let Some(set) = set_by(change) {
            if !self.createrole {
                return Some("CREATEROLE");
            }
            if set.superuser.is_some() {
                return Some("SUPERUSER");
            }
            return (self.version >= 16 && set.createdb.is_some() && !self.createdb).then_some("CREATEDB");
        }
        if matches!(change, Change::CreateReplicationSlot(_)) {
            return (!self.replication).then_some("REPLICATION");
        }
        let created = matches!(change, Change::CreateDatabase(_));
        let given_away = matches!(change, Change::AlterDatabase(c) if c.owner.is_some());
        ((created || given_away) && !self.createdb).then_some("CREATEDB")
    }

    /// Before PostgreSQL 16 only a superuser gives REPLICATION and BYPASSRLS, and alters a role that has REPLICATION, even its
    /// own; from 16 on a role gives what it has itself.
    pub(super) fn doubts(&self, change: &Change, replication: bool) -> Vec<Doubt> {
        let modern = self.version >= 16;
        let mut doubts = Vec::new();
        if replication && !modern && alters_role(change) {
            doubts.push(Doubt { word: "REPLICATION", lacks: "SUPERUSER" });
        }
        let Some(set) = set_by(change) else { return doubts };
        for (value, on, off, ours) in [
            (set.replication, "REPLICATION", "NOREPLICATION", self.replication),
            (set.bypassrls, "BYPASSRLS", "NOBYPASSRLS", self.bypassrls),
        ] {
            if let Some(value) = value.filter(|_| !(modern && ours)) {
                let (word, lacks) = (if value { on } else { off }, if modern { on } else { "SUPERUSER" });
                doubts.push(Doubt { word, lacks });
            }
        }
        doubts
    }

    /// Whether the membership in a role is looked up by its grantors, as PostgreSQL does from 16 on.
    pub(super) fn by_grantor(&self) -> bool {
        self.version >= 16
    }

    /// Before PostgreSQL 16, CREATEROLE is as good as ADMIN OPTION on every role but a superuser.
    pub(super) fn administers_all(&self) -> bool {
        self.version < 16 && self.createrole
    }

    /// Every role may change its own password and its own parameters.
    pub(super) fn own(&self, change: &Change, names: &Names) -> bool {
        let me = |role: &str| names.real(role) == self.me;
        matches!(change, Change::RemovePassword(c) if me(&c.role))
            || matches!(change, Change::AlterRoleSettings(c) if me(&c.role))
            || matches!(change, Change::AlterRole(c) if me(&c.role) && c.attributes == Attributes::default())
    }

    pub(super) fn refuse(&self, change: &Change, lacks: impl Into<String>) -> Error {
        Error::Privilege { role: self.role.clone(), what: change.to_string(), lacks: lacks.into() }
    }
}

/// Whether a change takes `ALTER ROLE` with an attribute or a password: parameters are set by another statement.
fn alters_role(change: &Change) -> bool {
    matches!(change, Change::RemovePassword(_))
        || matches!(change, Change::AlterRole(c) if c.password.is_some() || c.attributes != Attributes::default())
}

/// A new role has none of them by itself.
fn set_by(change: &Change) -> Option<RoleAttributes> {
    let wants = |value: Option<bool>| value.filter(|value| *value);
    match change {
        Change::CreateRole(c) => Some(RoleAttributes {
            superuser: wants(c.attributes.superuser),
            replication: wants(c.attributes.replication),
            bypassrls: wants(c.attributes.bypassrls),
            createdb: wants(c.attributes.createdb),
        }),
        Change::AlterRole(c) => Some(RoleAttributes {
            superuser: c.attributes.superuser.as_ref().map(|drift| drift.to),
            replication: c.attributes.replication.as_ref().map(|drift| drift.to),
            bypassrls: c.attributes.bypassrls.as_ref().map(|drift| drift.to),
            createdb: c.attributes.createdb.as_ref().map(|drift| drift.to),
        }),
        Change::RemovePassword(_)
        | Change::GrantRole(_)
        | Change::AlterMembership(_)
        | Change::GrantParameter(_)
        | Change::CreateDatabase(_)
        | Change::AlterDatabase(_)
        | Change::AlterRoleSettings(_)
        | Change::CreateSchema(_)
        | Change::AlterSchema(_)
        | Change::AlterObjectOwner(_)
        | Change::CreateExtension(_)
        | Change::AlterExtension(_)
        | Change::CreateForeignServer(_)
        | Change::AlterForeignServer(_)
        | Change::CreateUserMapping(_)
        | Change::AlterUserMapping(_)
        | Change::GrantPrivileges(_)
        | Change::RevokePrivileges(_)
        | Change::AlterDefaultPrivileges(_)
        | Change::RevokeDefaultPrivileges(_)
        | Change::CreatePublication(_)
        | Change::AlterPublication(_)
        | Change::CreateReplicationSlot(_)
        | Change::CreateSubscription(_)
        | Change::AlterSubscription(_) => None,
    }
}
