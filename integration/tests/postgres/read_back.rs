//! The result of the full spec in other programs: psql's own commands and `pg_dumpall`, as whole texts.

use integration::postgres::{Server, version};

/// The output of psql about `app`, one command after the other.
const COMMANDS: [&str; 6] = [
    "\\du (app|cdc|readers|hidden_reporter)",
    "\\l app",
    "\\dn+ (app|ext|public)",
    "\\ddp",
    "\\dRp+",
    "\\drds",
];

/// The texts differ between releases in what psql shows, not in what is there.
fn expected() -> &'static str {
    match version().as_str() {
        "15" => include_str!("expected/15.txt"),
        _ => include_str!("expected/17.txt"),
    }
}

/// Statements alone, each verifier reduced to its kind.
fn dump(text: &str) -> String {
    let statement = |line: &&str| ["CREATE ", "ALTER ", "GRANT "].iter().any(|verb| line.starts_with(verb));
    let shorten = |line: &str| match line.split_once("'SCRAM-SHA-256$4096:") {
        Some((before, verifier)) => {
            let after = verifier.split_once('\'').map_or("", |(_, after)| after);
            format!("{before}'SCRAM-SHA-256$4096:…'{after}\n")
        }
        None => format!("{line}\n"),
    };
    text.lines().filter(statement).map(shorten).collect()
}

#[test]
fn an_independent_reader_sees_what_the_spec_says() {
    let server = Server::start(&["wal_level=logical"]);
    crate::full(&server).run().expect(0, "changed");
    let mut seen = String::new();
    for command in COMMANDS {
        let output = server.psql_args(&["--dbname", "app", "--command", command]).ok();
        let lines = output.lines().map(|line| format!("{}\n", line.trim_end()));
        seen += &format!("=> {command}\n{}", lines.collect::<String>());
    }
    let dumped = server.shell("pg_dumpall --roles-only -U postgres").ok();
    seen += &format!("=> pg_dumpall --roles-only\n{}", dump(&dumped));
    assert_eq!(seen, expected(), "\n{seen}");
    assert!(server.lets_in("hidden_reporter", "pässwörd canary", "postgres"));
    assert!(server.lets_in("app", "canary-app", "app"));
}
