//! The configuration of the server. Its text form has a line for each section, with the variables of the environment
//! that are in effect before it:
//!
//! ```text
//! # MINIO_NOTIFY_WEBHOOK_ENDPOINT_primary=http://hook
//! notify_webhook:primary endpoint=http://other auth_token="two words" queue_limit=0
//! # notify_webhook:resting enable=off endpoint=http://hook
//! ```
//!
//! <https://github.com/minio/minio/blob/master/internal/config/config.go>

use std::collections::BTreeMap;

use http::Method;
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;

use crate::desired::{ENABLE, Section};
use crate::error::Error;
use crate::wire::client::{Call, Client};

const COMMENT: &str = "comment";
/// The part of a spec that needs these calls.
const NEEDED: &str = "keys of the server's configuration";
pub(crate) const ON: &str = "on";
/// The code with which MinIO refuses a subsystem that it does not have.
const UNKNOWN_SUBSYSTEM: &str = "XMinioConfigError";

/// The keys of one subsystem.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subsystem {
    #[serde(rename = "multipleTargets")]
    pub(crate) has_targets: bool,
    #[serde(rename = "keysHelp")]
    pub(crate) keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Key {
    #[serde(rename = "key")]
    pub(crate) name: String,
    pub(crate) optional: bool,
    /// The help, which ends with the default value unless that is empty.
    #[serde(default)]
    description: String,
}

impl Key {
    /// The default value, if the help has it.
    pub(crate) fn default(&self) -> Option<&str> {
        let (_, value) = self.description.rsplit_once(" (default: '")?;
        value.strip_suffix("')")
    }
}

impl Subsystem {
    /// The names of the keys. Every subsystem has a comment, which not every one lists.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let listed = self.keys.iter().map(|key| key.name.as_str()).filter(|name| *name != COMMENT);
        listed.chain([COMMENT])
    }

    /// The names of the keys without which a target does nothing.
    pub(crate) fn required(&self) -> impl Iterator<Item = &str> {
        let required = self.keys.iter().filter(|key| !key.optional && key.name != ENABLE);
        required.map(|key| key.name.as_str())
    }

    /// The reason why MinIO would split a value: it has the name of another key and `=` in it.
    pub(crate) fn split(&self, value: &str) -> Option<String> {
        let next = self.names().find(|name| value.contains(&format!("{name}=")))?;
        Some(format!("it has `{next}=` in it, which a server takes for the next key"))
    }
}

/// The configuration of a server, which borrows from its text.
#[derive(Debug, Default)]
pub(crate) struct Configuration<'t> {
    sections: BTreeMap<Section, BTreeMap<&'t str, &'t str>>,
    environment: BTreeMap<&'t str, &'t str>,
}

impl<'t> Configuration<'t> {
    pub(crate) fn parse(text: &'t str) -> Self {
        let mut parsed = Self::default();
        for line in text.lines() {
            let (commented, rest) = line.strip_prefix("# ").map_or((false, line), |rest| (true, rest));
            if let Some((variable, value)) = rest.split_once('=').filter(|_| commented && is_variable(rest)) {
                parsed.environment.insert(variable, value);
            } else if let Some((name, settings)) = rest.split_once(' ') {
                parsed.sections.insert(Section::read(name), pairs(settings));
            }
        }
        parsed
    }

    /// True when the section is stored, or set by the environment.
    pub(crate) fn has(&self, section: &Section) -> bool {
        self.sections.contains_key(section)
    }

    /// The sections.
    pub(crate) fn sections(&self) -> impl Iterator<Item = &Section> {
        self.sections.keys()
    }

    /// True when a key is stored. Where a section is switched on, its line does not say so.
    pub(crate) fn stores(&self, section: &Section, key: &str) -> bool {
        let settings = self.sections.get(section).filter(|settings| !settings.is_empty());
        settings.is_some_and(|settings| key == ENABLE || settings.contains_key(key))
    }

    /// The stored value of a key, which is empty where nothing is stored. Where a section is switched on, its line does
    /// not say so.
    pub(crate) fn stored(&self, section: &Section, key: &str) -> &'t str {
        let Some(settings) = self.sections.get(section).filter(|settings| !settings.is_empty()) else {
            return "";
        };
        settings.get(key).copied().unwrap_or(if key == ENABLE { ON } else { "" })
    }

    /// The variable of the environment that sets a key, with its value.
    pub(crate) fn variable(&self, section: &Section, key: &str) -> Option<(String, &'t str)> {
        let mut name = format!("MINIO_{}_{}", section.subsystem, key).to_ascii_uppercase();
        if let Some(target) = &section.target {
            name.extend(["_", target.as_str()]);
        }
        let value = *self.environment.get(name.as_str())?;
        Some((name, value))
    }
}

/// Subsystems are written in lower case.
fn is_variable(line: &str) -> bool {
    line.starts_with("MINIO_")
}

