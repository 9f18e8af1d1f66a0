//! Two spellings of one value: `30s` and `30000`, `on` and `true`. The server itself is asked, in a
//! transaction that is rolled back, and only about values whose texts differ.

use crate::desired::{self, Desired, setting, sql};
use crate::error::Error;
use crate::observed::{self, Observed};
use crate::wire::Server;

pub(super) async fn equate(server: &Server, desired: &Desired, observed: &mut Observed) -> Result<(), Error> {
    for (key, role) in &desired.roles {
        if let Some(there) = observed.roles.get_mut(key) {
            compare(server, &role.settings, &mut there.settings).await?;
        }
    }
    for (name, database) in &desired.databases {
        if let Some(there) = observed.databases.get_mut(name) {
            compare(server, &database.settings, &mut there.settings).await?;
        }
    }
    Ok(())
}

async fn compare(
    server: &Server,
    wanted: &desired::Settings,
    there: &mut observed::Settings,
) -> Result<(), Error> {
    for (name, value) in wanted {
        let Some(stored) = there.get_mut(name).filter(|stored| !value.is(name, &stored.text)) else {
            continue;
        };
        if !setting::is_shown(name) {
            continue;
        }
        let (name, values) =
            (sql::literal(name), [&stored.text, &value.text()].map(|text| sql::literal(text)));
        let shown = |value: &str| format!("pg_catalog.set_config({name}, {value}, true)");
        let [left, right] = values.map(|value| shown(&value));
        let question = format!("SELECT {left} = {right}");
        // One statement is one transaction, and `true` makes both values local to it.
        match server.main.one(&question, "comparing two values of a parameter").await {
            Ok(equal) => stored.equal = equal.as_deref() == Some("t"),
            // The server accepts one of them as no value, or allows it in no session: then the texts are compared.
            Err(Error::Server { .. }) => {}
            Err(lost) => return Err(lost),
        }
    }
    Ok(())
}
