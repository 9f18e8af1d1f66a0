//! A mounted spec whose names come from variables, in several files; and the same text as Compose reads it.

use integration::postgres::{Server, init};
use integration::{Init, Scratch, shell};
use serde_json::Value;

const USER: &str = "a: {login: true}  # \"x\"";

/// A file of the application's team, and one of those who only read.
fn teams(server: &Server, readers: &str) -> Init {
    let app = "interpolate: true\nroles:\n  ${APP_DB_USER}:\n    connectionLimit: ${LIMIT:-7}\n    memberOf: {split: \"${GROUPS}\"}\n\
               databases:\n  ${APP_DB_NAME:?}: {owner: \"${APP_DB_USER}\"}\n";
    let variables = [
        format!("APP_DB_USER={USER}"),
        "APP_DB_NAME=orders".to_owned(),
        "GROUPS= readers,writers ,,".to_owned(),
    ];
    let variables: Vec<_> = variables.iter().flat_map(|variable| ["--env", variable.as_str()]).collect();
    let spec = ["--spec", "/etc/pg-init/spec.yaml", "--spec", "/etc/pg-init/teams"];
    let init = server.init("").network(integration::postgres::network()).docker(&variables).args(&spec);
    init.file("/etc/pg-init/teams/app.yaml", app.as_bytes())
        .file("/etc/pg-init/teams/readers.yml", readers.as_bytes())
}

#[test]
fn names_of_several_files_come_from_variables() {
    let server = Server::start(&[]);
    let readers = "roles:\n  readers: {}\n  writers: {}\n";
    teams(&server, readers).run().expect(0, "changed");
    let plan = teams(&server, readers).args(&["plan"]).run().expect(0, "unchanged");
    assert!(plan.changes().is_empty(), "{}", plan.stdout);
    let literal = USER.replace('\'', "''");
    let role = format!("SELECT rolconnlimit, rolcanlogin FROM pg_roles WHERE rolname = '{literal}'");
    assert_eq!(server.psql("postgres", &role), "7|f");
    let owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'orders'";
    assert_eq!(server.psql("postgres", owner), USER);
    let groups = format!(
        "SELECT string_agg(roleid::regrole::text, ',' ORDER BY 1) FROM pg_auth_members \
         WHERE member = (SELECT oid FROM pg_roles WHERE rolname = '{literal}')"
    );
    assert_eq!(server.psql("postgres", &groups).replace('"', ""), "readers,writers");
    // One name in two files: nothing is sent.
    let twice = teams(&server, "interpolate: true\nroles: {\"${APP_DB_USER}\": {login: true}}\n").run();
    let report = twice.expect(65, "failed").stdout;
    for place in [
        "\"file\":\"/etc/pg-init/teams/readers.yml\"",
        "declared twice: before at /etc/pg-init/teams/app.yaml line 3",
    ] {
        assert!(report.contains(place), "{report}");
    }
}

/// The changes that `describe` shows of a spec, without a server.
fn described(spec: &str, variables: &[&str]) -> Value {
    let ended = init(spec).network("none").docker(variables).args(&["describe"]).run();
    let mut report = ended.expect(0, "described").report;
    report["changes"].take()
}

#[test]
fn variables_have_the_same_value_in_a_compose_file_and_in_a_mounted_spec() {
    let body = "endpoint: postgres:5432\nuser: postgres\npassword: {secret: p}\ntls: disable\nroles:\n  ${NAME}: {}\n  ${NONE:-other}: {}\n  \
                \"$${NAME} costs $$5 of $${aws:username}\":\n    connectionLimit: ${LIMIT}\n    settings: {app.x: '${EMPTY-d}${EMPTY:-d}${NAME:+set}'}\n";
    let scratch = Scratch::new();
    let content: String = body.lines().map(|line| format!("      {line}\n")).collect();
    // A config that no service has is left out of what `config` prints.
    let services = "services:\n  init: {image: dayzero/pg-init:dev, configs: [pg]}\n";
    let compose = format!("{services}configs:\n  pg:\n    content: |\n{content}");
    let file = scratch.file("compose.yaml", compose.as_bytes());
    let line =
        format!("NAME=app LIMIT=7 EMPTY= docker compose --file {} config --format json", file.display());
    let project: Value = serde_json::from_str(&shell(&line).ok()).unwrap_or_default();
    let by_compose = project["configs"]["pg"]["content"].as_str().unwrap_or_default();
    let variables = ["--env", "NAME=app", "--env", "LIMIT=7", "--env", "EMPTY="];
    let mounted = described(&format!("interpolate: true\n{body}"), &variables);
    assert!(mounted.to_string().contains("${NAME} costs $5 of ${aws:username}"), "{mounted}");
    // The output of `config` can be read again: its dollars are doubled once more.
    assert_eq!(mounted, described(&by_compose.replace("$$", "$"), &[]), "{by_compose}");
}
