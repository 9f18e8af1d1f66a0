//! The page on sidecars: its snippet as it stands, and the stack's own profile, through Compose's health checks.

use std::time::Duration;

use integration::{Scratch, docker, eventually, image, shell};

use crate::readme::code;
use crate::stack;

/// The parts that the snippet leaves to the user: the server, its spec, the application, and the released image.
const OVERRIDE: &str = r#"
services:
  postgres:
    image: SERVER
    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/postgres_password}
    secrets: [postgres_password]
    healthcheck: {test: [CMD, pg_isready, --quiet, --host=localhost], interval: 1s, retries: 60}
  pg-watch: {image: "TOOL", environment: {INIT_EVERY: 2s}}
  your-app: {image: "dayzero/smoke:dev", command: ["--stay"]}
"#;

const SPEC: &str = "endpoint: postgres:5432\nuser: postgres\npassword: {secret: postgres_password}\ntls: disable\n\
    roles: {app: {login: true, password: {secret: app_password}}}\n";

fn snippet() -> String {
    code("docs/watch.md", "snippet of a sidecar: run by the suite as it stands")
}

fn health(container: &str) -> String {
    docker(&["inspect", "--format", "{{.State.Health.Status}}", container]).stdout.trim().to_owned()
}

#[test]
fn an_application_starts_when_the_sidecar_of_the_page_is_healthy() {
    let server = shell("set -a && . ./.env.example && echo \"$POSTGRES_IMAGE\"").ok();
    let scratch = Scratch::new();
    let folder = scratch.path().display();
    scratch.file("compose.yaml", snippet().as_bytes());
    let settings = OVERRIDE.replace("SERVER", server.trim()).replace("TOOL", &image("pg-init"));
    scratch.file("override.yaml", settings.as_bytes());
    scratch.file("pg.yaml", SPEC.as_bytes());
    shell(&format!("mkdir {folder}/secrets && for name in postgres app; do echo canary-$name >{folder}/secrets/${{name}}_password; done")).ok();
    let compose = |args: &str| {
        shell(&format!(
            "docker compose -p dayzero-it-watch -f {folder}/compose.yaml -f {folder}/override.yaml {args}"
        ))
    };
    shell(&format!(
        "DAYZERO_VERSION=${{TAG:-dev}} hooks/policy.sh {folder}/compose.yaml --file {folder}/override.yaml"
    ))
    .ok();
    let up = compose("up --detach");
    let watch = "dayzero-it-watch-pg-watch-1";
    let told =
        || docker(&["inspect", "--format", "{{range .State.Health.Log}}{{.Output}}{{end}}", watch]).stdout;
    let (began, said) = (health(watch), told());
    let app = docker(&["inspect", "--format", "{{.State.StartedAt}}", "dayzero-it-watch-your-app-1"]).ok();
    compose("stop --timeout 5 postgres").ok();
    eventually("the sidecar is unhealthy", Duration::from_secs(60), || health(watch) == "unhealthy");
    let away = told();
    compose("start postgres").ok();
    eventually("the sidecar is healthy again", Duration::from_secs(60), || health(watch) == "healthy");
    compose("stop --timeout 10 pg-watch").ok();
    let exit = docker(&["inspect", "--format", "{{.State.ExitCode}}", watch]);
    compose("down --volumes --timeout 2").ok();
    assert_eq!(up.exit, 0, "{}{said}", up.stderr);
    assert_eq!(began, "healthy", "{said}");
    assert!(said.contains("converged") && !said.contains("canary"), "{said}");
    assert!(away.contains("was not ready"), "{away}");
    assert!(!app.starts_with("0001"), "the application did not start");
    assert_eq!(exit.ok().trim(), "0");
}

/// The other profiles' sidecars differ from this one in their spec and their server alone.
#[test]
fn the_profile_watch_keeps_the_stack() {
    let up = "COMPOSE_PROFILES=messaging,storage,data,watch docker compose --env-file .env.example up --detach --wait minio-watch";
    shell(up).ok();
    assert_eq!(health("dayzero-minio-watch-1"), "healthy");
    let services = stack("config --services").ok();
    let watches: Vec<&str> = services.lines().filter(|service| service.ends_with("-watch")).collect();
    assert_eq!(watches.len(), 4, "{watches:?}");
    stack("rm --stop --force minio-watch").ok();
}
