//! The violations of a spec: all of them are reported at once, each with its place.

use std::fmt::Write as _;

use init_core::Command;

use crate::report;

async fn refused(spec: &str) -> String {
    let report = report(Command::Validate, spec).await;
    let error = &report["error"];
    let mut shown = format!("exit {}: {}\n", error["exit"], error["message"].as_str().unwrap_or_default());
    for violation in error["violations"].as_array().into_iter().flatten() {
        let text = |key: &str| violation[key].as_str().unwrap_or_default().to_owned();
        let (line, column) = (&violation["line"], &violation["column"]);
        writeln!(shown, "{line}:{column} {}: {}", text("at"), text("problem")).unwrap();
    }
    shown
}

#[tokio::test]
async fn every_violation_is_reported() {
    insta::assert_snapshot!(refused(include_str!("../fixtures/wrong.yaml")).await);
}

/// `readers:` without a value declares the same as `readers: {}`.
#[tokio::test]
async fn an_entry_without_a_value_declares_its_name() {
    for rest in [
        "roles: {readers: }\n",
        "databases: {d: }\n",
        "databases: {d: {schemas: {s: }, extensions: {citext: }, publications: {p: }}}\n",
    ] {
        let spec = format!("endpoint: pg:5432\nuser: u\npassword: {{secret: p}}\n{rest}");
        let report = report(Command::Validate, &spec).await;
        assert_eq!(report["outcome"], "valid", "{report}");
    }
}

#[tokio::test]
async fn a_malformed_value_is_reported_with_the_accepted_forms() {
    let head = "endpoint: pg:5432\nuser: u\npassword: {secret: p}\n";
    let mut shown = String::new();
    for rest in [
        "tls: maybe\n",
        "tls: {mode: maybe}\n",
        "tls: {mode: verify-full, certificate: {file: nowhere.pem}}\n",
        "roles: {r: {password: hunter2}}\n",
        "roles: {r: {memberOf: readers}}\n",
        "roles: {r: {memberOf: [{rol: readers}]}}\n",
        "roles: {r: {settings: {work_mem: {a: b}}}}\n",
        "databases: {d: {publications: {p: {tables: some}}}}\n",
        "databases: {d: {grants: [{to: 3, object: database, privileges: [connect]}]}}\n",
        "databases: {d: {grants: [{to: a, object: tables, schema: s, privileges: [SELECT]}]}}\n",
        "databases: {d: {grants: [{to: a, object: table, privileges: [connect]}]}}\n",
        "databases: {d: {extensions: [vector]}}\n",
        "roles: [readers]\n",
        "passwordCheck: sometimes\n",
        "roles: {r: {parameterPrivileges: {work_mem: [], \"bad name\": [set], jit: [get]}}}\n",
        "roles: {r: {parameterPrivileges: {work_mem: [], \"bad name\": [set], jit: [set], JIT: [set]}}}\n",
        "replicationSlots: {Up: {}, p: {plugin: x}, q: {failover: false}}\n",
        "databases: {d: {subscriptions: {s: }}}\n",
        "databases: {d: {subscriptions: {S: {connection: {host: \"\", database: d, user: u, options: {password: hunter2, \
         host: x, sslmode: [a], \"a b\": c}}, publications: []}}}}\n",
        "databases: {d: {foreignServers: {s: {wrapper: \"\", options: {password: hunter2, host: [a], \"a=b\": c}, \
         userMappings: {r: {options: {user: u, password: hunter2}}}}}}}\n",
        "databases: {d: {foreignServers: {s: {}}}}\n",
        "databases: {d: {localeProvider: icu}, e: {localeProvider: libc, icuLocale: de}, f: {localeProvider: builtin}}\n",
    ] {
        shown += &refused(&format!("{head}{rest}")).await;
    }
    assert!(!shown.contains("hunter2"));
    insta::assert_snapshot!(shown);
}
