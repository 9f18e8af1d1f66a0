//! The rules for init services. Each finding names the problem and the remedy.

use serde_json::json;

use super::compose::{Mount, Project, Service};
use super::inits::{Form, Init};
use crate::environment::is_credential;

/// Variables from which common clients of servers read a credential. A tool itself refuses only those of its own server.
const CLIENT_VARIABLES: [&str; 3] = ["MC_HOST_*", "REDISCLI_AUTH", "VALKEYCLI_AUTH"];

/// The findings about one init, each as a line.
pub(super) fn findings(project: &Project, init: &Init<'_>) -> Vec<String> {
    let mut found = Vec::new();
    check_dependencies(project, init, &mut found);
    check_environment(init, &mut found);
    check_addresses(project, init, &mut found);
    check_start(project, init, &mut found);
    check_mounts(project, init, &mut found);
    found.into_iter().map(|finding| format!("{}: {finding}", init.name)).collect()
}

fn check_dependencies(project: &Project, init: &Init<'_>, found: &mut Vec<String>) {
    let dependencies = &init.service.depends_on;
    if !dependencies.values().any(|wait| wait.condition == "service_healthy") {
        found.push(
            "waits for no healthy server; add depends_on: {SERVER: {condition: service_healthy}}".to_owned(),
        );
    }
    for (server, wait) in dependencies {
        if wait.condition == "service_started" {
            found.push(format!(
                "waits for the start of {server} only, which does not mean ready; use condition: service_healthy"
            ));
        }
        let check = project.services.get(server).and_then(|server| server.healthcheck.as_ref());
        if check.is_some_and(super::compose::HealthCheck::is_disabled) {
            found.push(format!("waits for {server}, whose health check is disabled"));
        }
    }
}

fn check_environment(init: &Init<'_>, found: &mut Vec<String>) {
    for (name, value, inherited) in init.environment().filter(|(_, value, _)| !value.is_empty()) {
        if is_credential(&name.to_ascii_uppercase(), &CLIENT_VARIABLES) {
            found.push(if inherited {
                format!(
                    "inherits the credential {name} from the environment of its service; blank it in the hook: \
                     environment: {{{name}: \"\"}}"
                )
            } else {
                format!("has the credential {name} in its environment; mount it as a secret")
            });
        }
        if !inherited && has_address(&value) {
            found.push(format!("has an address in the variable {name}; use a name"));
        }
    }
}

fn check_addresses(project: &Project, init: &Init<'_>, found: &mut Vec<String>) {
    if init.arguments().any(|argument| has_address(&argument)) {
        found.push("has an address in its command line or extra_hosts; use a name".to_owned());
    }
    let servers =
        init.service.depends_on.keys().filter_map(|key| Some((key.as_str(), project.services.get(key)?)));
    for (key, service) in std::iter::once((init.key, init.service)).chain(servers) {
        if service.has_fixed_address() {
            found.push(format!("needs {key} at a fixed address; names need no ipv4_address or ipv6_address"));
        }
    }
}

fn check_start(project: &Project, init: &Init<'_>, found: &mut Vec<String>) {
    let own = init.own;
    let policy = own.deploy.as_ref().and_then(|deploy| deploy.restart_policy.as_ref());
    let policy = policy.and_then(|policy| policy.condition.as_deref()).unwrap_or("none");
    if init.is_watch()
        && !own.healthcheck.as_ref().is_some_and(|check| check.test_is(&["CMD", "/init", "health"]))
    {
        found.push(
            "is a sidecar without its healthcheck; add healthcheck: {test: [CMD, /init, health]}".to_owned(),
        );
    }
    if !init.is_watch() && (own.restart.as_deref().unwrap_or("no") != "no" || policy != "none") {
        found.push("is restarted; what failed for good would fail for ever: restart: \"no\"".to_owned());
    }
    if is_root(init.user()) || init.is_privileged() {
        found.push("runs as root; leave user out, or name the owner of the secrets".to_owned());
    }
    let service = init.service;
    for (part, right, of_init, of_service) in [
        ("entrypoint: [/init]", json!(["/init"]), &own.entrypoint, &service.entrypoint),
        ("command: []", json!([]), &own.command, &service.command),
    ] {
        let is_wrong = of_service.as_ref().is_some_and(|of_service| *of_service != right);
        if init.form == Form::Hook && of_init.is_none() && is_wrong {
            let (name, _) = part.split_once(':').unwrap_or_default();
            found.push(format!("inherits the {name} of its service; set {part} in the hook"));
        }
    }
    if init.form == Form::Service && !init.is_watch() && !has_dependent(project, init.key) {
        found.push(format!(
            "is adopted by no service, so nobody learns of its failure; an application must have depends_on: {{{}: \
             {{condition: service_completed_successfully}}}}, and not with required: false",
            init.key
        ));
    }
}

/// Checks the configs and secrets. Compose (5.6) mounts an empty directory for one that only a hook or a job names.
fn check_mounts(project: &Project, init: &Init<'_>, found: &mut Vec<String>) {
    let has = |service: &Service, kind: &str, mount: &Mount| {
        let mounts = if kind == "config" { &service.configs } else { &service.secrets };
        mounts.iter().any(|other| other.source == mount.source)
    };
    for (kind, mount) in init.mounts() {
        let (named, by, remedy) = match init.form {
            Form::Service => continue,
            Form::Hook => (has(init.service, kind, mount), "its service does not name", "name it there too"),
            Form::Job => (
                project.services.values().any(|service| has(service, kind, mount)),
                "no service names",
                "mount the file as a volume",
            ),
        };
        if !named {
            found.push(format!(
                "has the {kind} {}, which {by} and which arrives as an empty directory; {remedy}",
                mount.source
            ));
        }
    }
}

fn has_dependent(project: &Project, key: &str) -> bool {
    let depends_on_success = |service: &Service| {
        let wait = service.depends_on.get(key);
        wait.is_some_and(|wait| {
            wait.condition == "service_completed_successfully" && wait.required != Some(false)
        })
    };
    project.services.values().any(depends_on_success)
}

/// Returns true for `root` or any spelling of the number 0, with or without a group.
fn is_root(user: &str) -> bool {
    let user = user.split(':').next().unwrap_or_default();
    user == "root" || (!user.is_empty() && user.bytes().all(|byte| byte == b'0'))
}

/// Returns true if the text contains an IPv4 address, or an IPv6 address in brackets.
fn has_address(text: &str) -> bool {
    let is_separator = |letter: char| !(letter.is_ascii_digit() || letter == '.');
    let is_ipv4 = |word: &str| {
        let parts: Vec<&str> = word.split('.').collect();
        parts.len() == 4 && parts.iter().all(|part| (1..=3).contains(&part.len()))
    };
    let in_brackets = |rest: &str| {
        let inside = rest.split_once(']').map_or("", |(inside, _)| inside);
        !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':')
    };
    text.split(is_separator).any(is_ipv4) || text.split('[').skip(1).any(in_brackets)
}
