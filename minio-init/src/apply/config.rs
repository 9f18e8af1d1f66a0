//! Writes the server's own configuration. What needs a restart of the server is stored and then reported as an error,
//! because the server is not yet as the spec says; this program never restarts a server.

use init_core::{Secrets, Text};
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;

use crate::change::ConfigChange;
use crate::desired::ENABLE;
use crate::error::Error;
use crate::observe::missing_key;
use crate::wire::client::Client;

/// The most writes while the values do not stay: MinIO writes its configuration as a whole, and another client may
/// write at the same time.
const TRIES: u32 = 3;
/// The capacity of the line. A buffer that grows would leave copies of secrets in freed memory.
const LONGEST_LINE: usize = 64 << 10;

pub(super) async fn apply(client: &Client, change: &ConfigChange, secrets: &Secrets) -> Result<(), Error> {
    let section = &change.section;
    let action = format!("set config {section}");
    let line = line(change, secrets)?;
    let mut missing = String::new();
    for _ in 0..TRIES {
        if !client.write_config(&action, &line).await? {
            return Err(Error::RestartNeeded {
                at: format!("config.{section}"),
                endpoint: client.endpoint().clone(),
            });
        }
        match missing_key(client, section, &change.settings, secrets).await? {
            None => return Ok(()),
            Some(key) => missing = key,
        }
    }
    Err(Error::Unsupported {
        at: format!("config.{section}.{missing}"),
        feature: "this value",
        endpoint: client.endpoint().clone(),
        why: "it accepts the value and does not keep it".to_owned(),
    })
}

/// The line that is sent: `SECTION KEY="'VALUE'" ..`. MinIO takes off one pair of either quotes, so every value between
/// both is stored as it is.
#[expect(clippy::disallowed_methods, reason = "the line is sealed, and its plaintext is wiped")]
fn line(change: &ConfigChange, secrets: &Secrets) -> Result<Zeroizing<String>, Error> {
    let mut line = Zeroizing::new(String::with_capacity(LONGEST_LINE));
    line.push_str(&change.section.to_string());
    let mut push = |key: &str, value: &str| line.extend([" ", key, "=\"'", value, "'\""]);
    for (key, value) in &change.settings {
        match value {
            Text::Plain(value) => push(key, value),
            Text::Secret(name) => push(key, secrets.get(name)?.expose_secret()),
        }
    }
    if change.stays_disabled {
        push(ENABLE, "off");
    }
    Ok(line)
}
