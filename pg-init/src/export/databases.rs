//! Databases as every session of the server sees them, and the reading of both roles and databases.

use init_core::export::Scope;

use super::found::{Found, MAINTENANCE};
use super::privileges::{Changed, Counted, changed};
use super::{query, roles};
use crate::desired::{Database, DatabaseOptions, Locale};
use crate::error::Error;
use crate::observe::cluster;
use crate::observed;
use crate::spec::LocaleProvider;
use crate::wire::{Row, Server};

/// The first templates are the server's own. ICU locales may have rules from PostgreSQL 16 on.
const DATABASES: &str = "\
    SELECT d.datname::text, pg_catalog.to_jsonb(d)->>'daticurules' IS NOT NULL, \
        d.datallowconn, pg_catalog.has_database_privilege(d.oid, 'CONNECT') \
    FROM pg_catalog.pg_database d WHERE d.datname NOT IN ('template0', 'template1') ORDER BY 1";

/// Where `initdb` puts everything.
const DEFAULT_TABLESPACE: &str = "pg_default";

/// What belongs to the whole server and is in no spec.
const OTHER: &str = "\
    SELECT w.what, w.count FROM (VALUES \
        ('parameters of all roles (ALTER ROLE ALL SET)', (SELECT count(*) FROM pg_catalog.pg_db_role_setting s \
            WHERE s.setdatabase = 0 AND s.setrole = 0)), \
        ('tablespaces', (SELECT count(*) FROM pg_catalog.pg_tablespace t WHERE t.oid NOT IN (1663, 1664))), \
        ('privileges on parameters of everyone, or with the right to pass them on', [PARAMETERS]) \
    ) w(what, count) WHERE w.count > 0 ORDER BY 1";

/// From PostgreSQL 15 on.
const PARAMETERS: &str = "\
    (SELECT count(*) FROM pg_catalog.pg_parameter_acl p, LATERAL pg_catalog.aclexplode(p.paracl) a \
        WHERE a.grantee = 0 OR a.is_grantable AND a.grantee <> 10)";

pub(super) async fn read(server: &Server, scope: &Scope, found: &mut Found) -> Result<(), Error> {
    let main = &server.main;
    let other = OTHER.replace("[PARAMETERS]", if found.own.version < 15 { "0" } else { PARAMETERS });
    let (listed, databases, passwords, acl, other) = tokio::try_join!(
        main.rows("listing roles", roles::ROLES, []),
        main.rows("listing databases", DATABASES, []),
        async {
            if found.own.sees_passwords {
                main.rows("reading who has a password", roles::PASSWORDS, []).await
            } else {
                Ok(Vec::new())
            }
        },
        main.rows("reading privileges", query::DATABASES, []),
        main.rows("reading what else there is", &other, []),
    )?;
    let names = listed.iter().map(|row| row.get(0)).collect::<Result<Vec<String>, _>>()?;
    let own: Vec<&str> = databases.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    let (observed, _) = cluster::listed(server, &names, &own).await?;
    let stored = passwords.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect::<Result<_, Error>>()?;
    roles::all(&observed, &stored, found);
    for row in &databases {
        let name: &str = row.get(0)?;
        odd(row, found)?;
        if let Some(there) = observed.databases.get(name) {
            database(name, there, scope, found);
        }
    }
    for row in &other {
        found.unsaid("databases", "", format!("{} ({})", row.get::<&str>(0)?, row.get::<i64>(1)?));
    }
    privileges(&acl.iter().map(Counted::read).collect::<Result<Vec<_>, _>>()?, found);
    Ok(())
}

/// What of a database a spec cannot say, and whether a session can be in it.
fn odd(row: &Row, found: &mut Found) -> Result<(), Error> {
    let name: &str = row.get(0)?;
    let (open, admitted): (bool, bool) = (row.get(2)?, row.get(3)?);
    for (odd, text) in [
        (row.get(1)?, "the rules of its ICU locale"),
        (!open, "what is inside: it takes no connections"),
        (open && !admitted, "what is inside: the role that provisions may not connect to it"),
    ] {
        if odd {
            found.unsaid("databases", name, text);
        }
    }
    if open && admitted {
        found.open.insert(name.to_owned());
    }
    Ok(())
}

fn database(name: &str, there: &observed::Database, scope: &Scope, found: &mut Found) {
    // Every server has made its maintenance database in its own way.
    let made = name != MAINTENANCE;
    let locale = locale(&there.locale, found.own.version);
    if locale.is_none() {
        found.unsaid("databases", name, "its locale: it has a provider that a spec does not know");
    }
    let role_settings = there.role_settings.iter();
    let role_settings = role_settings.map(|(role, stored)| (found.own.key(role), roles::settings(stored)));
    let database = Database {
        owner: found.own.owner(&there.owner),
        encoding: made.then(|| there.encoding.clone()),
        locale: locale.filter(|_| made).unwrap_or_default(),
        tablespace: Some(there.tablespace.clone()).filter(|tablespace| tablespace != DEFAULT_TABLESPACE),
        options: DatabaseOptions {
            connection_limit: there.options.connection_limit.filter(|limit| *limit != -1),
            allow_connections: there.options.allow_connections.filter(|allow| !allow),
            is_template: there.options.is_template.filter(|template| *template),
        },
        settings: roles::settings(&there.settings),
        role_settings: role_settings.collect(),
        ..Database::default()
    };
    if scope.has("databases") {
        found.databases.insert(name.to_owned(), database);
    }
}

/// In the words of a spec. The provider is always said, since another server may have another default.
fn locale(there: &observed::Locale, version: u32) -> Option<Locale> {
    let provider = there.provider?;
    let all = match provider {
        LocaleProvider::Builtin => there.own.clone()?,
        LocaleProvider::Icu if there.collate != there.ctype => String::new(),
        LocaleProvider::Libc | LocaleProvider::Icu => there.collate.clone(),
    };
    let apart = |part: &String| Some(part.clone()).filter(|part| *part != all);
    let (collate, ctype) = (apart(&there.collate), apart(&there.ctype));
    Some(Locale {
        provider: Some(provider).filter(|_| version >= 15),
        icu: there.own.clone().filter(|_| provider == LocaleProvider::Icu),
        collate,
        ctype,
        all: Some(all).filter(|all| !all.is_empty()),
    })
}

fn privileges(rows: &[Counted], found: &mut Found) {
    let mut names: Vec<&str> = rows.iter().map(|row| row.place.as_str()).collect();
    names.dedup();
    for name in names {
        let of = rows.iter().filter(|row| row.place == name);
        let Changed { grants, revokes, unsaid } = changed(of, &found.own).settled(found.own.version);
        if let Some(database) = found.databases.get_mut(name) {
            database.grants = grants;
            database.revokes = revokes;
        }
        for text in unsaid {
            found.unsaid("databases", name, text);
        }
    }
}
