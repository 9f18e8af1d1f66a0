//! The SQL of grants, revokes and default privileges.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::change::{AlterDefaultPrivileges, Privileges};
use crate::desired::PUBLIC;
use crate::desired::sql::{ident, idents};
use crate::spec::{FutureObject, Object, Privilege};
use crate::wire::Names;

pub(super) fn grant(names: &Names, change: &Privileges) -> String {
    grant_statement(names, change, &privileges_on_target(change))
}

fn grant_statement(names: &Names, change: &Privileges, privileges: &str) -> String {
    let option = if change.target.grant_option { " WITH GRANT OPTION" } else { "" };
    format!("GRANT {privileges} TO {}{option}", grantee(names, &change.target.role))
}

/// The same grant on these objects alone. They are all of one kind, and each is given as its kind and its name.
pub(super) fn grant_on_each(names: &Names, change: &Privileges, objects: &[String]) -> Option<String> {
    let (kind, _) = objects.first()?.split_once(' ')?;
    let each: Vec<_> = objects.iter().filter_map(|object| Some(object.split_once(' ')?.1)).collect();
    Some(grant_statement(
        names,
        change,
        &format!("{} ON {kind} {}", privilege_list(&change.privileges), each.join(", ")),
    ))
}

fn grantee(names: &Names, role: &str) -> String {
    if role == PUBLIC { "PUBLIC".to_owned() } else { ident(names.real(role)) }
}

fn privilege_list(privileges: &BTreeSet<Privilege>) -> String {
    privileges.iter().map(|privilege| privilege.keyword().to_ascii_uppercase()).collect::<Vec<_>>().join(", ")
}

pub(super) fn revoke(names: &Names, change: &Privileges) -> String {
    format!("REVOKE {} FROM {}", privileges_on_target(change), grantee(names, &change.target.role))
}

fn privileges_on_target(change: &Privileges) -> String {
    let target = &change.target;
    let schema = ident(target.schema.as_deref().unwrap_or_default());
    let (name, arguments) = target.name_and_arguments();
    let named = name.map(|name| format!("{schema}.{}{}", ident(name), arguments.unwrap_or_default()));
    let of_kind = |one: &str, all: &str| match &named {
        Some(named) => format!("{one} {named}"),
        None => format!("ALL {all} IN SCHEMA {schema}"),
    };
    let on = match target.object {
        Object::Database => format!("DATABASE {}", ident(&change.database)),
        Object::Schema => format!("SCHEMA {schema}"),
        Object::Tables => of_kind("TABLE", "TABLES"),
        Object::Sequences => of_kind("SEQUENCE", "SEQUENCES"),
        // `ROUTINE` includes procedures.
        Object::Functions => of_kind("ROUTINE", "ROUTINES"),
        Object::Types => of_kind("TYPE", "TYPES"),
    };
    let columns = idents(target.columns.iter().map(String::as_str));
    let columns = if columns.is_empty() { columns } else { format!(" ({columns})") };
    let each = change.privileges.iter().map(|p| p.keyword().to_ascii_uppercase() + &columns);
    format!("{} ON {on}", each.collect::<Vec<_>>().join(", "))
}

/// `ALTER DEFAULT PRIVILEGES … GRANT`
pub(super) fn grant_default(names: &Names, change: &AlterDefaultPrivileges) -> String {
    let option = if change.target.grant_option { " WITH GRANT OPTION" } else { "" };
    let to = grantee(names, &change.target.role);
    format!("{} TO {to}{option}", default_privileges(names, change, "GRANT"))
}

/// `ALTER DEFAULT PRIVILEGES … REVOKE`
pub(super) fn revoke_default(names: &Names, change: &AlterDefaultPrivileges) -> String {
    format!("{} FROM {}", default_privileges(names, change, "REVOKE"), grantee(names, &change.target.role))
}

fn default_privileges(names: &Names, change: &AlterDefaultPrivileges, verb: &str) -> String {
    let target = &change.target;
    let mut sql = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}", ident(names.real(&target.creator)));
    if let Some(schema) = &target.schema {
        let _ = write!(sql, " IN SCHEMA {}", ident(schema));
    }
    let object = match target.object {
        FutureObject::Tables => "TABLES",
        FutureObject::Sequences => "SEQUENCES",
        FutureObject::Functions => "ROUTINES",
        FutureObject::Types => "TYPES",
        FutureObject::Schemas => "SCHEMAS",
    };
    let _ = write!(sql, " {verb} {} ON {object}", privilege_list(&change.privileges));
    sql
}
