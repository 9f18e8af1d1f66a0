//! Roles, memberships, databases and their settings: what every session of the server sees.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::access::{self, Oids};
use crate::backend::Postgres;
use crate::desired::{Attributes, Desired, Until};
use crate::error::Error;
use crate::names::Names;
use crate::observed::{Acl, Database, MemberRow, Observed, Role, Stored};

const ROLES: &str = "\
    SELECT r.rolname::text, r.rolcanlogin, r.rolsuper, r.rolcreatedb, r.rolcreaterole, r.rolreplication, \
        r.rolbypassrls, r.rolinherit, r.rolconnlimit, \
        CASE WHEN pg_catalog.isfinite(r.rolvaliduntil) \
            THEN pg_catalog.floor(pg_catalog.date_part('epoch', r.rolvaliduntil))::int8 END, r.oid \
    FROM pg_catalog.pg_roles r WHERE r.rolname = ANY($1)";

/// `{options}` are columns from PostgreSQL 16.
const MEMBERS: &str = "\
    SELECT m.rolname::text, g.rolname::text, pg_catalog.pg_get_userbyid(a.grantor)::text, a.admin_option, {options} \
    FROM pg_catalog.pg_auth_members a \
    JOIN pg_catalog.pg_roles m ON m.oid = a.member JOIN pg_catalog.pg_roles g ON g.oid = a.roleid \
    WHERE m.rolname = ANY($1)";

const DATABASES: &str = "\
    SELECT d.datname::text, pg_catalog.pg_get_userbyid(d.datdba)::text, pg_catalog.pg_encoding_to_char(d.encoding)::text, \
        d.datlocprovider::text, d.datcollate, d.datctype, d.{locale}, d.datconnlimit, d.datallowconn \
    FROM pg_catalog.pg_database d WHERE d.datname = ANY($1)";

const SETTINGS: &str = "\
    SELECT d.datname::text, r.rolname::text, s.setconfig \
    FROM pg_catalog.pg_db_role_setting s \
    LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole \
    WHERE (s.setdatabase = 0 AND r.rolname = ANY($1)) OR (s.setrole = 0 AND d.datname = ANY($2))";

const ENCODINGS: &str = "\
    SELECT e, pg_catalog.pg_encoding_to_char(pg_catalog.pg_char_to_encoding(e::name))::text \
    FROM pg_catalog.unnest($1::text[]) e";

/// Also gives the server's numbers for the roles, by real name.
pub(super) async fn observe(
    postgres: &Postgres,
    desired: &Desired,
) -> Result<(Observed, BTreeMap<String, u32>), Error> {
    let (main, names) = (&postgres.main, &postgres.names);
    let version = main.facts.version;
    let roles = names.all(desired.referenced_roles());
    let databases: Vec<&str> = desired.referenced_databases().into_iter().collect();
    let encodings: BTreeSet<&str> =
        desired.databases.values().filter_map(|d| d.encoding.as_deref()).collect();
    let encodings: Vec<&str> = encodings.into_iter().collect();
    let options = if version >= 16 { "a.inherit_option, a.set_option" } else { "true, true" };
    let members = MEMBERS.replace("{options}", options);
    let locale = DATABASES.replace("{locale}", if version >= 17 { "datlocale" } else { "daticulocale" });
    let text = Type::TEXT_ARRAY;
    let (roles, members, databases, settings, encodings) = tokio::try_join!(
        main.rows("reading roles", ROLES, [(&roles, text.clone())]),
        main.rows("reading memberships", &members, [(&roles, text.clone())]),
        main.rows("reading databases", &locale, [(&databases, text.clone())]),
        main.rows("reading settings", SETTINGS, [(&roles, text.clone()), (&databases, text.clone())]),
        main.rows("reading encodings", ENCODINGS, [(&encodings, text.clone())]),
    )?;
    let oids = roles.iter().map(|row| (row.get(0), row.get(10))).collect();
    let acl = access::databases(main, &Oids { names, roles: &oids }, desired).await?;
    let mut observed = Observed { version, ..Observed::default() };
    for row in &encodings {
        let (written, canonical): (String, String) = (row.get(0), row.get(1));
        if canonical.is_empty() {
            return Err(Error::Missing(format!("the server knows no encoding {written}")));
        }
        observed.encodings.insert(written, canonical);
    }
    observed.roles.extend(roles.iter().map(|row| (names.key(row.get(0)), role(row))));
    for row in &members {
        member(row, names, &mut observed);
    }
    observed.databases.extend(databases.iter().map(|row| (row.get(0), database(row, names))));
    for row in &settings {
        setting(row, names, &mut observed);
    }
    for (name, acl) in acl {
        if let Some(database) = observed.databases.get_mut(&name) {
            database.acl = acl;
        }
    }
    Ok((observed, oids))
}

fn role(row: &Row) -> Role {
    let attributes = Attributes {
        login: row.get(1),
        superuser: row.get(2),
        createdb: row.get(3),
        createrole: row.get(4),
        replication: row.get(5),
        bypassrls: row.get(6),
        inherit: row.get(7),
        connection_limit: row.get(8),
        valid_until: Some(row.get::<_, Option<i64>>(9).map_or(Until::Infinity, Until::At)),
    };
    Role { attributes, ..Role::default() }
}

fn member(row: &Row, names: &Names, observed: &mut Observed) {
    let of = MemberRow { grantor: row.get(2), admin: row.get(3), inherit: row.get(4), set: row.get(5) };
    if let Some(role) = observed.roles.get_mut(&names.key(row.get(0))) {
        role.member_of.entry(names.key(row.get(1))).or_default().push(of);
    }
}

fn database(row: &Row, names: &Names) -> Database {
    let provider: &str = row.get(3);
    let locales = match (provider, row.get::<_, Option<String>>(6)) {
        ("c", _) | (_, None) => [row.get(4), row.get(5)].into(),
        (_, Some(locale)) => [locale].into(),
    };
    Database {
        owner: names.key(row.get(1)),
        encoding: row.get(2),
        locales,
        connection_limit: row.get(7),
        allows_connections: row.get(8),
        acl: Acl::default(),
        ..Database::default()
    }
}

fn setting(row: &Row, names: &Names, observed: &mut Observed) {
    let (database, role): (Option<&str>, Option<&str>) = (row.get(0), row.get(1));
    let settings = match (database, role) {
        (Some(name), None) => observed.databases.get_mut(name).map(|database| &mut database.settings),
        (None, Some(name)) => observed.roles.get_mut(&names.key(name)).map(|role| &mut role.settings),
        _ => None,
    };
    let Some(settings) = settings else { return };
    for pair in row.get::<_, Vec<String>>(2) {
        if let Some((name, text)) = pair.split_once('=') {
            settings.insert(name.to_ascii_lowercase(), Stored { text: text.to_owned(), equal: false });
        }
    }
}
