//! Reads foreign servers and user mappings. Options that are secrets are compared here, and their stored values are
//! not kept.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Secret, Secrets};
use secrecy::ExposeSecret as _;
use tokio_postgres::types::Type;
use tracing::warn;

use crate::desired::{Database, is_secret_option};
use crate::error::Error;
use crate::observed::{Contents, ForeignServer, UserMapping};
use crate::wire::{Row, Session};

const WRAPPERS: &str = "SELECT w.fdwname::text FROM pg_catalog.pg_foreign_data_wrapper w";

/// `$1` is the names of the foreign servers, or null for all of this database that no extension has created.
const SERVERS: &str = "\
    SELECT s.srvname::text, w.fdwname::text, s.srvtype, s.srvversion, s.srvoptions, \
        pg_catalog.pg_get_userbyid(s.srvowner)::text, \
        ARRAY(SELECT CASE a.grantee WHEN 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END \
            FROM pg_catalog.aclexplode(coalesce(s.srvacl, pg_catalog.acldefault('S', s.srvowner))) a) \
    FROM pg_catalog.pg_foreign_server s JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw \
    WHERE s.srvname = ANY($1) OR $1 IS NULL AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d \
        WHERE d.objid = s.oid AND d.deptype = 'e' AND d.classid = 'pg_catalog.pg_foreign_server'::pg_catalog.regclass)";

/// The view hides options that may not be read, which looks the same as no options. So the query also evaluates the
/// view's own condition.
const MAPPINGS: &str = "\
    SELECT m.srvname::text, m.usename::text, m.umoptions, m.umoptions IS NOT NULL \
        OR pg_catalog.current_setting('is_superuser') = 'on' \
        OR m.umuser = 0 AND pg_catalog.pg_has_role(s.srvowner, 'USAGE') \
        OR m.umuser <> 0 AND m.usename = CURRENT_USER \
            AND (pg_catalog.pg_has_role(s.srvowner, 'USAGE') OR pg_catalog.has_server_privilege(s.oid, 'USAGE')) \
    FROM pg_catalog.pg_user_mappings m JOIN pg_catalog.pg_foreign_server s ON s.oid = m.srvid \
    WHERE ($1 IS NULL OR s.srvname = ANY($1)) AND m.usename IS NOT NULL";

/// Foreign servers by name, and user mappings by foreign server and role.
pub(crate) type ForeignObjects = (BTreeMap<String, ForeignServer>, BTreeMap<(String, String), UserMapping>);

/// The declared secrets of each user mapping, by option.
type DeclaredSecrets<'a> = BTreeMap<&'a (String, String), BTreeMap<&'a str, &'a Secret>>;

pub(super) async fn observe(
    session: &Session,
    database: &Database,
    secrets: &Secrets,
    key: impl Fn(&str) -> String,
    contents: &mut Contents,
) -> Result<(), Error> {
    let names: Vec<&str> = database.foreign_servers.keys().map(String::as_str).collect();
    if names.is_empty() {
        return Ok(());
    }
    let mut declared = DeclaredSecrets::new();
    for (of, mapping) in &database.user_mappings {
        let options = declared.entry(of).or_default();
        for (option, secret) in &mapping.secrets {
            options.insert(option, secrets.get(secret)?);
        }
    }
    for row in session.query("reading foreign-data wrappers", WRAPPERS, []).await? {
        contents.wrappers.insert(row.get(0)?);
    }
    (contents.foreign_servers, contents.user_mappings) = read(session, Some(&names), &declared, key).await?;
    for ((server, role), existing) in &contents.user_mappings {
        if !existing.readable && database.user_mappings.contains_key(&(server.clone(), role.clone())) {
            warn!(
                server,
                role, "the options of this user mapping cannot be read here: they are left as they are"
            );
        }
    }
    Ok(())
}

/// Reads the foreign servers of these names, or all, with their user mappings, and compares the secrets with the
/// declared ones.
pub(crate) async fn read(
    session: &Session,
    names: Option<&Vec<&str>>,
    declared: &DeclaredSecrets<'_>,
    key: impl Fn(&str) -> String,
) -> Result<ForeignObjects, Error> {
    let (mut servers, mut mappings) = ForeignObjects::default();
    let doing = format!("reading foreign servers of the database {}", session.database());
    for row in session.query(&doing, SERVERS, [(&names, Type::TEXT_ARRAY)]).await? {
        let usage = row.texts(6)?.iter().map(|role| key(role)).collect::<BTreeSet<_>>();
        let server = ForeignServer {
            wrapper: row.get(1)?,
            kind: row.get(2)?,
            version: row.get(3)?,
            options: options(&row, 4)?,
            owner: key(row.get(5)?),
            usage,
        };
        servers.insert(row.get(0)?, server);
    }
    let doing = format!("reading user mappings of the database {}", session.database());
    for row in session.query(&doing, MAPPINGS, [(&names, Type::TEXT_ARRAY)]).await? {
        let of = (row.get(0)?, key(row.get(1)?));
        let mapping = compare_secrets(row.get(3)?, options(&row, 2)?, declared.get(&of));
        mappings.insert(of, mapping);
    }
    Ok((servers, mappings))
}

/// The options of a row. The catalog stores each option as `name=value`.
fn options(row: &Row, column: usize) -> Result<BTreeMap<String, String>, Error> {
    let list = row.texts(column)?;
    let pairs = list.iter().filter_map(|option| option.split_once('='));
    Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

/// Compares the stored options of a user mapping with its declared secrets.
#[expect(clippy::disallowed_methods, reason = "a stored secret is compared with the declared one")]
fn compare_secrets(
    readable: bool,
    stored: BTreeMap<String, String>,
    declared: Option<&BTreeMap<&str, &Secret>>,
) -> UserMapping {
    let mut mapping = UserMapping { readable, ..UserMapping::default() };
    for (name, value) in stored {
        let secret = declared.and_then(|declared| declared.get(name.as_str()));
        if secret.is_some() || is_secret_option(&name) {
            let same = secret.is_some_and(|secret| secret.expose_secret() == value);
            mapping.secrets.insert(name, same);
        } else {
            mapping.options.insert(name, value);
        }
    }
    mapping
}
