//! The README's snippet with secrets, as it stands beside a server of the suite: everything in one file but the passwords.

use std::fs;

use integration::{Scratch, docker, root, shell};

/// What the snippet leaves to the user: the server, the application, and the released image.
const OVERRIDE: &str = r#"
services:
  postgres:
    image: IMAGE
    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password}
    secrets: [postgres_password]
    healthcheck: {test: [CMD, pg_isready, --quiet, --host=localhost], interval: 1s, retries: 60}
  pg-init: {image: "dayzero/pg-init:dev"}
  your-app: {image: "dayzero/smoke:dev", command: ["--help"]}
"#;

fn snippet() -> String {
    let readme = fs::read_to_string(root().join("README.md")).unwrap_or_default();
    let mark = "<!-- snippet with secrets: run by the suite as it stands -->\n```yaml\n";
    readme.split(mark).nth(1).and_then(|rest| rest.split("```").next()).unwrap_or_default().to_owned()
}

#[test]
fn the_snippet_with_secrets_provisions_a_server_before_the_application_starts() {
    let image = shell("set -a && . ./.env.example && echo \"$POSTGRES_IMAGE\"").ok();
    let scratch = Scratch::new();
    let folder = scratch.path().display();
    scratch.file("compose.yaml", snippet().as_bytes());
    scratch.file("override.yaml", OVERRIDE.replace("IMAGE", image.trim()).as_bytes());
    shell(&format!("mkdir {folder}/secrets && for name in postgres app; do echo canary-$name >{folder}/secrets/${{name}}_password; done")).ok();
    let compose = |args: &str| {
        shell(&format!(
            "docker compose -p dayzero-it-secrets -f {folder}/compose.yaml -f {folder}/override.yaml {args}"
        ))
    };
    shell(&format!(
        "DAYZERO_VERSION=${{TAG:-dev}} hooks/policy.sh {folder}/compose.yaml --file {folder}/override.yaml"
    ))
    .ok();
    let up = compose("up --detach");
    let said = compose("logs pg-init").stdout;
    let exit = docker(&["inspect", "--format", "{{.State.ExitCode}}", "dayzero-it-secrets-pg-init-1"]);
    let app = docker(&["inspect", "--format", "{{.State.StartedAt}}", "dayzero-it-secrets-your-app-1"]);
    compose("down --volumes --timeout 2").ok();
    assert_eq!(up.exit, 0, "{}{said}", up.stderr);
    assert_eq!(exit.ok().trim(), "0", "{said}");
    assert!(said.contains("create_database") && !said.contains("canary"), "{said}");
    assert!(!app.ok().starts_with("0001"), "the application did not start");
}
