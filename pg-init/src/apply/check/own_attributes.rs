//! The attributes of a provisioning role without superuser, and the changes that they allow.

use tokio_postgres::types::Type;

use crate::change::Change;
use crate::desired::Attributes;
use crate::error::Error;
use crate::wire::{Names, Session};

/// The attributes of the provisioning role.
#[expect(clippy::struct_excessive_bools, reason = "PostgreSQL's own attributes")]
pub(super) struct OwnAttributes {
    /// The real name of the role, and its name in messages.
    real_name: String,
    role: String,
    version: u32,
    createdb: bool,
    createrole: bool,
    replication: bool,
    bypassrls: bool,
}

const OWN_ATTRIBUTES: &str = "\
    SELECT r.rolcreatedb, r.rolcreaterole, r.rolreplication, r.rolbypassrls FROM pg_catalog.pg_roles r \
    WHERE r.rolname = CURRENT_USER AND $1";

/// The attributes that a change sets, to true or false.
struct RoleAttributes {
    superuser: Option<bool>,
    replication: Option<bool>,
    bypassrls: Option<bool>,
    createdb: Option<bool>,
}

/// An attribute that the provisioning role may not grant according to the catalog. Managed servers may let their
/// administrators grant it.
pub(super) struct UncertainAttribute {
    /// The keyword of `ALTER ROLE`.
    pub(super) word: &'static str,
    /// The attribute that is missing in the catalog.
    pub(super) lacks: &'static str,
}

impl OwnAttributes {
    pub(super) async fn read(session: &Session, names: &Names) -> Result<Self, Error> {
        let rows = session
            .query("reading the attributes of the provisioning role", OWN_ATTRIBUTES, [(&true, Type::BOOL)])
            .await?;
        let row = rows
            .first()
            .ok_or_else(|| Error::Internal("the provisioning role is not in the catalog".to_owned()))?;
        Ok(Self {
            real_name: session.facts.user.clone(),
            role: names.redact(&names.key(&session.facts.user)),
            version: session.facts.version,
            createdb: row.get(0)?,
            createrole: row.get(1)?,
            replication: row.get(2)?,
            bypassrls: row.get(3)?,
        })
    }

    /// The attribute that the provisioning role lacks for a change with certainty.
    pub(super) fn missing_attribute(&self, change: &Change) -> Option<&'static str> {
        if matches!(change, Change::RemovePassword(_)) && !self.createrole {
            return Some("CREATEROLE");
        }
        if let Some(set) = attributes_set_by(change) {
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

    /// The attributes of a change that the provisioning role may not be able to set. Before PostgreSQL 16 only a
    /// superuser grants REPLICATION and BYPASSRLS, and alters a role with REPLICATION, even its own; since 16 a role
    /// grants the attributes that it has itself.
    pub(super) fn uncertain_attributes(&self, change: &Change, replication: bool) -> Vec<UncertainAttribute> {
        let modern = self.version >= 16;
        let mut uncertain_attributes = Vec::new();
        if replication && !modern && alters_role(change) {
            uncertain_attributes.push(UncertainAttribute { word: "REPLICATION", lacks: "SUPERUSER" });
        }
        let Some(set) = attributes_set_by(change) else { return uncertain_attributes };
        for (value, on, off, ours) in [
            (set.replication, "REPLICATION", "NOREPLICATION", self.replication),
            (set.bypassrls, "BYPASSRLS", "NOBYPASSRLS", self.bypassrls),
        ] {
            if let Some(value) = value.filter(|_| !(modern && ours)) {
                let (word, lacks) = (if value { on } else { off }, if modern { on } else { "SUPERUSER" });
                uncertain_attributes.push(UncertainAttribute { word, lacks });
            }
        }
        uncertain_attributes
    }

    /// True when the server looks memberships up by their grantors, as PostgreSQL does since 16.
    pub(super) fn checks_grantors(&self) -> bool {
        self.version >= 16
    }

    /// True when CREATEROLE is equivalent to ADMIN OPTION on every role that is not a superuser, as before PostgreSQL
    /// 16.
    pub(super) fn administers_all(&self) -> bool {
        self.version < 16 && self.createrole
    }

    /// True for a change of the role's own password or its own parameters, which every role may make.
    pub(super) fn is_own_password_or_settings(&self, change: &Change, names: &Names) -> bool {
        let is_me = |role: &str| names.real(role) == self.real_name;
        matches!(change, Change::RemovePassword(c) if is_me(&c.role))
            || matches!(change, Change::AlterRoleSettings(c) if is_me(&c.role))
            || matches!(change, Change::AlterRole(c) if is_me(&c.role) && c.attributes == Attributes::default())
    }

    /// The error for a change for which the provisioning role lacks a privilege.
    pub(super) fn refuse(&self, change: &Change, lacks: impl Into<String>) -> Error {
        Error::Privilege { role: self.role.clone(), what: change.to_string(), lacks: lacks.into() }
    }
}

/// True when a change runs `ALTER ROLE` with an attribute or a password. Parameters are set by another statement.
fn alters_role(change: &Change) -> bool {
    matches!(change, Change::RemovePassword(_))
        || matches!(change, Change::AlterRole(c) if c.password.is_some() || c.attributes != Attributes::default())
}

/// The attributes that a change sets. A new role has none of them by default, so only those that are true are set.
fn attributes_set_by(change: &Change) -> Option<RoleAttributes> {
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
