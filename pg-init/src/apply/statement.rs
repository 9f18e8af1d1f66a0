//! Changes as SQL. Names and values are quoted, always.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::change::{
    AlterDefaultPrivileges, AlterMembership, AlterPublication, Change, CreateDatabase, CreateExtension,
    CreatePublication, GrantPrivileges, GrantRole, Privileges, RevokePrivileges, operations,
};
use crate::desired::{Attributes, Membership, PUBLIC};
use crate::names::Names;
use crate::spec::{Future, Object, Privilege, Setting};
use crate::sql::{ident, idents, literal, parameter, qualified};

/// `CREATE ROLE` or `ALTER ROLE` with its parameters, as one message.
pub(super) fn role(names: &Names, change: &Change, verifier: Option<&str>) -> String {
    let (verb, key, attributes, settings) = match change {
        Change::CreateRole(c) => {
            ("CREATE", &c.role, c.attributes.clone(), c.settings.iter().collect::<Vec<_>>())
        }
        Change::AlterRole(c) => {
            let a = c.attributes.clone();
            let attributes = Attributes {
                login: a.login.map(|drift| drift.to),
                superuser: a.superuser.map(|drift| drift.to),
                createdb: a.createdb.map(|drift| drift.to),
                createrole: a.createrole.map(|drift| drift.to),
                replication: a.replication.map(|drift| drift.to),
                bypassrls: a.bypassrls.map(|drift| drift.to),
                inherit: a.inherit.map(|drift| drift.to),
                connection_limit: a.connection_limit.map(|drift| drift.to),
                valid_until: a.valid_until.map(|drift| drift.to),
            };
            ("ALTER", &c.role, attributes, c.settings.iter().map(|(name, drift)| (name, &drift.to)).collect())
        }
        _ => return String::new(),
    };
    let role = ident(names.real(key));
    let words = words(&attributes, verifier);
    let mut sql = String::new();
    if verb == "CREATE" || !words.is_empty() {
        let _ = write!(sql, "{verb} ROLE {role}{words};");
    }
    set(&mut sql, &format!("ROLE {role}"), settings);
    sql
}

fn words(attributes: &Attributes, verifier: Option<&str>) -> String {
    let mut sql = String::new();
    for (value, word) in [
        (attributes.login, "LOGIN"),
        (attributes.superuser, "SUPERUSER"),
        (attributes.createdb, "CREATEDB"),
        (attributes.createrole, "CREATEROLE"),
        (attributes.replication, "REPLICATION"),
        (attributes.bypassrls, "BYPASSRLS"),
        (attributes.inherit, "INHERIT"),
    ] {
        if let Some(value) = value {
            let _ = write!(sql, " {}{word}", if value { "" } else { "NO" });
        }
    }
    if let Some(limit) = attributes.connection_limit {
        let _ = write!(sql, " CONNECTION LIMIT {limit}");
    }
    if let Some(until) = attributes.valid_until {
        let _ = write!(sql, " VALID UNTIL {}", literal(&until.to_string()));
    }
    if let Some(verifier) = verifier {
        let _ = write!(sql, " PASSWORD {}", literal(verifier));
    }
    sql
}

/// `ALTER … SET` for each parameter.
pub(super) fn set<'a>(
    sql: &mut String,
    of: &str,
    settings: impl IntoIterator<Item = (&'a String, &'a Setting)>,
) {
    for (name, value) in settings {
        let _ = write!(sql, "ALTER {of} SET {} = {};", parameter(name), value.sql(name));
    }
}

/// `CREATE DATABASE`, with its owner where we may give it away at once. It bears no transaction.
pub(super) fn create_database(change: &CreateDatabase, owner: Option<&str>) -> String {
    let mut sql = format!("CREATE DATABASE {}", ident(&change.database));
    if let Some(owner) = owner {
        let _ = write!(sql, " OWNER {}", ident(owner));
    }
    let _ = write!(sql, " TEMPLATE {}", ident(&change.template));
    if let Some(encoding) = &change.encoding {
        let _ = write!(sql, " ENCODING {}", literal(encoding));
    }
    if let Some(locale) = &change.locale {
        let _ = write!(sql, " LOCALE {}", literal(locale));
    }
    if let Some(limit) = change.connection_limit {
        let _ = write!(sql, " CONNECTION LIMIT {limit}");
    }
    sql
}

