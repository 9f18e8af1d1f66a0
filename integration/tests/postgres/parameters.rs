//! Privileges on configuration parameters.

use integration::postgres::{Server, major};

use crate::export;
use crate::privileges::as_admin;

const SPEC: &str = "roles: {app: {login: true, parameterPrivileges: {log_statement: [set, alter system], Work_Mem: [set]}}}\n";

#[test]
fn a_role_is_granted_a_parameter_of_superusers() {
    let server = export::server();
    if major() < 15 {
        let refused = server.init(SPEC).run().expect(76, "failed");
        assert!(refused.error().contains("parameterPrivileges"), "{}", refused.stdout);
        assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'app'"), "0");
        return;
    }
    let cold = server.init(SPEC).run().expect(0, "changed");
    assert_eq!(cold.operations(), ["create_role", "grant_parameter", "grant_parameter"]);
    server.psql("postgres", "SET SESSION AUTHORIZATION app; SET log_statement = 'all'");
    server.init(SPEC).run().expect(0, "unchanged");
    // Undeclared privileges stay.
    server.psql(
        "postgres",
        "GRANT SET ON PARAMETER log_duration TO app; GRANT SET ON PARAMETER work_mem TO PUBLIC",
    );
    server.init(SPEC).run().expect(0, "unchanged");
    server.psql("postgres", "REVOKE ALTER SYSTEM ON PARAMETER log_statement FROM app");
    let healed = server.init(SPEC).run().expect(0, "changed");
    assert_eq!(healed.report["changes"][0]["privileges"]["to"], serde_json::json!(["alter system"]));
    let page = export::steady(&server, &[].into());
    for line in ["log_duration: [set]", "log_statement: [set, \"alter system\"]", "work_mem: [set]"] {
        assert!(page.contains(line), "{line}: {page}");
    }
    assert!(page.contains("privileges on parameters of everyone"), "{page}");
    server.psql("postgres", "REVOKE SET ON PARAMETER work_mem FROM PUBLIC");
    export::cloned(&server, &[].into(), |_| {});
}

#[test]
fn a_role_that_may_not_grant_a_parameter_is_refused_before_the_first_write() {
    if major() < 15 {
        return;
    }
    let server = Server::start(&[]);
    server.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE PASSWORD 'managed'");
    let refused = as_admin(&server, SPEC).run().expect(77, "failed");
    assert!(
        refused.error().contains("with grant option on the parameter log_statement"),
        "{}",
        refused.stdout
    );
    let unknown = server.init("roles: {app: {parameterPrivileges: {work_memory: [set]}}}\n").refused(76);
    assert!(unknown.error().contains("no parameter work_memory"));
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'app'"), "0");
    server.psql(
        "postgres",
        "GRANT SET, ALTER SYSTEM ON PARAMETER log_statement TO manager WITH GRANT OPTION; \
         GRANT SET ON PARAMETER work_mem TO manager WITH GRANT OPTION",
    );
    as_admin(&server, SPEC).run().expect(0, "changed");
    as_admin(&server, SPEC).run().expect(0, "unchanged");
    for wrong in ["work_mem: []", "work_mem: [get]", "work_mem: [set], WORK_MEM: [set]"] {
        let spec = format!("roles: {{app: {{parameterPrivileges: {{{wrong}}}}}}}\n");
        server.init(&spec).run().expect(65, "failed");
    }
}
