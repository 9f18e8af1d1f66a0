//! The requirements of a change, as far as the catalog shows them: privileges of other roles, and privileges on
//! databases and other objects.

use crate::apply::owners::foreign_server_owners;
use crate::change::{
    AlterMembership, Change, CreateDatabase, CreatePublication, GrantParameter, GrantPrivileges,
    RevokeDefaultPrivileges, RevokePrivileges,
};
use crate::spec::ParameterPrivilege;
use crate::wire::{Names, Ownership};

/// One requirement of a change. Roles are named by their real names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Need<'c> {
    /// ADMIN OPTION on a role.
    Admin(String),
    /// The privileges of a role that owns the object or becomes its owner.
    Role(String),
    /// The privileges of a role that the provisioning role cannot join for this change.
    Member(String),
    /// CREATE on a database.
    Create(&'c str),
    /// The right to grant on a database.
    Grant(&'c str),
    /// CREATE on a tablespace.
    Tablespace(&'c str),
    /// The right to grant a privilege on a parameter.
    Parameter(&'c str, ParameterPrivilege),
    /// The right to copy a database: it is a template, or the role owns it.
    Copy(&'c str),
    /// A trusted extension. Managed servers let their administrators create other extensions too.
    Trusted(&'c str),
    /// Superuser, or an administrator of a managed server; the text names the action.
    Superuser(&'static str),
}

const PUBLISH: &str = "publish all tables or schemas";

/// The requirements of a change.
pub(super) fn needs<'c>(change: &'c Change, names: &Names, ownership: &Ownership) -> Vec<Need<'c>> {
    let real = |key: &String| names.real(key).to_owned();
    let role = |role: Option<String>| role.map(Need::Role);
    let database = |database: &String| role(ownership.database(database));
    match change {
        Change::AlterRole(c) => vec![Need::Admin(real(&c.role))],
        Change::RemovePassword(c) => vec![Need::Admin(real(&c.role))],
        Change::AlterRoleSettings(c) => vec![Need::Admin(real(&c.role))],
        Change::GrantRole(c) => vec![Need::Admin(real(&c.of.role))],
        Change::AlterMembership(c) => alter_membership(c, real),
        Change::GrantParameter(c) => parameter(c),
        Change::CreateDatabase(c) => create_database(c, c.owner.as_ref().map(real)),
        Change::AlterDatabase(c) => database(&c.database)
            .into_iter()
            .chain(role(c.owner.as_ref().map(|drift| real(&drift.to))))
            .collect(),
        Change::CreateSchema(c) => {
            std::iter::once(Need::Create(&c.database)).chain(role(c.owner.as_ref().map(real))).collect()
        }
        Change::AlterSchema(c) => {
            let owner = ownership.schema(&c.database, &c.schema);
            role(owner).into_iter().chain([Need::Role(real(&c.owner.to))]).collect()
        }
        Change::AlterObjectOwner(c) => {
            let owners = c.owner.from.iter().chain([&c.owner.to]);
            owners.map(|owner| Need::Role(real(owner))).collect()
        }
        Change::CreateForeignServer(_)
        | Change::AlterForeignServer(_)
        | Change::CreateUserMapping(_)
        | Change::AlterUserMapping(_) => {
            foreign_server_owners(change, names, ownership).into_iter().map(Need::Role).collect()
        }
        Change::CreateExtension(c) => vec![Need::Create(&c.database), Need::Trusted(&c.extension)],
        Change::GrantPrivileges(GrantPrivileges(c))
        | Change::RevokePrivileges(RevokePrivileges { of: c, .. }) => {
            c.target.schema.is_none().then_some(Need::Grant(&c.database)).into_iter().collect()
        }
        Change::AlterDefaultPrivileges(c) | Change::RevokeDefaultPrivileges(RevokeDefaultPrivileges(c)) => {
            vec![Need::Role(real(&c.target.creator))]
        }
        Change::CreatePublication(c) => create_publication(c),
        Change::AlterPublication(c) => {
            (!c.add_schemas.is_empty()).then_some(Need::Superuser(PUBLISH)).into_iter().collect()
        }
        Change::CreateSubscription(c) => vec![Need::Create(&c.database), Need::Superuser("subscribe")],
        Change::CreateRole(_)
        | Change::AlterExtension(_)
        | Change::CreateReplicationSlot(_)
        | Change::AlterSubscription(_) => Vec::new(),
    }
}

fn parameter(change: &GrantParameter) -> Vec<Need<'_>> {
    let privileges = change.privileges.iter();
    privileges.map(|privilege| Need::Parameter(&change.parameter, *privilege)).collect()
}

fn alter_membership<'c>(change: &AlterMembership, real: impl Fn(&String) -> String) -> Vec<Need<'c>> {
    let grantors = change.grantors.iter().map(|grantor| Need::Member(real(grantor)));
    [Need::Admin(real(&change.of.role))].into_iter().chain(grantors).collect()
}

fn create_publication(change: &CreatePublication) -> Vec<Need<'_>> {
    let superuser = (change.all_tables || !change.schemas.is_empty()).then_some(Need::Superuser(PUBLISH));
    std::iter::once(Need::Create(&change.database)).chain(superuser).collect()
}

fn create_database(change: &CreateDatabase, owner: Option<String>) -> Vec<Need<'_>> {
    let tablespace = change.tablespace.as_deref().map(Need::Tablespace);
    let all = [Some(Need::Copy(&change.template)), tablespace, owner.map(Need::Role)];
    all.into_iter().flatten().collect()
}