/// Every other change, as one message.
pub(super) fn other(names: &Names, change: &Change, version: u32) -> String {
    match change {
        Change::GrantRole(c) => grant_role(names, c, version),
        Change::AlterMembership(c) => alter_membership(names, c, version),
        Change::AlterDatabase(c) => {
            let database = format!("DATABASE {}", ident(&c.database));
            let mut sql = String::new();
            if let Some(limit) = &c.connection_limit {
                let _ = write!(sql, "ALTER {database} CONNECTION LIMIT {};", limit.to);
            }
            set(&mut sql, &database, c.settings.iter().map(|(name, drift)| (name, &drift.to)));
            if let Some(owner) = &c.owner {
                let _ = write!(sql, "ALTER {database} OWNER TO {};", ident(names.real(&owner.to)));
            }
            sql
        }
        Change::CreateSchema(c) => {
            let owner =
                c.owner.as_deref().map(|owner| format!(" AUTHORIZATION {}", ident(names.real(owner))));
            format!("CREATE SCHEMA {}{}", ident(&c.schema), owner.unwrap_or_default())
        }
        Change::AlterSchema(c) => {
            format!("ALTER SCHEMA {} OWNER TO {}", ident(&c.schema), ident(names.real(&c.owner.to)))
        }
        Change::CreateExtension(c) => create_extension(c),
        Change::AlterExtension(c) => {
            let extension = ident(&c.extension);
            let mut sql = String::new();
            if let Some(version) = &c.version {
                let _ = write!(sql, "ALTER EXTENSION {extension} UPDATE TO {};", literal(&version.to));
            }
            if let Some(schema) = &c.schema {
                let _ = write!(sql, "ALTER EXTENSION {extension} SET SCHEMA {};", ident(&schema.to));
            }
            sql
        }
        Change::RevokePrivileges(RevokePrivileges(c)) => {
            format!("REVOKE {} FROM {}", privileges(c), grantee(names, &c.target.role))
        }
        Change::GrantPrivileges(GrantPrivileges(c)) => {
            let option = if c.target.grant_option { " WITH GRANT OPTION" } else { "" };
            format!("GRANT {} TO {}{option}", privileges(c), grantee(names, &c.target.role))
        }
        Change::AlterDefaultPrivileges(c) => defaults(names, c),
        Change::CreatePublication(c) => create_publication(c),
        Change::AlterPublication(c) => alter_publication(c),
        Change::CreateRole(_) | Change::AlterRole(_) | Change::CreateDatabase(_) => String::new(),
    }
}

fn grant_role(names: &Names, GrantRole { of, options }: &GrantRole, version: u32) -> String {
    let (role, member) = (ident(names.real(&of.role)), ident(names.real(&of.member)));
    let options = if version >= 16 {
        membership(options)
    } else if options.admin == Some(true) {
        " WITH ADMIN OPTION".to_owned()
    } else {
        String::new()
    };
    format!("GRANT {role} TO {member}{options}")
}

fn membership(Membership { admin, inherit, set }: &Membership) -> String {
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
    // Each grantor's own grant has its own options.
    let by = |grantor: &String| {
        format!("GRANT {role} TO {member}{} GRANTED BY {};", membership(&to), ident(names.real(grantor)))
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

fn grantee(names: &Names, role: &str) -> String {
    if role == PUBLIC { "PUBLIC".to_owned() } else { ident(names.real(role)) }
}

fn list(privileges: &BTreeSet<Privilege>) -> String {
    privileges.iter().map(|privilege| privilege.word().to_ascii_uppercase()).collect::<Vec<_>>().join(", ")
}

fn privileges(change: &Privileges) -> String {
    let schema = ident(change.target.schema.as_deref().unwrap_or_default());
    let on = match change.target.object {
        Object::Database => format!("DATABASE {}", ident(&change.database)),
        Object::Schema => format!("SCHEMA {schema}"),
        Object::Tables => format!("ALL TABLES IN SCHEMA {schema}"),
        Object::Sequences => format!("ALL SEQUENCES IN SCHEMA {schema}"),
        // Procedures too.
        Object::Functions => format!("ALL ROUTINES IN SCHEMA {schema}"),
    };
    format!("{} ON {on}", list(&change.privileges))
}

fn defaults(names: &Names, change: &AlterDefaultPrivileges) -> String {
    let target = &change.target;
    let mut sql = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {}", ident(names.real(&target.creator)));
    if let Some(schema) = &target.schema {
        let _ = write!(sql, " IN SCHEMA {}", ident(schema));
    }
    let object = match target.object {
        Future::Tables => "TABLES",
        Future::Sequences => "SEQUENCES",
        Future::Functions => "ROUTINES",
        Future::Types => "TYPES",
        Future::Schemas => "SCHEMAS",
    };
    let _ =
        write!(sql, " GRANT {} ON {object} TO {}", list(&change.privileges), grantee(names, &target.role));
    sql + if target.grant_option { " WITH GRANT OPTION" } else { "" }
}

fn create_publication(change: &CreatePublication) -> String {
    let mut sql = format!("CREATE PUBLICATION {}", ident(&change.publication));
    if change.all_tables {
        sql.push_str(" FOR ALL TABLES");
    } else if !change.tables.is_empty() || !change.schemas.is_empty() {
        let _ = write!(sql, " FOR {}", members(&change.tables, &change.schemas));
    }
    if let Some(publish) = &change.publish {
        let _ = write!(sql, " WITH (publish = {})", literal(&operations(publish)));
    }
    sql
}

fn alter_publication(change: &AlterPublication) -> String {
    let publication = format!("ALTER PUBLICATION {}", ident(&change.publication));
    let mut sql = String::new();
    if !change.add_tables.is_empty() || !change.add_schemas.is_empty() {
        let _ = write!(sql, "{publication} ADD {};", members(&change.add_tables, &change.add_schemas));
    }
    if let Some(publish) = &change.publish {
        let _ = write!(sql, "{publication} SET (publish = {});", literal(&operations(&publish.to)));
    }
    sql
}

fn members(tables: &BTreeSet<(String, String)>, schemas: &BTreeSet<String>) -> String {
    let tables = tables.iter().map(qualified).collect::<Vec<_>>().join(", ");
    let schemas = idents(schemas.iter().map(String::as_str));
    let (tables, schemas) = (prefix("TABLE ", &tables), prefix("TABLES IN SCHEMA ", &schemas));
    [tables, schemas].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn prefix(words: &str, list: &str) -> Option<String> {
    (!list.is_empty()).then(|| format!("{words}{list}"))
}
