//! What an export asks of a server with many objects, counted by the server.

use super::{export, server, with};

/// Statements that the server has logged.
fn asked(log: &str) -> usize {
    log.lines().filter(|line| line.contains("statement: ") || line.contains("execute ")).count()
}

#[test]
fn a_thousand_roles_are_exported_with_no_more_than_twice_the_questions_of_a_rerun() {
    let a = server();
    a.psql(
        "postgres",
        "DO $$ BEGIN FOR n IN 1..1000 LOOP EXECUTE format('CREATE ROLE r%s LOGIN', n); END LOOP; END $$",
    );
    for n in 0..5 {
        a.psql("postgres", &format!("CREATE DATABASE d{n} OWNER r{}", n + 1));
        a.psql(&format!("d{n}"), "CREATE SCHEMA s; GRANT USAGE ON SCHEMA s TO r7, r8");
    }
    let log = a.log().len();
    let page = export(&a, &[]);
    let of_export = asked(&a.log()[log..]);
    assert_eq!(page.lines().filter(|line| line.starts_with("  r")).count(), 1000);
    let log = a.log().len();
    with(&page, &a, &a, &[].into()).run().expect(0, "unchanged");
    let of_rerun = asked(&a.log()[log..]);
    assert!(of_export <= 2 * of_rerun, "{of_export} questions of an export, {of_rerun} of a rerun");
}
