//! Reads the keys of the server's configuration that differ from its defaults. The whole configuration has every secret,
//! so it is only compared; values are taken from another answer, in which MinIO leaves its secrets out.

use std::collections::BTreeSet;

use init_core::export::Scope;

use super::found::{Found, FoundSettings};
use crate::desired::{ENABLE, Section, names};
use crate::error::Error;
use crate::wire::admin::config::{Configuration, Key, ON, Subsystem};
use crate::wire::client::Client;
use crate::wire::connect;
use crate::wire::parallel::all;

/// The section of a spec.
pub(super) const CONFIG: &str = "config";

/// The parts of the names of keys that hold a secret. MinIO leaves some of them in its answer, and an old release all.
const SECRET: [&str; 8] =
    ["password", "secret", "token", "license", "api_key", "connection_string", "dsn_string", "credentials"];

/// The defaults of sections without targets of which the help of MinIO does not say them.
const DEFAULTS: [(&str, &str, &str); 3] = [
    ("api", "requests_max", "0"),
    ("compression", "allow_encryption", "off"),
    ("drive", "max_timeout", "30s"),
];

pub(super) async fn read(client: &Client, scope: &Scope, found: &mut Found) -> Result<(), Error> {
    connect::enough_memory()?;
    let text = match client.read_config().await {
        Ok(text) => text,
        Err(Error::Refused(refusal)) if refusal.is_forbidden() => {
            let problem = "whatever differs from the defaults: it takes the permission admin:ConfigUpdate";
            found.note(CONFIG, "", problem);
            return Ok(());
        }
        Err(other) => return Err(other),
    };
    let config = Configuration::parse(&text);
    let sections: Vec<_> =
        config.sections().filter(|section| scope.includes(CONFIG, &section.to_string())).collect();
    let subsystems: BTreeSet<_> = sections.iter().map(|section| section.subsystem.as_str()).collect();
    let subsystems = subsystems.into_iter().filter(|name| names::section(name).is_ok());
    let helps = all(subsystems.map(async |name| Ok((name, client.read_subsystem(name).await?)))).await?;
    for (name, help) in helps {
        let Some(help) = help else { continue };
        let of_it = sections.iter().filter(|section| section.subsystem == name);
        let changed: Vec<_> =
            of_it.map(|section| (*section, changed(section, &help, &config, found))).collect();
        if changed.iter().all(|(_, keys)| keys.is_empty()) {
            continue;
        }
        let shown_text = client.read_shown_config(name).await?;
        let shown = Configuration::parse(&shown_text);
        for (section, mut keys) in changed {
            keys.retain(|key| is_sayable((section, *key), &help, &config, found));
            if !keys.is_empty() {
                found.config.insert(section.clone(), settings(section, keys, &shown));
            }
        }
    }
    Ok(())
}

/// The stored keys of a section that differ from the defaults, without those that the environment sets.
fn changed<'s>(
    section: &Section,
    help: &'s Subsystem,
    config: &Configuration<'_>,
    found: &mut Found,
) -> Vec<&'s str> {
    let (mut changed, mut switch) = (Vec::new(), None);
    if is_unused(section, help, config) {
        return changed;
    }
    for name in help.names() {
        if let Some((variable, _)) = config.variable(section, name) {
            let problem = format!("its {name}, which the environment sets: {variable}");
            found.note(CONFIG, &section.to_string(), problem);
        } else if name == ENABLE {
            switch = Some(name);
        } else if config.stores(section, name)
            && config.stored(section, name) != default(section, help, config, name)
        {
            changed.push(name);
        }
    }
    // A write of any key switches a section on, so that its keys say the rest.
    let is_on = config.stores(section, ENABLE) && config.stored(section, ENABLE) == ON;
    changed.extend(switch.filter(|_| is_on == changed.is_empty()));
    changed
}

/// True for a target without all that it requires, which is how a default target is made.
fn is_unused(section: &Section, help: &Subsystem, config: &Configuration<'_>) -> bool {
    let is_missing =
        |name: &str| config.stored(section, name).is_empty() && config.variable(section, name).is_none();
    help.has_targets && help.required().any(is_missing)
}

