//! Replication slots: created when they are missing, and never altered or dropped.

use std::thread::sleep;
use std::time::Duration;

use integration::eventually;
use integration::postgres::{Server, major};

use crate::export;
use crate::privileges::as_admin;

const MANAGER: &str = "CREATE ROLE manager LOGIN CREATEROLE CREATEDB REPLICATION PASSWORD 'managed'";
const SLOTS: &str = "databases: {app: {publications: {p: {tables: []}}}}\n\
                     replicationSlots: {standby: {}, cdc: {database: app}, other: {database: app, plugin: test_decoding}}\n";

fn server() -> Server {
    Server::start(&["wal_level=logical", "max_replication_slots=3"])
}

fn slots(server: &Server) -> String {
    let sql = "SELECT string_agg(concat_ws('/', slot_name, database, plugin), ' ' ORDER BY slot_name COLLATE \"C\") \
               FROM pg_replication_slots";
    server.psql("postgres", sql)
}

#[test]
fn slots_are_created_once() {
    for manager in [false, true] {
        let server = server();
        server.psql("postgres", MANAGER);
        let run = |spec: &str| if manager { as_admin(&server, spec) } else { server.init(spec) };
        let cold = run(SLOTS).run().expect(0, "changed");
        let slot = "create_replication_slot";
        assert_eq!(cold.operations(), ["create_database", "create_publication", slot, slot, slot]);
        assert_eq!(slots(&server), "cdc/app/pgoutput other/app/test_decoding standby");
        run(SLOTS).run().expect(0, "unchanged");
        server.psql("app", "CREATE TABLE t (); INSERT INTO t DEFAULT VALUES");
        let told = "SELECT count(*) FROM pg_logical_slot_get_changes('other', NULL, NULL) WHERE data LIKE '%INSERT%'";
        assert_eq!(server.psql("app", told), "1");
        // Undeclared properties of a slot stay, and so does an undeclared slot.
        server.psql(
            "app",
            "SELECT pg_drop_replication_slot('cdc'); SELECT pg_drop_replication_slot('standby')",
        );
        server.psql("app", "SELECT pg_create_logical_replication_slot('cdc', 'test_decoding')");
        let healed = run(SLOTS).run().expect(0, "changed");
        assert_eq!(healed.changes(), ["create_replication_slot standby: applied"]);
        run("replicationSlots: {standby: {}}\n").run().expect(0, "unchanged");
        assert_eq!(slots(&server), "cdc/app/test_decoding other/app/test_decoding standby");
    }
}

#[test]
fn a_slot_with_other_properties_is_a_conflict() {
    let server = server();
    server.psql("postgres", "CREATE DATABASE app");
    server.psql("postgres", "CREATE DATABASE closed ALLOW_CONNECTIONS false");
    server.psql("postgres", "SELECT pg_create_physical_replication_slot('physical')");
    server.psql("app", "SELECT pg_create_logical_replication_slot('logical', 'pgoutput')");
    let hold = "SELECT pg_create_physical_replication_slot('held', false, true); SELECT pg_sleep(600)";
    let holder = server.session("postgres", hold);
    eventually("somebody holds a slot", Duration::from_secs(30), || slots(&server).contains("held"));
    for (slot, at) in [
        ("physical: {database: app}", "physical.database"),
        ("logical: {}", "logical"),
        ("logical: {database: postgres}", "logical.database"),
        ("logical: {database: app, plugin: test_decoding}", "logical.plugin"),
        ("logical: {database: app, twoPhase: true}", "logical.twoPhase"),
        ("held: {}", "held"),
        ("new: {database: nowhere}", "new.database"),
        ("new: {database: closed}", "new.database"),
    ] {
        if major() < 14 && slot.contains("twoPhase") {
            continue;
        }
        let spec = format!("roles: {{early: {{}}}}\nreplicationSlots: {{{slot}}}\n");
        let refused = server.init(&spec).run().expect(4, "conflict");
        assert_eq!(refused.report["conflicts"][0]["at"], format!("replicationSlots.{at}"), "{slot}");
    }
    drop(holder);
    assert_eq!(server.psql("postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'early'"), "0");
}

#[test]
fn missing_settings_for_slots_are_refused_before_the_first_write() {
    let early = "roles: {early: {}}\n";
    let none = |server: &Server| {
        let sql = "SELECT (SELECT count(*) FROM pg_replication_slots), (SELECT count(*) FROM pg_roles WHERE rolname = 'early')";
        assert_eq!(server.psql("postgres", sql), "0|0");
    };
    let replica = Server::start(&["wal_level=replica", "max_replication_slots=1"]);
    let level = replica.init(&format!("{early}replicationSlots: {{cdc: {{database: postgres}}}}\n"));
    assert!(level.refused(76).error().contains("wal_level = logical"));
    let full = replica.init(&format!("{early}replicationSlots: {{one: {{}}, two: {{}}}}\n"));
    assert!(full.refused(76).error().contains("max_replication_slots"));
    none(&replica);
    replica.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE PASSWORD 'managed'");
    let refused = as_admin(&replica, &format!("{early}replicationSlots: {{one: {{}}}}\n")).run();
    assert!(refused.expect(77, "failed").error().contains("REPLICATION"));
    none(&replica);
    for (least, option) in [(14, "twoPhase"), (17, "failover")] {
        let spec = format!("{early}replicationSlots: {{one: {{database: postgres, {option}: true}}}}\n");
        if major() < least {
            assert!(replica.init(&spec).run().expect(76, "failed").error().contains(option));
        }
    }
    none(&replica);
    for wrong in ["Upper: {}", "x: {plugin: pgoutput}", "x: {failover: false}"] {
        replica.init(&format!("replicationSlots: {{{wrong}}}\n")).run().expect(65, "failed");
    }
}

/// The server waits for the transactions that are open, which may be longer than it waits for a lock.
#[test]
fn an_open_transaction_is_waited_for() {
    let server = server();
    let _open = server.session("postgres", "BEGIN; SELECT txid_current(); SELECT pg_sleep(13); COMMIT");
    sleep(Duration::from_secs(1));
    let spec = "replicationSlots: {cdc: {database: postgres}}\n";
    let run = server.init(spec).args(&["--timeout", "90s"]).run();
    assert_eq!(run.expect(0, "changed").operations(), ["create_replication_slot"]);
}

#[test]
fn slots_are_exported_and_cloned() {
    let server = export::server();
    server.init(SLOTS).run().expect(0, "changed");
    let options = if major() >= 17 { ", twoPhase: true, failover: true" } else { "" };
    let more = format!("replicationSlots: {{options: {{database: app{options}}}}}\n");
    server.init(&more).run().expect(0, "changed");
    let page = export::cloned(&server, &[].into(), |_| {});
    assert!(
        page.contains("  standby: {}\n") && page.contains("database: app, plugin: test_decoding"),
        "{page}"
    );
    assert!(page.contains(&format!("plugin: pgoutput{options}")), "{page}");
}
