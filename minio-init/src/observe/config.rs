//! Reads the declared sections of the server's configuration, and compares the values of their keys. The answer has
//! every secret of the configuration, so nothing of it is kept.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Secrets, Text};
use secrecy::ExposeSecret as _;

use crate::desired::{Desired, ENABLE, Section, Settings};
use crate::error::Error;
use crate::observed::{EnvironmentSetting, ObservedSection};
use crate::wire::admin::config::{Configuration, Subsystem};
use crate::wire::client::Client;
use crate::wire::parallel::all;

pub(super) async fn observe(
    client: &Client,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<BTreeMap<Section, ObservedSection>, Error> {
    let mut observed = BTreeMap::new();
    if desired.config.is_empty() {
        return Ok(observed);
    }
    let names: BTreeSet<_> = desired.config.keys().map(|section| &section.subsystem).collect();
    let subsystems =
        all(names.into_iter().map(async |name| Ok((name, client.read_subsystem(name).await?)))).await?;
    let subsystems: BTreeMap<_, _> = subsystems.into_iter().collect();
    let text = client.read_config().await?;
    let config = Configuration::parse(&text);
    for (section, wanted) in &desired.config {
        let subsystem = subsystems.get(&section.subsystem).and_then(Option::as_ref);
        let Some(subsystem) = subsystem else {
            return Err(unsupported(
                client,
                section,
                None,
                "this section",
                "it has no such subsystem".to_owned(),
            ));
        };
        check(client, section, wanted, subsystem)?;
        let compared: Vec<_> = compared(desired, wanted, secrets)?;
        check_values(client, section, &compared, subsystem)?;
        if config.has(section) {
            observed.insert(section.clone(), compare(section, &compared, subsystem, &config));
        }
    }
    Ok(observed)
}

/// A declared key, with its value as it is written and as it is compared.
type Compared<'d> = (&'d String, &'d Text, &'d str);

/// The keys whose values are compared: all of them, unless secrets are not read.
fn compared<'d>(
    desired: &Desired,
    wanted: &'d Settings,
    secrets: &'d Secrets,
) -> Result<Vec<Compared<'d>>, Error> {
    let readable = wanted.iter().filter(|(_, value)| desired.compare_secrets || value.secret().is_none());
    readable.map(|(key, value)| Ok((key, value, reveal(secrets, value)?))).collect()
}

/// The value of a key.
#[expect(clippy::disallowed_methods, reason = "a value from a secret is compared with that of the server")]
fn reveal<'d>(secrets: &'d Secrets, value: &'d Text) -> Result<&'d str, Error> {
    match value {
        Text::Plain(value) => Ok(value),
        Text::Secret(name) => Ok(secrets.get(name)?.expose_secret()),
    }
}

/// Fails for a section or a key that the server does not have. MinIO takes an unknown key for a part of the value
/// before it.
fn check(client: &Client, section: &Section, wanted: &Settings, subsystem: &Subsystem) -> Result<(), Error> {
    if section.target.is_some() && !subsystem.has_targets {
        let why = format!("{} has no targets there: leave out what follows the colon", section.subsystem);
        return Err(unsupported(client, section, None, "this target", why));
    }
    let known: BTreeSet<_> = subsystem.names().collect();
    match wanted.keys().find(|key| !known.contains(key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let known: Vec<_> = known.into_iter().collect();
            let why = format!("it has no such key; it has {}", known.join(", "));
            Err(unsupported(client, section, Some(key), "this key", why))
        }
    }
}

/// Fails for a value that MinIO would split.
fn check_values(
    client: &Client,
    section: &Section,
    compared: &[Compared<'_>],
    subsystem: &Subsystem,
) -> Result<(), Error> {
    for &(key, value, text) in compared {
        let Some(problem) = subsystem.split(text) else { continue };
        return Err(match value {
            Text::Plain(_) => unsupported(client, section, Some(key), "this value", problem),
            Text::Secret(name) => {
                Error::InvalidSecret { name: name.clone(), what: "a value of the configuration", problem }
            }
        });
    }
    Ok(())
}

fn compare(
    section: &Section,
    compared: &[Compared<'_>],
    subsystem: &Subsystem,
    config: &Configuration<'_>,
) -> ObservedSection {
    let mut observed = ObservedSection::default();
    for &(key, _, value) in compared {
        match config.variable(section, key) {
            Some((variable, set)) => {
                let setting = EnvironmentSetting { variable, differs: set != value };
                observed.environment.insert(key.clone(), setting);
            }
            None if config.stored(section, key) != value => drop(observed.differing.insert(key.clone())),
            None => {}
        }
    }
    // A default target is always there, and switched off until it has what it requires.
    let mut required = subsystem.required().peekable();
    let is_configured =
        required.peek().is_none() || required.any(|key| !value_in_effect(config, section, key).is_empty());
    observed.disabled = is_configured && config.stored(section, ENABLE) == "off";
    observed
}

fn value_in_effect<'t>(config: &Configuration<'t>, section: &Section, key: &str) -> &'t str {
    config.variable(section, key).map_or_else(|| config.stored(section, key), |(_, value)| value)
}

/// The first of these keys that the server has not stored with its value.
pub(crate) async fn missing_key(
    client: &Client,
    section: &Section,
    settings: &Settings,
    secrets: &Secrets,
) -> Result<Option<String>, Error> {
    let text = client.read_config().await?;
    let config = Configuration::parse(&text);
    for (key, value) in settings {
        if config.stored(section, key) != reveal(secrets, value)? {
            return Ok(Some(key.clone()));
        }
    }
    Ok(None)
}

fn unsupported(
    client: &Client,
    section: &Section,
    key: Option<&String>,
    feature: &'static str,
    why: String,
) -> Error {
    let key = key.map(|key| format!(".{key}")).unwrap_or_default();
    Error::Unsupported {
        at: format!("config.{section}{key}"),
        feature,
        endpoint: client.endpoint().clone(),
        why,
    }
}
