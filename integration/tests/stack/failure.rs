//! Failure shown well: one password that is wrong stops what depends on it, says so once, and disturbs nothing else.

use integration::{Scratch, docker, shell};

use crate::{inits, states, up};

/// pg-init with another file as the administrator's password, and the rest of its secrets as they are.
const OVERRIDE: &str = "
services:
  pg-init:
    secrets: !override
      - {source: wrong, target: mng_postgres_password}
      - n8n_db_password
      - keycloak_db_password
      - airflow_db_password
      - terrakube_db_password
      - sonarqube_db_password
      - service_postgres_password
secrets:
  wrong: {file: FOLDER/wrong}
";

/// Every server by its container and the moment it began.
fn servers() -> Vec<String> {
    let names: Vec<String> = states()
        .into_keys()
        .filter(|service| !service.starts_with("smoke-") && !service.ends_with("-init"))
        .collect();
    let began =
        |name: &String| docker(&["inspect", "--format", "{{.Name}} {{.Id}} {{.State.StartedAt}}", name]).ok();
    names.iter().map(began).collect()
}

/// REQ-AUTO-002
#[test]
fn a_wrong_password_ends_the_command_is_told_once_and_disturbs_nothing_else() {
    up();
    let before = servers();
    assert!(before.len() >= 11, "{before:?}");
    shell("docker compose --env-file .env.example rm --stop --force smoke-data").ok();

    let scratch = Scratch::new();
    scratch.file("wrong", b"canary-not-the-password");
    scratch
        .file("override.yaml", OVERRIDE.replace("FOLDER", &scratch.path().display().to_string()).as_bytes());
    let files = format!("--file compose.yaml --file {}/override.yaml", scratch.path().display());
    let up = shell(&format!("docker compose --env-file .env.example {files} up -d"));
    assert_ne!(up.exit, 0);
    assert!(
        up.stderr.contains(r#"service "pg-init" didn't complete successfully: exit 77"#),
        "{}",
        up.stderr
    );

    let said = shell("docker compose --env-file .env.example logs --no-log-prefix pg-init").ok();
    // Compose erases the line before it writes each, terminal or not.
    let said = said.replace("\u{1b}[2K", "");
    let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{said}");
    let remedies: Vec<&str> =
        said.lines().filter(|line| line.contains("exit 77 (denied); to do: ")).collect();
    assert_eq!(remedies.len(), 1, "{said}");
    assert!(!said.contains("canary"), "{said}");

    let now = states();
    assert_ne!(now["smoke-data"].split(' ').next(), Some("running"), "{now:?}");
    assert_eq!((now["smoke-messaging"].as_str(), now["smoke-storage"].as_str()), ("running 0", "running 0"));
    for init in inits() {
        assert_eq!(now[&init], if init == "pg-init" { "exited 77" } else { "exited 0" }, "{init}");
    }
    assert_eq!(servers(), before, "a server was started anew");

    crate::up();
    assert_eq!(states()["pg-init"], "exited 0");
}
