//! Reads roles and databases, as far as they are visible in every session of the server.

use init_core::export::Scope;

use super::found::{Found, MAINTENANCE};
use super::privileges::{ChangedPrivileges, PrivilegeCounts, changed_privileges};
use super::{query, roles};
use crate::desired::{Database, DatabaseOptions, Locale};
use crate::error::Error;
use crate::observe::cluster;
use crate::observed;
use crate::spec::LocaleProvider;
use crate::wire::{Row, Server};

/// The databases of users: the templates belong to the server. ICU locales may have rules since PostgreSQL 16.
const DATABASES: &str = "\
    SELECT d.datname::text, pg_catalog.to_jsonb(d)->>'daticurules' IS NOT NULL, \
        d.datallowconn, pg_catalog.has_database_privilege(d.oid, 'CONNECT') \
    FROM pg_catalog.pg_database d WHERE d.datname NOT IN ('template0', 'template1') ORDER BY 1";

/// The tablespace in which `initdb` creates everything.
const DEFAULT_TABLESPACE: &str = "pg_default";

/// Objects of the whole server that a spec cannot declare, with their numbers.
const OTHER: &str = "\
    SELECT w.what, w.count FROM (VALUES \
        ('parameters of all roles (ALTER ROLE ALL SET)', (SELECT count(*) FROM pg_catalog.pg_db_role_setting s \
            WHERE s.setdatabase = 0 AND s.setrole = 0)), \
        ('tablespaces', (SELECT count(*) FROM pg_catalog.pg_tablespace t WHERE t.oid NOT IN (1663, 1664))), \
        ('privileges on parameters of everyone, or with the right to pass them on', [PARAMETERS]) \
    ) w(what, count) WHERE w.count > 0 ORDER BY 1";

/// Privileges on parameters exist since PostgreSQL 15.
const PARAMETERS: &str = "\
    (SELECT count(*) FROM pg_catalog.pg_parameter_acl p, LATERAL pg_catalog.aclexplode(p.paracl) a \
        WHERE a.grantee = 0 OR a.is_grantable AND a.grantee <> 10)";

pub(super) async fn read(server: &Server, scope: &Scope, found: &mut Found) -> Result<(), Error> {
    let main = &server.main;
    let other = OTHER.replace("[PARAMETERS]", if found.context.version < 15 { "0" } else { PARAMETERS });
    let (listed, databases, passwords, acl, other) = tokio::try_join!(
        main.query("listing roles", roles::ROLES, []),
        main.query("listing databases", DATABASES, []),
        async {
            if found.context.sees_passwords {
                main.query("reading who has a password", roles::PASSWORDS, []).await
            } else {
                Ok(Vec::new())
            }
        },
        main.query("reading privileges", query::DATABASES, []),
        main.query("counting objects that a spec cannot declare", &other, []),
    )?;
    let names = listed.iter().map(|row| row.get(0)).collect::<Result<Vec<String>, _>>()?;
    let own: Vec<&str> = databases.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    let (observed, _) = cluster::read_roles_and_databases(server, &names, &own).await?;
    let stored = passwords.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, Error>>()?;
    roles::add_all(&observed, &stored, found);
    for row in &databases {
        let name: &str = row.get(0)?;
        note_exceptions(row, found)?;
        if let Some(existing) = observed.databases.get(name) {
            add_database(name, existing, scope, found);
        }
    }
    for row in &other {
        found.note("databases", "", format!("{} ({})", row.get::<&str>(0)?, row.get::<i64>(1)?));
    }
    add_privileges(&acl.iter().map(PrivilegeCounts::read).collect::<Result<Vec<_>, _>>()?, found);
    Ok(())
}

/// Notes the properties of a database that a spec cannot express, and whether a session can be opened in it.
fn note_exceptions(row: &Row, found: &mut Found) -> Result<(), Error> {
    let name: &str = row.get(0)?;
    let (open, admitted): (bool, bool) = (row.get(2)?, row.get(3)?);
    for (odd, text) in [
        (row.get(1)?, "the rules of its ICU locale"),
        (!open, "what is inside: it takes no connections"),
        (open && !admitted, "what is inside: the role that provisions may not connect to it"),
    ] {
        if odd {
            found.note("databases", name, text);
        }
    }
    if open && admitted {
        found.accessible.insert(name.to_owned());
    }
    Ok(())
}

fn add_database(name: &str, existing: &observed::Database, scope: &Scope, found: &mut Found) {
    // Every server creates its maintenance database itself.
    let made = name != MAINTENANCE;
    let locale = locale(&existing.locale, found.context.version);
    if locale.is_none() {
        found.note("databases", name, "its locale: it has a provider that a spec does not know");
    }
    let role_settings = existing.role_settings.iter();
    let role_settings =
        role_settings.map(|(role, stored)| (found.context.key(role), roles::settings(stored)));
    let database = Database {
        owner: found.context.owner(&existing.owner),
        encoding: made.then(|| existing.encoding.clone()),
        locale: locale.filter(|_| made).unwrap_or_default(),
        tablespace: Some(existing.tablespace.clone()).filter(|tablespace| tablespace != DEFAULT_TABLESPACE),
        options: DatabaseOptions {
            connection_limit: existing.options.connection_limit.filter(|limit| *limit != -1),
            allow_connections: existing.options.allow_connections.filter(|allow| !allow),
            is_template: existing.options.is_template.filter(|template| *template),
        },
        settings: roles::settings(&existing.settings),
        role_settings: role_settings.collect(),
        ..Database::default()
    };
    if scope.includes_section("databases") {
        found.databases.insert(name.to_owned(), database);
    }
}

/// The locale as a spec declares it. The provider is always included, since another server may have another default.
fn locale(existing: &observed::Locale, version: u32) -> Option<Locale> {
    let provider = existing.provider?;
    let all = match provider {
        LocaleProvider::Builtin => existing.of_provider.clone()?,
        LocaleProvider::Icu if existing.collate != existing.ctype => String::new(),
        LocaleProvider::Libc | LocaleProvider::Icu => existing.collate.clone(),
    };
    let apart = |part: &String| Some(part.clone()).filter(|part| *part != all);
    let (collate, ctype) = (apart(&existing.collate), apart(&existing.ctype));
    Some(Locale {
        provider: Some(provider).filter(|_| version >= 15),
        icu: existing.of_provider.clone().filter(|_| provider == LocaleProvider::Icu),
        collate,
        ctype,
        all: Some(all).filter(|all| !all.is_empty()),
    })
}

fn add_privileges(rows: &[PrivilegeCounts], found: &mut Found) {
    let mut names: Vec<&str> = rows.iter().map(|row| row.place.as_str()).collect();
    names.dedup();
    for name in names {
        let of = rows.iter().filter(|row| row.place == name);
        let ChangedPrivileges { grants, revokes, notes } =
            changed_privileges(of, &found.context).resolve_contradictions(found.context.version);
        if let Some(database) = found.databases.get_mut(name) {
            database.grants = grants;
            database.revokes = revokes;
        }
        for text in notes {
            found.note("databases", name, text);
        }
    }
}
