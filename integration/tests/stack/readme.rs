//! The README's snippet with secrets, as it stands beside a server of the suite: everything in one file but the passwords. And
//! the step of docs/migrate.md that comes after it.

use std::fs;
use std::time::Duration;

use integration::{Output, Scratch, docker, eventually, root, shell};

/// The parts that the snippet leaves to the user: the server, the application, and the released image.
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

/// The YAML of a page that follows a mark.
pub(crate) fn code(page: &str, mark: &str) -> String {
    let page = fs::read_to_string(root().join(page)).unwrap_or_default();
    let mark = format!("<!-- {mark} -->\n```");
    let block = page.split(&mark).nth(1).and_then(|rest| rest.split("```").next());
    block.and_then(|block| block.split_once('\n')).map(|(_, code)| code.to_owned()).unwrap_or_default()
}

/// The snippet with secrets, beside what it leaves to the user, and its secrets.
struct Bed {
    scratch: Scratch,
    image: String,
}

impl Bed {
    fn new() -> Self {
        let image = shell("set -a && . ./.env.example && echo \"$POSTGRES_IMAGE\"").ok().trim().to_owned();
        let bed = Self { scratch: Scratch::new(), image };
        let snippet = code("README.md", "snippet with secrets: run by the suite as it stands");
        bed.scratch.file("compose.yaml", snippet.as_bytes());
        bed.scratch.file("override.yaml", OVERRIDE.replace("IMAGE", &bed.image).as_bytes());
        let folder = bed.scratch.path().display();
        shell(&format!(
            "mkdir {folder}/secrets && for name in postgres app; do echo canary-$name >{folder}/secrets/${{name}}_password; done"
        ))
        .ok();
        bed
    }

    /// `docker compose ARGS` with these files between the snippet and the override.
    fn compose(&self, between: &[&str], args: &str) -> Output {
        let folder = self.scratch.path().display();
        let files: String =
            between.iter().chain(&["override.yaml"]).map(|file| format!(" -f {folder}/{file}")).collect();
        shell(&format!("docker compose -p dayzero-it-secrets -f {folder}/compose.yaml{files} {args}"))
    }
}

fn state(service: &str, of: &str) -> String {
    let name = format!("dayzero-it-secrets-{service}-1");
    docker(&["inspect", "--format", &format!("{{{{.State.{of}}}}}"), &name]).ok().trim().to_owned()
}

#[test]
fn the_snippet_with_secrets_provisions_a_server_before_the_application_starts() {
    let bed = Bed::new();
    let folder = bed.scratch.path().display();
    shell(&format!(
        "DAYZERO_VERSION=${{TAG:-dev}} hooks/policy.sh {folder}/compose.yaml --file {folder}/override.yaml"
    ))
    .ok();
    let up = bed.compose(&[], "up --detach");
    let said = bed.compose(&[], "logs pg-init").stdout;
    let (exit, app) = (state("pg-init", "ExitCode"), state("your-app", "StartedAt"));
    bed.compose(&[], "down --volumes --timeout 2").ok();
    assert_eq!(up.exit, 0, "{}{said}", up.stderr);
    assert_eq!(exit, "0", "{said}");
    assert!(said.contains("create_database") && !said.contains("canary"), "{said}");
    assert!(!app.starts_with("0001"), "the application did not start");
}

/// Compose makes no new container for an inline config that changed: the label does.
#[test]
fn an_edited_spec_is_what_the_next_up_runs() {
    let bed = Bed::new();
    let folder = bed.scratch.path().display();
    let first = bed.compose(&[], "up --detach");
    let server = state("postgres", "StartedAt");
    shell(&format!(
        "sed -i 's/    app: {{owner: app}}/&\\n        later: {{owner: app}}/' {folder}/compose.yaml"
    ))
    .ok();
    let second = bed.compose(&[], "up --detach");
    let owned = "SELECT datname FROM pg_database WHERE datdba = (SELECT oid FROM pg_roles WHERE rolname = 'app') ORDER BY 1";
    let there = bed.compose(&[], &format!("exec -T postgres psql -U postgres -Atc \"{owned}\""));
    let (said, kept) = (bed.compose(&[], "logs pg-init").stdout, state("postgres", "StartedAt"));
    bed.compose(&[], "down --volumes --timeout 2").ok();
    assert_eq!((first.exit, second.exit), (0, 0), "{}{}{said}", first.stderr, second.stderr);
    assert_eq!(there.ok(), "app\nlater\n", "{said}");
    assert_eq!(server, kept, "the server was started anew");
}

/// A password of `.env` arrives as a file, and in no environment.
#[test]
fn a_password_may_stay_in_env() {
    let bed = Bed::new();
    let folder = bed.scratch.path().display();
    let line = "app_password: {environment: APP_DB_PASSWORD}";
    assert!(code("docs/migrate.md", "compose: a password from .env").contains(line));
    shell(&format!("sed -i 's/app_password: {{file.*/{line}/' {folder}/compose.yaml")).ok();
    bed.scratch.file(".env", b"APP_DB_PASSWORD=canary-env-first\n");
    let first = bed.compose(&[], "up --detach");
    bed.scratch.file(".env", b"APP_DB_PASSWORD=canary-env-second\n");
    let second = bed.compose(&[], "up --force-recreate --detach pg-init");
    let login = "exec -T --env PGPASSWORD=canary-env-second postgres psql -h postgres -U app -Atc 'SELECT 1'";
    // The init has begun when `up` ends.
    eventually("the second password is set", Duration::from_secs(60), || bed.compose(&[], login).exit == 0);
    let application = bed.compose(&[], login);
    let said = bed.compose(&[], "logs pg-init").stdout;
    let seen = docker(&["inspect", "dayzero-it-secrets-pg-init-1"]).stdout;
    bed.compose(&[], "down --volumes --timeout 2").ok();
    assert_eq!((first.exit, second.exit), (0, 0), "{}{}{said}", first.stderr, second.stderr);
    assert_eq!(application.ok(), "1\n", "{said}");
    assert!(!seen.contains("canary-env") && !said.contains("canary-env"));
}

/// A second `up` runs both again: the content stays as the application has it.
#[test]
fn first_content_comes_after_the_init_and_bears_being_run_again() {
    let bed = Bed::new();
    let seed = code("docs/migrate.md", "compose: beside the snippet with secrets");
    bed.scratch.file("seed.yaml", seed.replace("postgres:17", &bed.image).as_bytes());
    let up = |args: &str| bed.compose(&["seed.yaml"], args);
    let first = up("up --detach");
    let rows = "exec -T postgres psql -U app -d app -c 'UPDATE plans SET price = 25 WHERE price = 20'";
    let changed = up(rows);
    let second = up("up --detach");
    let content = up("exec -T postgres psql -U app -d app -Atc 'SELECT * FROM plans ORDER BY price'");
    let said = up("logs").stdout;
    up("down --volumes --timeout 2").ok();
    assert_eq!((first.exit, changed.exit, second.exit), (0, 0, 0), "{}{}{said}", first.stderr, second.stderr);
    assert_eq!(content.ok(), "free|0\nteam|25\n", "{said}");
}
