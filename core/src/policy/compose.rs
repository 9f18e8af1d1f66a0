//! The parts of a Compose project that the rules read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A project: its services, and the jobs that are started by hand.
#[derive(Debug, Deserialize)]
pub(super) struct Project {
    #[serde(deserialize_with = "filled")]
    pub(super) services: BTreeMap<String, Service>,
    #[serde(default, deserialize_with = "filled")]
    pub(super) jobs: BTreeMap<String, Service>,
}

/// A service, a job, or a `pre_start` hook. A field that is `None` is not set; a hook then inherits it from its service.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Service {
    pub(super) image: Option<String>,
    pub(super) command: Option<Value>,
    pub(super) entrypoint: Option<Value>,
    pub(super) extra_hosts: Option<Value>,
    #[serde(default, deserialize_with = "filled")]
    pub(super) environment: BTreeMap<String, Option<Value>>,
    #[serde(default, deserialize_with = "filled")]
    pub(super) depends_on: BTreeMap<String, Dependency>,
    #[serde(default, deserialize_with = "filled")]
    pub(super) networks: BTreeMap<String, Option<Network>>,
    pub(super) healthcheck: Option<HealthCheck>,
    pub(super) restart: Option<String>,
    pub(super) deploy: Option<Deploy>,
    pub(super) user: Option<String>,
    pub(super) privileged: Option<bool>,
    #[serde(default, deserialize_with = "filled")]
    pub(super) configs: Vec<Mount>,
    #[serde(default, deserialize_with = "filled")]
    pub(super) secrets: Vec<Mount>,
    #[serde(default, deserialize_with = "filled")]
    pub(super) pre_start: Vec<Service>,
}

/// A service that another one waits for.
#[derive(Debug, Deserialize)]
pub(super) struct Dependency {
    #[serde(default)]
    pub(super) condition: String,
    pub(super) required: Option<bool>,
}

/// The addresses of a service in a network.
#[derive(Debug, Deserialize)]
pub(super) struct Network {
    ipv4_address: Option<String>,
    ipv6_address: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct HealthCheck {
    #[serde(default)]
    disable: bool,
    test: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Deploy {
    pub(super) restart_policy: Option<RestartPolicy>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RestartPolicy {
    pub(super) condition: Option<String>,
}

/// A mounted config or secret, by its name in the project.
#[derive(Debug, Deserialize)]
pub(super) struct Mount {
    pub(super) source: String,
}

impl Project {
    /// Parses the output of `docker compose config`. Compose 5.6 writes the inherited fields of a hook into the hook. They are
    /// removed here, so that a hook has only the fields of its own.
    pub(super) fn read(text: &str) -> Result<Self, serde_json::Error> {
        let mut project: Self = serde_json::from_str(text)?;
        for service in project.services.values_mut() {
            let mut hooks = std::mem::take(&mut service.pre_start);
            for hook in &mut hooks {
                hook.remove_inherited(service);
            }
            service.pre_start = hooks;
        }
        Ok(project)
    }
}

/// Removes a field that equals the one of the service.
fn remove_if_equal<T: PartialEq>(own: &mut Option<T>, of_service: Option<&T>) {
    if own.as_ref() == of_service {
        *own = None;
    }
}

impl Service {
    fn remove_inherited(&mut self, service: &Self) {
        remove_if_equal(&mut self.command, service.command.as_ref());
        remove_if_equal(&mut self.entrypoint, service.entrypoint.as_ref());
        remove_if_equal(&mut self.extra_hosts, service.extra_hosts.as_ref());
        remove_if_equal(&mut self.user, service.user.as_ref());
        remove_if_equal(&mut self.privileged, service.privileged.as_ref());
        self.environment.retain(|name, value| service.environment.get(name) != Some(value));
    }

    /// Returns true if it has a fixed address in any network.
    pub(super) fn has_fixed_address(&self) -> bool {
        let is_fixed = |network: &Network| network.ipv4_address.is_some() || network.ipv6_address.is_some();
        self.networks.values().flatten().any(is_fixed)
    }
}

impl HealthCheck {
    pub(super) fn test_is(&self, words: &[&str]) -> bool {
        let test = self.test.as_ref().and_then(Value::as_array);
        test.is_some_and(|test| test.iter().eq(words.iter().copied()))
    }

    pub(super) fn is_disabled(&self) -> bool {
        self.disable || self.test.as_ref().and_then(|test| test.get(0)).is_some_and(|first| first == "NONE")
    }
}

/// Deserializes `null`, which Compose writes for an absent value, as the default.
fn filled<'de, D: serde::Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}
