//! The changes that converge a server. Their derived order is the order of execution: an object comes after those
//! that it needs.

mod database;
mod extension;
mod foreign;
mod membership;
mod parameter;
mod privilege;
mod publication;
mod role;
mod schema;
mod show;
mod slot;
mod subscription;

use std::fmt;

use init_core::{Effect, Properties, Subject};

use self::show::Show;

pub use database::{AlterDatabase, CreateDatabase};
pub use extension::{AlterExtension, CreateExtension};
pub use foreign::{
    AlterForeignServer, AlterUserMapping, CreateForeignServer, CreateUserMapping, SecretOption,
};
pub use membership::{AlterMembership, GrantRole, Members};
pub use parameter::GrantParameter;
pub use privilege::{
    AlterDefaultPrivileges, GrantPrivileges, Privileges, RevokeDefaultPrivileges, RevokePrivileges,
};
pub use publication::{AlterPublication, CreatePublication};
pub use role::{AlterRole, AlterRoleSettings, CreateRole, PasswordDrift, PreviousPassword, RemovePassword};
pub use schema::{AlterObjectOwner, AlterSchema, CreateSchema};
pub use slot::CreateReplicationSlot;
pub use subscription::{AlterSubscription, CreateSubscription};

pub(crate) use publication::operations;

/// One change. The variants are declared in the order of execution, which a snapshot test verifies.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// `CREATE ROLE`
    CreateRole(CreateRole),
    /// `ALTER ROLE`
    AlterRole(AlterRole),
    /// `ALTER ROLE … PASSWORD NULL`
    RemovePassword(RemovePassword),
    /// `GRANT role TO member`
    GrantRole(GrantRole),
    /// The options of a membership
    AlterMembership(AlterMembership),
    /// `GRANT … ON PARAMETER`
    GrantParameter(GrantParameter),
    /// `CREATE DATABASE`
    CreateDatabase(CreateDatabase),
    /// `ALTER DATABASE`
    AlterDatabase(AlterDatabase),
    /// `ALTER ROLE … IN DATABASE … SET`
    AlterRoleSettings(AlterRoleSettings),
    /// `CREATE SCHEMA`
    CreateSchema(CreateSchema),
    /// `ALTER SCHEMA … OWNER`
    AlterSchema(AlterSchema),
    /// `ALTER TABLE … OWNER`, and the same of other objects
    AlterObjectOwner(AlterObjectOwner),
    /// `CREATE EXTENSION`
    CreateExtension(CreateExtension),
    /// `ALTER EXTENSION`
    AlterExtension(AlterExtension),
    /// `CREATE SERVER`
    CreateForeignServer(CreateForeignServer),
    /// `ALTER SERVER`, and `GRANT USAGE ON FOREIGN SERVER`
    AlterForeignServer(AlterForeignServer),
    /// `CREATE USER MAPPING`
    CreateUserMapping(CreateUserMapping),
    /// `ALTER USER MAPPING`
    AlterUserMapping(AlterUserMapping),
    /// `GRANT`
    GrantPrivileges(GrantPrivileges),
    /// `REVOKE`. It comes after the grants, so that a role which keeps a privilege never lacks it in between.
    RevokePrivileges(RevokePrivileges),
    /// `ALTER DEFAULT PRIVILEGES … GRANT`
    AlterDefaultPrivileges(AlterDefaultPrivileges),
    /// `ALTER DEFAULT PRIVILEGES … REVOKE`
    RevokeDefaultPrivileges(RevokeDefaultPrivileges),
    /// `CREATE PUBLICATION`
    CreatePublication(CreatePublication),
    /// `ALTER PUBLICATION`
    AlterPublication(AlterPublication),
    /// `pg_create_logical_replication_slot` or `pg_create_physical_replication_slot`. A logical slot decodes changes
    /// only for publications that are older than the slot.
    CreateReplicationSlot(CreateReplicationSlot),
    /// `CREATE SUBSCRIPTION`
    CreateSubscription(CreateSubscription),
    /// `ALTER SUBSCRIPTION`
    AlterSubscription(AlterSubscription),
}

