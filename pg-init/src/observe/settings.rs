//! Two spellings of one value: `30s` and `30000`, `on` and `true`. The server itself is asked, in a
//! transaction that is rolled back, and only about values whose texts differ.

use crate::desired::{self, Desired, setting, sql};
use crate::error::Error;
use crate::observed::{self, Observed};
use crate::spec::Setting;
use crate::wire::{Server, Session, Use};

pub(super) async fn equate(server: &Server, desired: &Desired, observed: &mut Observed) -> Result<(), Error> {
    for (key, role) in &desired.roles {
        if let Some(there) = observed.roles.get_mut(key) {
            let differ = differing(&role.settings, &there.settings);
            compare(&server.main, differ, &mut there.settings).await?;
        }
    }
    for (name, database) in &desired.databases {
        let Some(there) = observed.databases.get_mut(name) else { continue };
        let open = there.allows_connections();
        let mut pairs = vec![(&database.settings, &mut there.settings)];
        for (role, stored) in &mut there.role_settings {
            pairs.extend(database.role_settings.get(role).map(|wanted| (wanted, stored)));
        }
        pairs.retain(|(wanted, stored)| !differing(wanted, stored).is_empty());
        if pairs.is_empty() {
            continue;
        }
        // A value may name an object that only this database has.
        let own = if open { Some(server.pool.session(name, Use::Reading).await?) } else { None };
        for (wanted, stored) in pairs {
            compare(own.as_ref().unwrap_or(&server.main), differing(wanted, stored), stored).await?;
        }
        if let Some(session) = own {
            server.pool.keep(session, Use::Reading);
        }
    }
    Ok(())
}

/// The parameters whose texts differ, and which a session can compare.
fn differing<'a>(
    wanted: &'a desired::Settings,
    there: &observed::Settings,
) -> Vec<(&'a String, &'a Setting)> {
    let differs = |(name, value): &(&String, &Setting)| {
        setting::is_shown(name)
            && **value != Setting::Unset
            && there.get(*name).is_some_and(|stored| !value.is(name, &stored.text))
    };
    wanted.iter().filter(differs).collect()
}

async fn compare(
    session: &Session,
    differ: Vec<(&String, &Setting)>,
    there: &mut observed::Settings,
) -> Result<(), Error> {
    for (name, value) in differ {
        let Some(stored) = there.get_mut(name) else { continue };
        let (name, values) =
            (sql::literal(name), [&stored.text, &value.text()].map(|text| sql::literal(text)));
        let shown = |value: &str| format!("pg_catalog.set_config({name}, {value}, true)");
        let [left, right] = values.map(|value| shown(&value));
        let question = format!("SELECT {left} = {right}");
        // One statement is one transaction, and `true` makes both values local to it.
        match session.one(&question, "comparing two values of a parameter").await {
            Ok(equal) => stored.equal = equal.as_deref() == Some("t"),
            // The server accepts one of them as no value, or allows it in no session: then the texts are compared.
            Err(Error::Server { .. }) => {}
            Err(lost) => return Err(lost),
        }
    }
    Ok(())
}
