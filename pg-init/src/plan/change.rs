//! One step towards the spec. The derived order is the order of execution: a thing comes after what it needs.

mod database;
mod privilege;
mod publication;
mod role;

use serde::Serialize;

pub use database::{
    AlterDatabase, AlterExtension, AlterSchema, CreateDatabase, CreateExtension, CreateSchema,
};
pub use privilege::{AlterDefaultPrivileges, Privileges};
pub use publication::{AlterPublication, CreatePublication};
pub use role::{AlterMembership, AlterRole, CreateRole, GrantRole, Members, PasswordDrift, Was};

/// One step. Declared in dependency order; a snapshot guards it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Change {
    /// `CREATE ROLE`
    CreateRole(CreateRole),
    /// `ALTER ROLE`
    AlterRole(AlterRole),
    /// `GRANT role TO member`
    GrantRole(GrantRole),
    /// The options of a membership.
    AlterMembership(AlterMembership),
    /// `CREATE DATABASE`
    CreateDatabase(CreateDatabase),
    /// `ALTER DATABASE`
    AlterDatabase(AlterDatabase),
    /// `CREATE SCHEMA`
    CreateSchema(CreateSchema),
    /// `ALTER SCHEMA … OWNER`
    AlterSchema(AlterSchema),
    /// `CREATE EXTENSION`
    CreateExtension(CreateExtension),
    /// `ALTER EXTENSION`
    AlterExtension(AlterExtension),
    /// `GRANT`
    GrantPrivileges(Privileges),
    /// `REVOKE`, after the grants: what is left to somebody is there before the rest is taken.
    RevokePrivileges(Privileges),
    /// `ALTER DEFAULT PRIVILEGES … GRANT`
    AlterDefaultPrivileges(AlterDefaultPrivileges),
    /// `CREATE PUBLICATION`
    CreatePublication(CreatePublication),
    /// `ALTER PUBLICATION`
    AlterPublication(AlterPublication),
}