/// The pairs `KEY=VALUE` of a line, where a value with a space is between double quotes.
fn pairs(mut rest: &str) -> BTreeMap<&str, &str> {
    let mut pairs = BTreeMap::new();
    while let Some((key, after)) = rest.trim_start().split_once('=') {
        let quoted = after.strip_prefix('"').and_then(|after| after.split_once('"'));
        let (value, after) = quoted.or_else(|| after.split_once(' ')).unwrap_or((after, ""));
        pairs.insert(key, value);
        rest = after;
    }
    pairs
}

impl Client {
    /// Reads the configuration with all of its secrets.
    pub(crate) async fn read_config(&self) -> Result<Zeroizing<String>, Error> {
        let action = "read the configuration";
        self.read_sealed_config(action, Call::admin(Method::GET, "config", action)).await
    }

    /// Reads the configuration of a subsystem without its secrets. Old releases leave them in.
    pub(crate) async fn read_shown_config(&self, name: &str) -> Result<Zeroizing<String>, Error> {
        let action = format!("read the configuration of {name}");
        let call = Call::admin(Method::GET, "get-config-kv", action.as_str()).query("key", name);
        self.read_sealed_config(&action, call).await
    }

    async fn read_sealed_config(&self, action: &str, call: Call<'_>) -> Result<Zeroizing<String>, Error> {
        let sealed = self.send_admin_sealed(NEEDED, call).await?;
        match String::from_utf8(self.open(action, sealed).await?) {
            Ok(text) => Ok(Zeroizing::new(text)),
            Err(error) => {
                drop(Zeroizing::new(error.into_bytes()));
                Err(self.unreadable(action, &"it is not UTF-8"))
            }
        }
    }

    /// Reads the keys of a subsystem; `None` where the server does not have it.
    pub(crate) async fn read_subsystem(&self, name: &str) -> Result<Option<Subsystem>, Error> {
        let action = format!("read the keys of {name}");
        let call = Call::admin(Method::GET, "help-config-kv", action.as_str())
            .query("subSys", name)
            .query("key", "");
        match self.send_admin(NEEDED, call).await {
            Ok(body) => self.json(&action, &body).map(Some),
            Err(refused) if refused.code() == UNKNOWN_SUBSYSTEM => Ok(None),
            Err(refused) => Err(refused),
        }
    }

    /// Writes a line of the configuration; true when it is in effect, and false when that needs a restart.
    pub(crate) async fn write_config(&self, action: &str, line: &str) -> Result<bool, Error> {
        let body = self.seal_bytes(action, line.as_bytes())?;
        let call = Call::admin(Method::PUT, "set-config-kv", action).body(body);
        self.send(call).await.map(|answer| answer.config_applied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "# MINIO_NOTIFY_WEBHOOK_ENDPOINT_a=http://a b=c\n\
        notify_webhook:a queue_limit=0 \n\
        # notify_webhook enable=off endpoint= auth_token= queue_limit=0 \n\
        notify_webhook:b endpoint=http://hook?a=b auth_token=\"two words\" comment=\"\" \n\
        api requests_max=100 cors_allow_origin=* \n\
        nothing\n";

    #[test]
    fn every_form_of_a_line_is_read() {
        let config = Configuration::parse(TEXT);
        for (section, key, value) in [
            ("notify_webhook", "enable", "off"),
            ("notify_webhook", "endpoint", ""),
            ("notify_webhook:a", "queue_limit", "0"),
            ("notify_webhook:b", "enable", "on"),
            ("notify_webhook:b", "endpoint", "http://hook?a=b"),
            ("notify_webhook:b", "auth_token", "two words"),
            ("notify_webhook:b", "comment", ""),
            ("api", "cors_allow_origin", "*"),
            ("site", "region", ""),
        ] {
            assert_eq!(config.stored(&Section::read(section), key), value, "{section} {key}");
        }
        let a = Section::read("notify_webhook:a");
        let variable = "MINIO_NOTIFY_WEBHOOK_ENDPOINT_a".to_owned();
        assert_eq!(config.variable(&a, "endpoint"), Some((variable, "http://a b=c")));
        assert_eq!(config.variable(&a, "auth_token"), None);
        assert!(config.has(&a) && !config.has(&Section::read("notify_webhook:c")));
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in any::<String>()) {
            Configuration::parse(&text);
        }

        /// A value is read as MinIO writes it: between double quotes where it has a space.
        #[test]
        fn every_value_that_a_spec_may_have_is_read_back(value in "[ !#-~é]{0,20}") {
            let quote = if value.contains(char::is_whitespace) { "\"" } else { "" };
            let text = format!("api one={quote}{value}{quote} two=2 \n");
            let config = Configuration::parse(&text);
            prop_assert_eq!(config.stored(&Section::read("api"), "one"), value);
            prop_assert_eq!(config.stored(&Section::read("api"), "two"), "2");
        }
    }
}