impl init_core::Change for Change {
    fn op(&self) -> &'static str {
        match self {
            Self::CreateRole(_) => "create_role",
            Self::AlterRole(_) => "alter_role",
            Self::RemovePassword(_) => "remove_password",
            Self::GrantRole(_) => "grant_role",
            Self::AlterMembership(_) => "alter_membership",
            Self::GrantParameter(_) => "grant_parameter",
            Self::CreateDatabase(_) => "create_database",
            Self::AlterDatabase(_) => "alter_database",
            Self::AlterRoleSettings(_) => "alter_role_settings",
            Self::CreateSchema(_) => "create_schema",
            Self::AlterSchema(_) => "alter_schema",
            Self::AlterObjectOwner(_) => "alter_object_owner",
            Self::CreateExtension(_) => "create_extension",
            Self::AlterExtension(_) => "alter_extension",
            Self::CreateForeignServer(_) => "create_foreign_server",
            Self::AlterForeignServer(_) => "alter_foreign_server",
            Self::CreateUserMapping(_) => "create_user_mapping",
            Self::AlterUserMapping(_) => "alter_user_mapping",
            Self::GrantPrivileges(_) => "grant_privileges",
            Self::RevokePrivileges(_) => "revoke_privileges",
            Self::AlterDefaultPrivileges(_) => "alter_default_privileges",
            Self::RevokeDefaultPrivileges(_) => "revoke_default_privileges",
            Self::CreatePublication(_) => "create_publication",
            Self::AlterPublication(_) => "alter_publication",
            Self::CreateReplicationSlot(_) => "create_replication_slot",
            Self::CreateSubscription(_) => "create_subscription",
            Self::AlterSubscription(_) => "alter_subscription",
        }
    }

    fn effect(&self) -> Effect {
        match self {
            Self::CreateRole(_)
            | Self::GrantRole(_)
            | Self::GrantParameter(_)
            | Self::CreateDatabase(_)
            | Self::CreateSchema(_)
            | Self::CreateExtension(_)
            | Self::CreateForeignServer(_)
            | Self::CreateUserMapping(_)
            | Self::GrantPrivileges(_)
            | Self::CreatePublication(_)
            | Self::CreateReplicationSlot(_)
            | Self::CreateSubscription(_) => Effect::Add,
            Self::AlterRole(_)
            | Self::AlterMembership(_)
            | Self::AlterDatabase(_)
            | Self::AlterRoleSettings(_)
            | Self::AlterSchema(_)
            | Self::AlterObjectOwner(_)
            | Self::AlterExtension(_)
            | Self::AlterForeignServer(_)
            | Self::AlterUserMapping(_)
            | Self::AlterDefaultPrivileges(_)
            | Self::AlterPublication(_)
            | Self::AlterSubscription(_) => Effect::Alter,
            Self::RemovePassword(_) | Self::RevokePrivileges(_) | Self::RevokeDefaultPrivileges(_) => {
                Effect::Remove
            }
        }
    }

    fn subject(&self) -> Subject {
        self.content().subject()
    }

    fn properties(&self) -> Properties {
        self.content().properties()
    }
}

impl Change {
    /// The content of the change, which describes itself.
    fn content(&self) -> &dyn Show {
        match self {
            Self::CreateRole(change) => change,
            Self::AlterRole(change) => change,
            Self::RemovePassword(change) => change,
            Self::GrantRole(change) => change,
            Self::AlterMembership(change) => change,
            Self::GrantParameter(change) => change,
            Self::CreateDatabase(change) => change,
            Self::AlterDatabase(change) => change,
            Self::AlterRoleSettings(change) => change,
            Self::CreateSchema(change) => change,
            Self::AlterSchema(change) => change,
            Self::AlterObjectOwner(change) => change,
            Self::CreateExtension(change) => change,
            Self::AlterExtension(change) => change,
            Self::CreateForeignServer(change) => change,
            Self::AlterForeignServer(change) => change,
            Self::CreateUserMapping(change) => change,
            Self::AlterUserMapping(change) => change,
            Self::GrantPrivileges(change) => change,
            Self::RevokePrivileges(change) => change,
            Self::AlterDefaultPrivileges(change) => change,
            Self::RevokeDefaultPrivileges(change) => change,
            Self::CreatePublication(change) => change,
            Self::AlterPublication(change) => change,
            Self::CreateReplicationSlot(change) => change,
            Self::CreateSubscription(change) => change,
            Self::AlterSubscription(change) => change,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.content().fmt(f)
    }
}
