use serde_json::{Value, json};

use super::findings;

/// A project that keeps every rule, with an init of each of the three forms.
fn valid_project() -> Value {
    json!({
        "services": {
            "server": {"image": "server", "healthcheck": {"test": ["CMD", "true"]}, "networks": {"default": null}},
            "toy-init": {
                "image": "registry.example:5000/dayzero/toy-init:0.1.0@sha256:00", "restart": "no", "command": null,
                "environment": {"INIT_FORMAT": "json", "TOY_PASSWORD_FILE": "/run/secrets/toy", "EMPTY_TOKEN": null},
                "depends_on": {"server": {"condition": "service_healthy", "required": true}},
            },
            "app": {
                "image": "app", "command": ["serve"], "entrypoint": null, "user": "1000",
                "environment": {"APP_TOKEN": "hunter2", "OTHER": "10.0.0.1"},
                "secrets": [{"source": "toy", "target": "toy"}],
                "depends_on": {
                    "toy-init": {"condition": "service_completed_successfully", "required": true},
                    "server": {"condition": "service_healthy"},
                },
                "pre_start": [{
                    "image": "dayzero/toy-init:0.1.0", "entrypoint": ["/init"], "command": [],
                    "environment": {"APP_TOKEN": ""}, "secrets": [{"source": "toy"}],
                }, {"image": "migrate"}, {"command": ["./prepare"]}],
            },
        },
        "jobs": {
            "drift": {
                "image": "toy-init", "command": ["plan"], "triggers": {"manual": true},
                "depends_on": {"server": {"condition": "service_healthy"}},
            },
            "other": {"image": "other", "user": "root"},
        },
    })
}

/// The findings after the value at a JSON pointer has been replaced, or removed with `null`.
fn found(pointer: &str, value: Value) -> Vec<String> {
    let mut project = valid_project();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match project.pointer_mut(parent).unwrap() {
        Value::Object(map) if value.is_null() => drop(map.remove(key)),
        Value::Object(map) => drop(map.insert(key.to_owned(), value)),
        other => other[key.parse::<usize>().unwrap()] = value,
    }
    findings(&project.to_string()).unwrap()
}

#[test]
fn a_project_that_keeps_every_rule_has_no_finding() {
    assert_eq!(findings(&valid_project().to_string()).unwrap(), Vec::<String>::new());
}

