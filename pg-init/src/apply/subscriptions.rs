//! Creates and alters subscriptions. Their statements contain passwords, so they run in a session that keeps them out
//! of the server's log, where the provisioning role may set that. Each statement is sent alone, since the server
//! creates a replication slot outside a transaction.

use std::collections::BTreeMap;

use init_core::{Progress, Secrets};
use secrecy::ExposeSecret as _;
use tokio_postgres::types::Type;

use super::job::Answer;
use crate::change::{AlterSubscription, CreateSubscription};
use crate::desired::sql::{ident, idents, literal};
use crate::desired::{connection_string, parse_connection_string};
use crate::error::Error;
use crate::wire::{Server, Session, SessionParameters};

/// A subscription that is created or altered.
pub(super) enum Subscription<'c> {
    Create(&'c CreateSubscription),
    Alter(&'c AlterSubscription),
}

const STORED: &str = "\
    SELECT s.subconninfo FROM pg_catalog.pg_subscription s WHERE s.subname = $1 AND s.subdbid = ( \
        SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())";

pub(super) async fn apply(
    server: &Server,
    changes: Vec<(usize, Subscription<'_>)>,
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Answer> {
    let mut answers = Vec::new();
    for (index, change) in changes {
        let done = apply_change(server, &change, secrets).await.map_err(mark_publisher_refusal);
        if done.is_ok() {
            progress.advance(1);
        }
        answers.push((index, done));
    }
    answers
}

/// Marks a refusal of the publisher as lasting. The server reports it as a protocol violation, which would otherwise
/// be retried.
fn mark_publisher_refusal(mut error: Error) -> Error {
    if let Error::Server { code, lasting, .. } = &mut error {
        *lasting |= code == "08P01";
    }
    error
}

async fn apply_change(server: &Server, change: &Subscription<'_>, secrets: &Secrets) -> Result<(), Error> {
    let (database, doing) = match change {
        Subscription::Create(change) => (&change.database, change.to_string()),
        Subscription::Alter(change) => (&change.database, change.to_string()),
    };
    let facts = &server.main.facts;
    let session = server
        .pool
        .primary
        .connect_with(database, &SessionParameters::for_publisher(facts.superuser, facts.version))
        .await?;
    let statements = match change {
        Subscription::Create(change) => vec![create(change, secrets)?],
        Subscription::Alter(change) => alter(&session, change, secrets).await?,
    };
    for statement in statements {
        session.execute(&statement, &doing).await?;
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "the statement carries it to the server")]
fn create(change: &CreateSubscription, secrets: &Secrets) -> Result<String, Error> {
    let of = &change.of;
    let mut parameters = of.publisher.parameters.clone();
    if let Some(password) = &of.publisher.password {
        parameters.insert("password".to_owned(), secrets.get(password)?.expose_secret().to_owned());
    }
    let options = [
        of.enabled.map(|enabled| format!("enabled = {enabled}")),
        of.copy_data.map(|copy_data| format!("copy_data = {copy_data}")),
        of.slot.as_ref().map(|slot| format!("slot_name = {}", literal(slot))),
        of.create_slot.map(|create_slot| format!("create_slot = {create_slot}")),
    ];
    let options: Vec<_> = options.into_iter().flatten().collect();
    let with = if options.is_empty() { String::new() } else { format!(" WITH ({})", options.join(", ")) };
    Ok(format!(
        "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {}{with}",
        ident(&change.subscription),
        literal(&connection_string(&parameters)),
        idents(of.publications.iter().map(String::as_str))
    ))
}

/// The statements that alter a subscription. Connection parameters that the spec does not declare are sent as they
/// are stored.
#[expect(clippy::disallowed_methods, reason = "the statement carries it to the server")]
async fn alter(
    session: &Session,
    change: &AlterSubscription,
    secrets: &Secrets,
) -> Result<Vec<String>, Error> {
    let alter = format!("ALTER SUBSCRIPTION {}", ident(&change.subscription));
    let mut statements = Vec::new();
    if !change.connection.is_empty() || change.password.is_some() {
        let name = (&change.subscription as &(dyn tokio_postgres::types::ToSql + Sync), Type::TEXT);
        let rows = session.query("reading the connection of a subscription", STORED, [name]).await?;
        let stored: Option<&str> = rows.first().map(|row| row.get(0)).transpose()?;
        let mut parameters: BTreeMap<String, String> =
            stored.and_then(parse_connection_string).unwrap_or_default();
        parameters.extend(change.connection.iter().map(|(name, drift)| (name.clone(), drift.to.clone())));
        if let Some(password) = &change.password {
            parameters.insert("password".to_owned(), secrets.get(password)?.expose_secret().to_owned());
        }
        statements.push(format!("{alter} CONNECTION {}", literal(&connection_string(&parameters))));
    }
    if let Some(enabled) = &change.enabled {
        statements.push(format!("{alter} {}", if enabled.to { "ENABLE" } else { "DISABLE" }));
    }
    let copy = change.copy_data.map(|copy_data| format!("copy_data = {copy_data}"));
    if let Some(publications) = &change.publications {
        // Only an enabled subscription reads the tables from the publisher.
        let copy = copy.filter(|_| change.enabled_after).map(|copy| format!(", {copy}")).unwrap_or_default();
        let names = idents(publications.to.iter().map(String::as_str));
        statements
            .push(format!("{alter} SET PUBLICATION {names} WITH (refresh = {}{copy})", change.enabled_after));
    } else if change.enabled.as_ref().is_some_and(|enabled| enabled.to) {
        // A refresh adds the tables of publications that were set while the subscription was disabled.
        let copy = copy.map(|copy| format!(" WITH ({copy})")).unwrap_or_default();
        statements.push(format!("{alter} REFRESH PUBLICATION{copy}"));
    }
    Ok(statements)
}