/// The default of a key: the one that the help says, or that of the default target while nobody uses it.
fn default<'c>(section: &Section, help: &'c Subsystem, config: &Configuration<'c>, name: &str) -> &'c str {
    let said = help.keys.iter().find(|key| key.name == name).and_then(Key::default);
    let listed = DEFAULTS.iter().find(|(subsystem, key, _)| section.subsystem == *subsystem && *key == name);
    let of_targets = Section { target: None, ..section.clone() };
    let unused = is_unused(&of_targets, help, config).then(|| config.stored(&of_targets, name));
    said.or(listed.map(|(_, _, value)| *value)).or(unused).unwrap_or_default()
}

/// True when a spec can have this value, which may be a secret. It adds a note for any other.
fn is_sayable(
    (section, key): (&Section, &str),
    help: &Subsystem,
    config: &Configuration<'_>,
    found: &mut Found,
) -> bool {
    let value = config.stored(section, key);
    let problem = help.split(value).or_else(|| names::config_value(value).err().map(str::to_owned));
    if let Some(problem) = &problem {
        found.note(CONFIG, &section.to_string(), format!("its {key}: {problem}"));
    }
    problem.is_none()
}

/// The values of these keys as the server shows them; `None` for a secret.
fn settings(section: &Section, keys: Vec<&str>, shown: &Configuration<'_>) -> FoundSettings {
    let value = |key: &str| Some(shown.stored(section, key)).filter(|value| !may_be_secret(key, value));
    let shown = |key: &str| shown.stores(section, key).then(|| value(key)).flatten();
    keys.into_iter().map(|key| (key.to_owned(), shown(key).map(str::to_owned))).collect()
}

/// True for a key or a value in which a password or a token may be.
fn may_be_secret(name: &str, value: &str) -> bool {
    let url_with_more = value.split_once("://").is_some_and(|(_, rest)| rest.contains(['@', '?']));
    value == "*redacted*" || url_with_more || SECRET.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use init_core::Text;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_may_hold_a_password_is_a_secret() {
        for (name, value) in [
            ("auth_token", "t"),
            ("connection_string", "host=db"),
            ("url", "amqp://a:b@mq:5672"),
            ("endpoint", "https://hook.example/?key=1"),
            ("client_id", "*redacted*"),
        ] {
            assert!(may_be_secret(name, value), "{name}");
        }
        for (name, value) in
            [("endpoint", "http://hook:9000/events"), ("cors_allow_origin", "*"), ("comment", "a@b?")]
        {
            assert!(!may_be_secret(name, value), "{name}");
        }
    }

    #[test]
    fn only_what_differs_from_a_default_is_written() {
        let help = json!({"multipleTargets": true, "keysHelp": [
            {"key": "enable", "optional": false},
            {"key": "endpoint", "optional": false},
            {"key": "queue_limit", "optional": true},
            {"key": "batch_size", "optional": true, "description": "events in a request (default: '5')"},
        ]});
        let help: Subsystem = serde_json::from_value(help).expect("the keys");
        let config = Configuration::parse(
            "notify_webhook enable=off endpoint= queue_limit=0 batch_size=5 \n\
             notify_webhook:a endpoint=http://a queue_limit=0 batch_size=5 \n\
             # notify_webhook:b enable=off endpoint=http://b queue_limit=7 batch_size=6 \n\
             # MINIO_NOTIFY_WEBHOOK_ENDPOINT_c=http://c\n\
             notify_webhook:c queue_limit=1 \n",
        );
        let mut found = Found::of(&Text::Plain("root".to_owned()));
        for (section, keys) in [
            ("notify_webhook", vec![]),
            ("notify_webhook:a", vec!["endpoint"]),
            ("notify_webhook:b", vec!["endpoint", "queue_limit", "batch_size", "enable"]),
            ("notify_webhook:c", vec!["queue_limit"]),
        ] {
            assert_eq!(changed(&Section::read(section), &help, &config, &mut found), keys, "{section}");
        }
        let told: Vec<_> = found.notes.iter().map(|note| (note.name.as_str(), note.text.as_str())).collect();
        let endpoint = "its endpoint, which the environment sets: MINIO_NOTIFY_WEBHOOK_ENDPOINT_c";
        assert_eq!(told, [("notify_webhook:c", endpoint)]);
    }
}
