//! Compares two spellings of one value, such as `30s` and `30000`, or `on` and `true`. The server evaluates both in a
//! transaction that is rolled back, and only where the texts differ.

use crate::desired::{self, Desired, setting, sql};
use crate::error::Error;
use crate::observed::{self, Observed};
use crate::spec::Setting;
use crate::wire::{Purpose, Server, Session};

pub(super) async fn mark_equal_values(
    server: &Server,
    desired: &Desired,
    observed: &mut Observed,
) -> Result<(), Error> {
    for (key, role) in &desired.roles {
        if let Some(existing) = observed.roles.get_mut(key) {
            let differ = differing(&role.settings, &existing.settings);
            compare(&server.main, differ, &mut existing.settings).await?;
        }
    }
    for (name, database) in &desired.databases {
        let Some(existing) = observed.databases.get_mut(name) else { continue };
        let open = existing.allows_connections();
        let mut pairs = vec![(&database.settings, &mut existing.settings)];
        for (role, stored) in &mut existing.role_settings {
            pairs.extend(database.role_settings.get(role).map(|wanted| (wanted, stored)));
        }
        pairs.retain(|(wanted, stored)| !differing(wanted, stored).is_empty());
        if pairs.is_empty() {
            continue;
        }
        // A value may name an object that exists only in this database.
        let own = if open { Some(server.pool.session(name, Purpose::Reading).await?) } else { None };
        for (wanted, stored) in pairs {
            compare(own.as_ref().unwrap_or(&server.main), differing(wanted, stored), stored).await?;
        }
        if let Some(session) = own {
            server.pool.give_back(session, Purpose::Reading);
        }
    }
    Ok(())
}

/// The parameters whose stored and declared texts differ and whose values can be compared in a session.
fn differing<'a>(
    wanted: &'a desired::Settings,
    existing: &observed::Settings,
) -> Vec<(&'a String, &'a Setting)> {
    let differs = |(name, value): &(&String, &Setting)| {
        setting::is_comparable_in_session(name)
            && **value != Setting::Unset
            && existing.get(*name).is_some_and(|stored| !value.equals_stored(name, &stored.text))
    };
    wanted.iter().filter(differs).collect()
}

async fn compare(
    session: &Session,
    differ: Vec<(&String, &Setting)>,
    existing: &mut observed::Settings,
) -> Result<(), Error> {
    for (name, value) in differ {
        let Some(stored) = existing.get_mut(name) else { continue };
        let (name, values) =
            (sql::literal(name), [&stored.text, &value.text()].map(|text| sql::literal(text)));
        let shown = |value: &str| format!("pg_catalog.set_config({name}, {value}, true)");
        let [left, right] = values.map(|value| shown(&value));
        let question = format!("SELECT {left} = {right}");
        // One statement is one transaction, and `true` makes both values local to it.
        match session.query_value(&question, "comparing two values of a parameter").await {
            Ok(equal) => stored.equal = equal.as_deref() == Some("t"),
            // The server refuses one of the values, or does not allow the parameter to be set in a session: then the
            // texts are compared.
            Err(Error::Server { .. }) => {}
            Err(lost) => return Err(lost),
        }
    }
    Ok(())
}
