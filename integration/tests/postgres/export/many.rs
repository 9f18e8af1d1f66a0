//! The number of queries of an export from a server with many objects, counted by the server.

use super::{export, server, with};

/// Statements that the server has logged.
fn asked(log: &str) -> usize {
    log.lines().filter(|line| line.contains("statement: ") || line.contains("execute ")).count()
}

#[test]
fn an_export_of_a_thousand_roles_sends_as_many_queries_as_one_of_ten() {
    let a = server();
    let roles = |from: u16, to: u16| {
        let each = format!("FOR n IN {from}..{to} LOOP EXECUTE format('CREATE ROLE r%s LOGIN', n); END LOOP");
        a.psql("postgres", &format!("DO $$ BEGIN {each}; END $$"));
    };
    let exported = || {
        let log = a.log().len();
        let page = export(&a, &[]);
        (page.lines().filter(|line| line.starts_with("  r")).count(), asked(&a.log()[log..]), page)
    };
    roles(1, 10);
    for n in 0..5 {
        a.psql("postgres", &format!("CREATE DATABASE d{n} OWNER r{}", n + 1));
        a.psql(&format!("d{n}"), "CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO r7, r8");
    }
    let (few, of_few, _) = exported();
    roles(11, 1000);
    let (many, of_many, page) = exported();
    assert_eq!((few, many, of_many), (10, 1000, of_few));
    with(&page, &a, &a, &[].into()).run().expect(0, "unchanged");
}
