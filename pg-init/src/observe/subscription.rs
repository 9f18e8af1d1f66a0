//! Reads subscriptions. Passwords in their connection strings are compared here, and the stored values are not kept.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Secret, Secrets};
use secrecy::ExposeSecret as _;
use tokio_postgres::types::Type;
use tracing::warn;

use crate::desired::{Database, SECRET_PARAMETERS, parse_connection_string};
use crate::error::Error;
use crate::observed::{StoredPublisher, Subscription};
use crate::wire::Session;

/// `$1` is the names of the subscriptions, or null for all of this database. Only a superuser may read `subconninfo`.
const SUBSCRIPTIONS: &str = "\
    SELECT s.subname::text, s.subenabled, s.subslotname::text, s.subpublications, [CONNECTION] \
    FROM pg_catalog.pg_subscription s WHERE ($1 IS NULL OR s.subname = ANY($1)) AND s.subdbid = ( \
        SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())";

pub(super) async fn observe(
    session: &Session,
    database: &Database,
    secrets: &Secrets,
) -> Result<BTreeMap<String, Subscription>, Error> {
    let names: Vec<&str> = database.subscriptions.keys().map(String::as_str).collect();
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut passwords = BTreeMap::new();
    for (name, wanted) in &database.subscriptions {
        if let Some(password) = &wanted.publisher.password {
            passwords.insert(name.as_str(), secrets.get(password)?);
        }
    }
    let all = read(session, Some(&names), &passwords).await?;
    for (name, _) in all.iter().filter(|(_, existing)| existing.publisher.is_none()) {
        warn!(
            subscription = name,
            "this subscription has a connection that is a URI, or its connection cannot be read here: it is left as it is"
        );
    }
    Ok(all)
}

/// Reads the subscriptions of these names, or all, and compares their passwords with the declared ones.
pub(crate) async fn read(
    session: &Session,
    names: Option<&Vec<&str>>,
    passwords: &BTreeMap<&str, &Secret>,
) -> Result<BTreeMap<String, Subscription>, Error> {
    let connection = if session.facts.superuser { "s.subconninfo" } else { "NULL::text" };
    let question = SUBSCRIPTIONS.replace("[CONNECTION]", connection);
    let doing = format!("reading subscriptions of the database {}", session.database());
    let mut all = BTreeMap::new();
    for row in session.query(&doing, &question, [(&names, Type::TEXT_ARRAY)]).await? {
        let name: String = row.get(0)?;
        let text: Option<&str> = row.get(4)?;
        let password = passwords.get(name.as_str()).copied();
        let publisher =
            text.and_then(parse_connection_string).map(|parameters| compare_password(parameters, password));
        let publications: BTreeSet<String> = row.texts(3)?.into_iter().collect();
        all.insert(name, Subscription { enabled: row.get(1)?, slot: row.get(2)?, publications, publisher });
    }
    Ok(all)
}

/// Compares the stored password with the declared one, and removes secrets from the connection parameters.
#[expect(clippy::disallowed_methods, reason = "a stored password is compared with the declared one")]
fn compare_password(mut parameters: BTreeMap<String, String>, password: Option<&Secret>) -> StoredPublisher {
    let has = parameters.get("password");
    let password = match password {
        Some(password) => has.is_some_and(|has| has == password.expose_secret()),
        None => has.is_none(),
    };
    for name in SECRET_PARAMETERS {
        parameters.remove(name);
    }
    StoredPublisher { parameters, password }
}