#[track_caller]
fn assert_each_is_found(cases: impl IntoIterator<Item = (String, Value, &'static str)>) {
    for (pointer, value, finding) in cases {
        let found = found(&pointer, value);
        assert!(found.len() == 1 && found[0].starts_with(finding), "{pointer}: {found:?}");
        assert!(!found[0].contains("hunter2"), "a value is shown: {found:?}");
    }
}

#[test]
fn each_broken_rule_is_one_finding_that_names_the_init() {
    let healthy =
        json!({"server": {"condition": "service_healthy"}, "app": {"condition": "service_started"}});
    let init = "/services/toy-init";
    assert_each_is_found([
        (format!("{init}/depends_on"), Value::Null, "toy-init: waits for no healthy server"),
        (format!("{init}/depends_on"), healthy, "toy-init: waits for the start of app only"),
        (
            format!("{init}/environment/Toy_Passwd"),
            json!("hunter2"),
            "toy-init: has the credential Toy_Passwd",
        ),
        (
            format!("{init}/environment/REDISCLI_AUTH"),
            json!("x"),
            "toy-init: has the credential REDISCLI_AUTH",
        ),
        (
            format!("{init}/environment/MC_HOST_local"),
            json!("x"),
            "toy-init: has the credential MC_HOST_local",
        ),
        (
            format!("{init}/environment/SERVER"),
            json!("tcp://10.1.2.3:80"),
            "toy-init: has an address in the variable",
        ),
        (
            format!("{init}/environment/SERVER"),
            json!("[fe80::1]:80"),
            "toy-init: has an address in the variable",
        ),
        (format!("{init}/command"), json!(["--x=1.2.3.4"]), "toy-init: has an address in its command line"),
        (
            format!("{init}/extra_hosts"),
            json!({"a": ["1.2.3.4"]}),
            "toy-init: has an address in its command line",
        ),
        (format!("{init}/restart"), json!("on-failure"), "toy-init: is restarted"),
        (format!("{init}/deploy"), json!({"restart_policy": {"condition": "any"}}), "toy-init: is restarted"),
        (format!("{init}/user"), json!("00:1"), "toy-init: runs as root"),
        (format!("{init}/privileged"), json!(true), "toy-init: runs as root"),
        (
            "/services/app/depends_on/toy-init/required".to_owned(),
            json!(false),
            "toy-init: is adopted by no service",
        ),
    ]);
}

#[test]
fn each_broken_rule_of_a_hook_and_of_a_job_is_one_finding() {
    let (hook, job) = ("/services/app/pre_start/0", "/jobs/drift");
    assert_each_is_found([
        (format!("{hook}/environment"), Value::Null, "app: pre_start 1: inherits the credential APP_TOKEN"),
        (format!("{hook}/command"), Value::Null, "app: pre_start 1: inherits the command of its service"),
        (
            format!("{hook}/entrypoint"),
            json!(["/init", "9.9.9.9"]),
            "app: pre_start 1: has an address in its command",
        ),
        (format!("{hook}/user"), json!("root"), "app: pre_start 1: runs as root"),
        (
            "/services/app/secrets".to_owned(),
            Value::Null,
            "app: pre_start 1: has the secret toy, which its service",
        ),
        (
            format!("{hook}/configs"),
            json!([{"source": "c"}]),
            "app: pre_start 1: has the config c, which its service",
        ),
        (
            format!("{job}/configs"),
            json!([{"source": "c"}]),
            "drift: has the config c, which no service names",
        ),
        (format!("{job}/depends_on"), Value::Null, "drift: waits for no healthy server"),
        (format!("{job}/environment"), json!({"A_SECRET": "hunter2"}), "drift: has the credential A_SECRET"),
    ]);
}

/// The findings for the output of Compose 5.6, which writes the inherited fields of a service into its hooks.
fn findings_with_inherited_fields(app: &Value) -> Vec<String> {
    let mut project = valid_project();
    for (part, value) in app.as_object().unwrap() {
        project["services"]["app"][part] = value.clone();
    }
    let service = project["services"]["app"].clone();
    let hook = project["services"]["app"]["pre_start"][0].as_object_mut().unwrap();
    for part in ["command", "entrypoint", "extra_hosts", "user", "privileged"] {
        if !hook.contains_key(part) && !service[part].is_null() {
            hook.insert(part.to_owned(), service[part].clone());
        }
    }
    for (name, value) in service["environment"].as_object().unwrap() {
        let environment = hook["environment"].as_object_mut().unwrap();
        environment.entry(name).or_insert_with(|| value.clone());
    }
    findings(&project.to_string()).unwrap()
}

#[test]
fn fields_that_compose_has_copied_into_a_hook_count_as_inherited() {
    let kept = json!({"extra_hosts": ["other=10.0.0.1"], "entrypoint": ["/init"], "command": []});
    for good in [json!({}), kept] {
        assert_eq!(findings_with_inherited_fields(&good), Vec::<String>::new(), "{good}");
    }
    for (app, finding) in [
        (json!({"environment": {"API_TOKEN": "x"}}), "inherits the credential API_TOKEN"),
        (json!({"user": "root"}), "runs as root"),
        (json!({"privileged": true}), "runs as root"),
    ] {
        let found = findings_with_inherited_fields(&app);
        let named = format!("app: pre_start 1: {finding}");
        assert!(found.len() == 1 && found[0].starts_with(&named), "{app}: {found:?}");
    }
}

#[test]
fn a_hook_with_the_entrypoint_and_command_of_its_service_inherits_them() {
    let hook = "/services/app/pre_start/0";
    let mut project = valid_project();
    project["services"]["app"]["entrypoint"] = json!(["sh", "-c"]);
    for (part, of_service) in [("command", json!(["serve"])), ("entrypoint", json!(["sh", "-c"]))] {
        let mut project = project.clone();
        project.pointer_mut(hook).unwrap()[part] = of_service;
        let found = findings(&project.to_string()).unwrap();
        let named = format!("app: pre_start 1: inherits the {part} of its service");
        assert!(found.len() == 1 && found[0].starts_with(&named), "{found:?}");
    }
}

#[test]
fn fields_that_a_hook_sets_itself_are_not_inherited() {
    let of_hook =
        found("/services/app/pre_start/0/environment", json!({"APP_TOKEN": "another", "OTHER": "10.0.0.2"}));
    assert!(
        of_hook.len() == 2
            && of_hook[0].starts_with("app: pre_start 1: has the credential APP_TOKEN")
            && of_hook[1].starts_with("app: pre_start 1: has an address in the variable OTHER"),
        "{of_hook:?}"
    );
}

#[test]
fn a_finding_about_a_server_is_reported_for_each_dependent_init() {
    for (pointer, value, finding) in [
        (
            "/services/server/healthcheck/disable",
            json!(true),
            "waits for server, whose health check is disabled",
        ),
        (
            "/services/server/healthcheck/test",
            json!(["NONE"]),
            "waits for server, whose health check is disabled",
        ),
        (
            "/services/server/networks",
            json!({"n": {"ipv4_address": "10.0.0.2"}}),
            "needs server at a fixed address",
        ),
    ] {
        let found = found(pointer, value);
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().all(|line| line.contains(finding)), "{found:?}");
    }
}

/// A sidecar may be restarted and needs no dependent service, but it needs its healthcheck.
#[test]
fn a_watch_needs_its_healthcheck() {
    let mut project = valid_project();
    project["services"]["app"]["depends_on"] = json!({"server": {"condition": "service_healthy"}});
    let init = &mut project["services"]["toy-init"];
    init["command"] = json!(["watch", "--every", "1m"]);
    init["restart"] = json!("unless-stopped");
    let without_check = findings(&project.to_string()).unwrap();
    assert!(
        without_check.len() == 1
            && without_check[0].starts_with("toy-init: is a sidecar without its healthcheck"),
        "{without_check:?}"
    );
    project["services"]["toy-init"]["healthcheck"] = json!({"test": ["CMD", "/init", "health"]});
    assert_eq!(findings(&project.to_string()).unwrap(), Vec::<String>::new());
}

#[test]
fn version_numbers_are_not_taken_for_addresses() {
    for value in ["1.2.3", "1.2.3.4.5", "v10.20.30.4000", "[]", "[x]"] {
        assert_eq!(
            found("/services/toy-init/environment/VERSION", json!(value)),
            Vec::<String>::new(),
            "{value}"
        );
    }
}

#[test]
fn a_project_without_an_init_and_invalid_input_are_reported() {
    let none = findings(r#"{"services": {"app": {"image": "app"}}}"#).unwrap();
    assert!(none.len() == 1 && none[0].starts_with("no init service"), "{none:?}");
    for text in ["", "services: {}", "[]", "{}", r#"{"services": []}"#] {
        assert!(findings(text).unwrap_err().contains("docker compose config --format json"), "{text}");
    }
}
