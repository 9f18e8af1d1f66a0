//! The SQL of changes. All names and values are quoted.

use std::fmt::Write as _;

use super::foreign_statement::{self, Mapping};
use super::role_statement::{Role, set_parameters};
use super::subscriptions::Subscription;
use super::{privilege_statement, publication_statement};
use crate::change::{
    AlterDatabase, AlterExtension, AlterMembership, AlterObjectOwner, AlterRoleSettings, Change,
    CreateDatabase, CreateExtension, CreateReplicationSlot, CreateSchema, GrantParameter, GrantPrivileges,
    GrantRole, Privileges, RevokeDefaultPrivileges, RevokePrivileges,
};
use crate::desired::sql::{ident, literal, parameter};
use crate::desired::{DatabaseOptions, Locale, Membership};
use crate::spec::{LocaleProvider, Object};
use crate::wire::Names;

/// The statements of a change, by the way in which they are run.
pub(super) enum Statement<'c> {
    /// A role, whose password is hashed first.
    Role(Role<'c>),
    /// A new database: the statement runs outside a transaction, and its owner and parameters are set afterwards.
    CreateDatabase(&'c CreateDatabase),
    /// A subscription: its statements may contain a password, and run outside a transaction.
    Subscription(Subscription<'c>),
    /// A user mapping, whose statement may contain a password.
    UserMapping(Mapping<'c>),
    /// Statements in a database, or in the maintenance session.
    Sql { database: Option<&'c str>, sql: String },
}

/// `CREATE DATABASE`, with its owner where the provisioning role may set it at once. The statement runs outside a
/// transaction.
pub(super) fn create_database(change: &CreateDatabase, owner: Option<&str>) -> String {
    let mut sql = format!("CREATE DATABASE {}", ident(&change.database));
    if let Some(owner) = owner {
        let _ = write!(sql, " OWNER {}", ident(owner));
    }
    let _ = write!(sql, " TEMPLATE {}", ident(&change.template));
    if let Some(encoding) = &change.encoding {
        let _ = write!(sql, " ENCODING {}", literal(encoding));
    }
    sql += &locale_options(&change.locale);
    if let Some(tablespace) = &change.tablespace {
        let _ = write!(sql, " TABLESPACE {}", ident(tablespace));
    }
    sql + &database_options(&change.options)
}

/// The options of `CREATE DATABASE` and `ALTER DATABASE`.
fn database_options(options: &DatabaseOptions) -> String {
    let DatabaseOptions { connection_limit, allow_connections, is_template } = options;
    let all = [
        connection_limit.map(|limit| format!(" CONNECTION LIMIT {limit}")),
        allow_connections.map(|allow| format!(" ALLOW_CONNECTIONS {allow}")),
        is_template.map(|template| format!(" IS_TEMPLATE {template}")),
    ];
    all.into_iter().flatten().collect()
}

fn locale_options(locale: &Locale) -> String {
    let Locale { all, provider, icu, collate, ctype } = locale;
    // Before PostgreSQL 15, LOCALE sets LC_COLLATE and LC_CTYPE, and cannot be combined with either.
    let apart = collate.is_some() || ctype.is_some();
    let whole = all.as_ref().filter(|_| !apart || *provider == Some(LocaleProvider::Builtin));
    let both = all.as_ref().filter(|_| apart);
    let provider = provider.map(|provider| provider.keyword().to_owned());
    let each = [
        ("LOCALE", whole),
        ("LOCALE_PROVIDER", provider.as_ref()),
        ("ICU_LOCALE", icu.as_ref()),
        ("LC_COLLATE", collate.as_ref().or(both)),
        ("LC_CTYPE", ctype.as_ref().or(both)),
    ];
    let options = each.into_iter().filter_map(|(word, value)| value.map(|value| (word, value)));
    options.map(|(word, value)| format!(" {word} {}", literal(value))).collect()
}

/// The statements of a change.
pub(super) fn statement<'c>(names: &Names, change: &'c Change, version: u32) -> Statement<'c> {
    let (database, sql) = match change {
        Change::CreateRole(c) => return Statement::Role(Role::Create(c)),
        Change::AlterRole(c) => return Statement::Role(Role::Alter(c)),
        Change::CreateDatabase(c) => return Statement::CreateDatabase(c),
        Change::RemovePassword(c) => {
            (None, format!("ALTER ROLE {} PASSWORD NULL", ident(names.real(&c.role))))
        }
        Change::CreateForeignServer(c) => (Some(&c.database), foreign_statement::create_server(names, c)),
        Change::AlterForeignServer(c) => (Some(&c.database), foreign_statement::alter_server(names, c)),
        Change::CreateUserMapping(c) => return Statement::UserMapping(Mapping::Create(c)),
        Change::AlterUserMapping(c) => return Statement::UserMapping(Mapping::Alter(c)),
        Change::CreateSubscription(c) => return Statement::Subscription(Subscription::Create(c)),
        Change::AlterSubscription(c) => return Statement::Subscription(Subscription::Alter(c)),
        Change::GrantRole(c) => (None, grant_role(names, c, version)),
        Change::AlterMembership(c) => (None, alter_membership(names, c, version)),
        Change::GrantParameter(c) => (None, grant_parameter(names, c)),
        Change::AlterDatabase(c) => (None, alter_database(names, c)),
        Change::AlterRoleSettings(c) => (None, alter_role_settings(names, c)),
        Change::CreateSchema(c) => (Some(&c.database), create_schema(names, c)),
        Change::AlterSchema(c) => {
            let owner = ident(names.real(&c.owner.to));
            (Some(&c.database), format!("ALTER SCHEMA {} OWNER TO {owner}", ident(&c.schema)))
        }
        Change::AlterObjectOwner(c) => (Some(&c.database), alter_object_owner(names, c)),
        Change::CreateExtension(c) => (Some(&c.database), create_extension(c)),
        Change::AlterExtension(c) => (Some(&c.database), alter_extension(c)),
        Change::RevokePrivileges(RevokePrivileges { of: c, .. }) => {
            (session_database(c), privilege_statement::revoke(names, c))
        }
        Change::GrantPrivileges(GrantPrivileges(c)) => {
            (session_database(c), privilege_statement::grant(names, c))
        }
        Change::AlterDefaultPrivileges(c) => {
            (Some(&c.database), privilege_statement::grant_default(names, c))
        }
        Change::RevokeDefaultPrivileges(RevokeDefaultPrivileges(c)) => {
            (Some(&c.database), privilege_statement::revoke_default(names, c))
        }
        Change::CreatePublication(c) => (Some(&c.database), publication_statement::create(c)),
        Change::AlterPublication(c) => (Some(&c.database), publication_statement::alter(c)),
        Change::CreateReplicationSlot(c) => {
            (c.of.logical.as_ref().map(|slot| &slot.database), create_slot(c))
        }
    };
    Statement::Sql { database: database.map(String::as_str), sql }
}

/// The database in whose session privileges are granted; `None` for the maintenance session, where privileges on
/// databases themselves are granted.
fn session_database(change: &Privileges) -> Option<&String> {
    (change.target.object != Object::Database).then_some(&change.database)
}

fn alter_database(names: &Names, change: &AlterDatabase) -> String {
    let database = format!("DATABASE {}", ident(&change.database));
    let mut sql = String::new();
    let options = database_options(&DatabaseOptions {
        connection_limit: change.options.connection_limit.as_ref().map(|drift| drift.to),
        allow_connections: change.options.allow_connections.as_ref().map(|drift| drift.to),
        is_template: change.options.is_template.as_ref().map(|drift| drift.to),
    });
    if !options.is_empty() {
        let _ = write!(sql, "ALTER {database}{options};");
    }
    set_parameters(&mut sql, &database, change.settings.iter().map(|(name, drift)| (name, &drift.to)));
    if let Some(owner) = &change.owner {
        let _ = write!(sql, "ALTER {database} OWNER TO {};", ident(names.real(&owner.to)));
    }
    sql
}

fn alter_role_settings(names: &Names, change: &AlterRoleSettings) -> String {
    let mut sql = String::new();
    let role = format!("ROLE {} IN DATABASE {}", ident(names.real(&change.role)), ident(&change.database));
    set_parameters(&mut sql, &role, change.settings.iter().map(|(name, drift)| (name, &drift.to)));
    sql
}

fn alter_object_owner(names: &Names, change: &AlterObjectOwner) -> String {
    let (kind, owner) = (change.kind.to_ascii_uppercase(), ident(names.real(&change.owner.to)));
    format!("ALTER {kind} {} OWNER TO {owner}", change.object)
}

fn grant_parameter(names: &Names, change: &GrantParameter) -> String {
    let (words, role) = (change.words().to_ascii_uppercase(), ident(names.real(&change.role)));
    format!("GRANT {words} ON PARAMETER {} TO {role}", parameter(&change.parameter))
}

fn create_schema(names: &Names, change: &CreateSchema) -> String {
    let owner = change.owner.as_deref().map(|owner| format!(" AUTHORIZATION {}", ident(names.real(owner))));
    format!("CREATE SCHEMA {}{}", ident(&change.schema), owner.unwrap_or_default())
}

fn alter_extension(change: &AlterExtension) -> String {
    let extension = ident(&change.extension);
    let mut sql = String::new();
    if let Some(version) = &change.version {
        let _ = write!(sql, "ALTER EXTENSION {extension} UPDATE TO {};", literal(&version.to));
    }
    if let Some(schema) = &change.schema {
        let _ = write!(sql, "ALTER EXTENSION {extension} SET SCHEMA {};", ident(&schema.to));
    }
    sql
}

fn grant_role(names: &Names, GrantRole { of, options }: &GrantRole, version: u32) -> String {
    let (role, member) = (ident(names.real(&of.role)), ident(names.real(&of.member)));
    let options = if version >= 16 {
        membership_options(options)
    } else if options.admin == Some(true) {
        " WITH ADMIN OPTION".to_owned()
    } else {
        String::new()
    };
    format!("GRANT {role} TO {member}{options}")
}

fn membership_options(Membership { admin, inherit, set }: &Membership) -> String {
    let all = [("ADMIN", admin), ("INHERIT", inherit), ("SET", set)];
    let words: Vec<_> =
        all.into_iter().filter_map(|(word, value)| value.map(|v| format!("{word} {v}"))).collect();
    if words.is_empty() { String::new() } else { format!(" WITH {}", words.join(", ")) }
}

fn alter_membership(names: &Names, change: &AlterMembership, version: u32) -> String {
    let (role, member) = (ident(names.real(&change.of.role)), ident(names.real(&change.of.member)));
    let to = Membership {
        admin: change.options.admin.as_ref().map(|drift| drift.to),
        inherit: change.options.inherit.as_ref().map(|drift| drift.to),
        set: change.options.set.as_ref().map(|drift| drift.to),
    };
    if version < 16 {
        return match to.admin {
            Some(false) => format!("REVOKE ADMIN OPTION FOR {role} FROM {member}"),
            _ => format!("GRANT {role} TO {member} WITH ADMIN OPTION"),
        };
    }
    // The grant of each grantor has options of its own.
    let by = |grantor: &String| {
        format!(
            "GRANT {role} TO {member}{} GRANTED BY {};",
            membership_options(&to),
            ident(names.real(grantor))
        )
    };
    change.grantors.iter().map(by).collect()
}

fn create_extension(change: &CreateExtension) -> String {
    let mut sql = format!("CREATE EXTENSION {}", ident(&change.extension));
    if let Some(schema) = &change.schema {
        let _ = write!(sql, " SCHEMA {}", ident(schema));
    }
    if let Some(version) = &change.version {
        let _ = write!(sql, " VERSION {}", literal(version));
    }
    sql
}

/// The call that creates a replication slot. An option that is false is left out, since older releases do not have
/// the options.
fn create_slot(change: &CreateReplicationSlot) -> String {
    let name = literal(&change.slot);
    let Some(slot) = &change.of.logical else {
        return format!("SELECT pg_catalog.pg_create_physical_replication_slot({name})");
    };
    let option =
        |name: &str, value| if value == Some(true) { format!(", {name} => true") } else { String::new() };
    let options = option("twophase", slot.two_phase) + &option("failover", slot.failover);
    let plugin = literal(slot.plugin());
    format!("SELECT pg_catalog.pg_create_logical_replication_slot({name}, {plugin}{options})")
}
