//! `export`: an exported spec changes nothing on its server, and makes an empty server equal to it.

mod by_hand;
mod many;
mod stack;

use std::collections::BTreeMap;

use integration::Init;
use integration::postgres::{PASSWORD, Server, init, major};

/// Passwords by role: whoever has one in an export and is not here gets another.
pub(crate) type Passwords<'a> = BTreeMap<&'a str, &'a str>;

/// The exported spec of the server.
pub(crate) fn export(server: &Server, args: &[&str]) -> String {
    let ended = server.init("").args(&[&["export"], args].concat()).run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    ended.stdout
}

/// A run with an exported spec on `server`, its secrets under the exported names.
fn with(page: &str, from: &Server, server: &Server, passwords: &Passwords<'_>) -> Init {
    let run = init(&page.replace(from.name(), server.name())).secret("admin", PASSWORD);
    let told =
        page.lines().filter_map(|line| line.strip_prefix("#   ")?.split_once(": the password of the role "));
    told.fold(run, |run, (name, role)| {
        run.secret(name, passwords.get(role).copied().unwrap_or("canary-other"))
    })
}

/// The next transaction that writes has this number: reading takes none.
pub(crate) fn next_transaction(server: &Server) -> String {
    server.psql("postgres", "SELECT txid_snapshot_xmax(txid_current_snapshot())")
}

pub(crate) fn server() -> Server {
    Server::start(&["wal_level=logical", "autovacuum=off", "log_statement=all"])
}

/// The page of a server, which changes nothing there.
pub(crate) fn steady(server: &Server, passwords: &Passwords<'_>) -> String {
    let before = next_transaction(server);
    let page = export(server, &[]);
    with(&page, server, server, passwords).run().expect(0, "unchanged");
    assert_eq!(export(server, &[]), page, "the same again");
    assert_eq!(next_transaction(server), before, "{page}");
    page
}

/// The page of `a`, which makes a server with the same page of an empty one, on which the migrations have run.
pub(crate) fn cloned(a: &Server, passwords: &Passwords<'_>, migrations: impl Fn(&Server)) -> String {
    let (page, b) = (steady(a, passwords), server());
    migrations(&b);
    with(&page, a, &b, passwords).run().expect(0, "changed");
    assert_eq!(export(&b, &[]).replace(b.name(), a.name()), page);
    with(&page, a, &b, passwords).run().expect(0, "unchanged");
    page
}

/// Statements, each a transaction of its own, without those that this version does not know.
fn statements(server: &Server, database: &str, sql: &str) {
    let modern = ["FOR TABLES IN SCHEMA", "WHERE ("];
    let known = |statement: &&str| major() >= 15 || !modern.iter().any(|words| statement.contains(words));
    for statement in sql.split(";\n").filter(|statement| !statement.trim().is_empty()).filter(known) {
        server.psql(database, statement);
    }
}

#[test]
fn the_full_spec_is_exported_and_cloned() {
    let a = server();
    crate::full(&a).run().expect(0, "changed");
    let passwords = [("app", "canary-app"), ("cdc", "canary-cdc"), ("hidden_reporter", "pässwörd canary")];
    let page = cloned(&a, &passwords.into(), |_| {});
    for line in [
        "#   app_password: the password of the role app\n",
        "  readers: {}\n",
        "  hidden_reporter: {login: true, password: {secret: hidden_reporter_password}, memberOf: [readers]}\n",
        "    connectionLimit: 50\n",
        "    validUntil: \"2030-01-01T00:00:00Z\"\n",
        "{from: public, object: database, privileges: [connect, temporary]}",
        "{for: app, schema: app, object: tables, to: readers, privileges: [select]}",
        "cdc: {tables: all, publish: [insert, update, delete]}",
    ] {
        assert!(page.contains(line), "{line}{page}");
    }
    assert!(!page.contains("canary"), "{page}");
    // Without the files of the passwords, everything else is compared.
    let plan = init(&page).secret("admin", PASSWORD).args(&["plan", "--without-secrets"]).run();
    plan.expect(0, "unchanged");
}

#[test]
fn a_part_of_a_server_is_exported_and_names_no_secrets_of_the_rest() {
    let a = server();
    a.psql("postgres", "CREATE ROLE readers; CREATE ROLE app LOGIN PASSWORD 'canary-app'");
    statements(&a, "postgres", "CREATE DATABASE app OWNER app;\nCREATE DATABASE other;\n");
    a.psql("app", "CREATE TABLE one(); GRANT INSERT ON one TO readers");
    let page = export(&a, &["--only", "databases=a*"]);
    assert!(page.contains("{to: readers, object: tables, schema: public, privileges: [insert]}"), "{page}");
    for other in ["roles:", "other", "#   app_password"] {
        assert!(!page.contains(other), "{other}: {page}");
    }
    with(&page, &a, &a, &BTreeMap::new()).run().expect(0, "unchanged");
}

/// A role without superuser sees everything except which roles have passwords, and the contents of databases that are
/// closed to it.
#[test]
fn an_administrator_without_superuser_exports_what_it_can_read_and_notes_the_rest() {
    let a = server();
    crate::full(&a).run().expect(0, "changed");
    a.psql("postgres", "CREATE ROLE admin LOGIN CREATEROLE CREATEDB PASSWORD 'canary-admin'");
    let spec = format!("endpoint: {}:5432\nuser: admin\npassword: {{secret: own}}\ntls: disable\n", a.name());
    let export = || {
        let ended = init(&spec).secret("own", "canary-admin").args(&["export"]).run();
        assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
        ended.stdout
    };
    let page = export();
    for line in [
        "#   roles: which roles have a password, since only a superuser can see that: those that may log in are taken to have one\n",
        "#   databases.app: what is inside: the role that provisions may not connect to it\n",
        "  admin: {login: true, createdb: true, createrole: true, password: {secret: own}}\n",
        "    owner: app\n",
    ] {
        assert!(page.contains(line), "{line}{page}");
    }
    assert!(!page.contains("pg_trgm") && !page.contains("canary"), "{page}");
    a.psql("postgres", "GRANT CONNECT ON DATABASE app TO admin");
    let page = export();
    assert!(page.contains("pg_trgm: {}") && !page.contains("may not connect"), "{page}");
    let told = page.lines().filter_map(|line| line.strip_prefix("#   ")?.split_once(": the password"));
    let run = told.fold(init(&page).secret("own", "canary-admin"), |run, (name, role)| {
        let password = [("app", "canary-app"), ("cdc", "canary-cdc"), ("hidden_reporter", "pässwörd canary")]
            .into_iter()
            .find(|(known, _)| role.ends_with(known));
        run.secret(name, password.map_or("another", |(_, password)| password))
    });
    run.run().expect(0, "unchanged");
}

#[test]
fn a_failure_is_the_ordinary_report() {
    let a = Server::start(&[]);
    let spec =
        format!("endpoint: {}:5432\nuser: postgres\npassword: {{secret: admin}}\ntls: disable\n", a.name());
    init(&spec).secret("admin", "canary-wrong").args(&["export"]).run().expect(77, "failed");
    let usage = a.init("").args(&["export", "--only", "topics"]).run();
    assert_eq!((usage.exit, usage.stdout.as_str()), (2, ""), "{}", usage.log);
}
