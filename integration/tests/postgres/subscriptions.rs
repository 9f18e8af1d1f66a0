//! Subscriptions to the publications of another server.

use std::time::Duration;

use integration::Init;
use integration::eventually;
use integration::postgres::{PASSWORD, Server, init, major};

use crate::export;
use crate::privileges::as_admin;

/// A password with characters that are special in connection strings and shells.
const CDC: &str = "canary 'cdc\\ \"$x=1";

/// A publisher with three rows, and the role that reads them.
fn publisher() -> Server {
    let server = export::server();
    server.psql("postgres", "CREATE DATABASE shop");
    let role = format!("CREATE ROLE cdc LOGIN REPLICATION PASSWORD '{}'", CDC.replace('\'', "''"));
    server.psql("shop", &role);
    server.psql("shop", "CREATE TABLE orders (id int PRIMARY KEY); CREATE TABLE parts (id int PRIMARY KEY)");
    server.psql("shop", "INSERT INTO orders VALUES (1), (2), (3); INSERT INTO parts VALUES (1)");
    server.psql("shop", "GRANT SELECT ON orders, parts TO cdc");
    server
        .psql("shop", "CREATE PUBLICATION orders FOR TABLE orders; CREATE PUBLICATION parts FOR TABLE parts");
    server
}

/// A server that has the tables.
fn subscriber() -> Server {
    let server = export::server();
    server.psql("postgres", "CREATE DATABASE copy");
    server.psql("copy", "CREATE TABLE orders (id int PRIMARY KEY); CREATE TABLE parts (id int PRIMARY KEY)");
    server
}

fn spec(publisher: &Server, more: &str) -> String {
    let connection =
        format!("host: {}, database: shop, user: cdc, password: {{secret: cdc}}", publisher.name());
    format!("databases: {{copy: {{subscriptions: {{orders: {{connection: {{{connection}}}, {more}}}}}}}}}\n")
}

fn rows(server: &Server, table: &str, count: &str) {
    let sql = format!("SELECT count(*) FROM {table}");
    eventually("the rows are there", Duration::from_secs(60), || server.psql("copy", &sql) == count);
}

fn run(server: &Server, spec: &str) -> Init {
    server.init(spec).secret("cdc", CDC).args(&["--log", "trace"])
}

#[test]
fn a_subscription_is_created_and_set_back_and_its_password_is_in_no_output() {
    let (publisher, server) = (publisher(), subscriber());
    let orders = spec(&publisher, "publications: [orders]");
    let cold = run(&server, &orders).run().expect(0, "changed");
    assert_eq!(cold.operations(), ["create_subscription"]);
    rows(&server, "orders", "3");
    let again = run(&server, &orders).run().expect(0, "unchanged");
    server.psql("copy", "ALTER SUBSCRIPTION orders DISABLE");
    run(&server, &orders).run().expect(0, "unchanged");
    let both = spec(&publisher, "publications: [orders, parts], enabled: true");
    let healed = run(&server, &both).run().expect(0, "changed");
    assert_eq!(healed.operations(), ["alter_subscription"]);
    rows(&server, "parts", "1");
    run(&server, &orders).run().expect(0, "unchanged");
    // The connection: its parameters, its password, and what the spec does not say of it.
    let stored =
        format!("host={} dbname=shop user=cdc application_name=mine connect_timeout=3", publisher.name());
    for (sql, what) in [
        (format!("{stored} password=wrong"), "password"),
        (stored.clone(), "password"),
        (stored.replace("user=cdc", "user=other"), "connection"),
        (stored.replace("host=", "port=5433 host="), "connection"),
    ] {
        server.psql("copy", &format!("ALTER SUBSCRIPTION orders CONNECTION '{sql}'"));
        let healed = run(&server, &both).run().expect(0, "changed");
        assert!(healed.report["changes"][0].get(what).is_some(), "{what}: {}", healed.stdout);
        let kept =
            server.psql("copy", "SELECT subconninfo LIKE '%application_name%mine%' FROM pg_subscription");
        assert_eq!(kept, "t");
        run(&server, &both).run().expect(0, "unchanged");
    }
    publisher.psql("shop", "INSERT INTO orders VALUES (4)");
    rows(&server, "orders", "4");
    let slot = spec(&publisher, "publications: [orders], slotName: another");
    let refused = run(&server, &slot).run().expect(4, "conflict");
    assert_eq!(refused.report["conflicts"][0]["at"], "databases.copy.subscriptions.orders.slotName");
    for text in [&cold.log, &cold.stdout, &again.log, &healed.log, &healed.stdout, &server.log()] {
        assert!(!text.contains("canary"), "{text}");
    }
}

#[test]
fn a_refusal_of_the_publisher_ends_the_run_and_an_unavailable_publisher_is_waited_for() {
    let (publisher, server) = (publisher(), subscriber());
    publisher.psql("shop", "SELECT pg_create_logical_replication_slot('orders', 'pgoutput')");
    let orders = spec(&publisher, "publications: [orders]");
    let taken = run(&server, &orders).args(&["--timeout", "5m"]).run().expect(76, "failed");
    assert!(taken.error().contains("already exists"), "{}", taken.stdout);
    let there =
        spec(&publisher, "publications: [orders], createSlot: false, copyData: false, slotName: orders");
    run(&server, &there).run().expect(0, "changed");
    run(&server, &there).run().expect(0, "unchanged");
    publisher.psql("shop", "INSERT INTO orders VALUES (4)");
    rows(&server, "orders", "1");
    server
        .psql("copy", "ALTER SUBSCRIPTION orders DISABLE; ALTER SUBSCRIPTION orders SET (slot_name = NONE)");
    server.psql("copy", "DROP SUBSCRIPTION orders");
    let wrong = server.init(&orders).secret("cdc", "canary-wrong").args(&["--timeout", "5s"]).run();
    assert_eq!(wrong.exit, 69, "{}", wrong.stdout);
    assert!(!wrong.stdout.contains("canary") && !server.log().contains("canary"), "{}", wrong.stdout);
    assert_eq!(server.psql("copy", "SELECT count(*) FROM pg_subscription"), "0");
    // Nobody answers: the run ends when its time is over, and so does what the server does for it.
    publisher.pause();
    let silent = run(&server, &orders).args(&["--timeout", "5s"]).run();
    assert_eq!(silent.exit, 69, "{}", silent.stdout);
    if major() >= 14 {
        let busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pg-init'";
        eventually("nothing of it goes on", Duration::from_secs(60), || server.psql("copy", busy) == "0");
    }
}

#[test]
fn subscriptions_are_exported_and_change_nothing() {
    let (publisher, server) = (publisher(), subscriber());
    let orders = spec(&publisher, "publications: [orders], slotName: other_name")
        .replace("user: cdc", "user: cdc, port: 5432, options: {connect_timeout: 9}");
    run(&server, &orders).run().expect(0, "changed");
    let page = export::export(&server, &[]);
    for line in [
        "#   copy_orders_password: the password of the subscription orders of the database copy\n",
        "password: {secret: copy_orders_password}\n",
        "options: {connect_timeout: \"9\"}\n",
        "slotName: other_name",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
    let run = || init(&page).secret("admin", PASSWORD).secret("copy_orders_password", CDC);
    run().run().expect(0, "unchanged");
    init(&page).secret("admin", PASSWORD).args(&["plan", "--without-secrets"]).run().expect(0, "unchanged");
    assert_eq!(export::export(&server, &[]), page);
    server.psql("copy", "ALTER SUBSCRIPTION orders DISABLE");
    assert!(export::export(&server, &[]).contains("enabled: false"));
}

/// From PostgreSQL 16 on others than superusers may subscribe; nobody but a superuser reads a connection.
#[test]
fn a_manager_subscribes_and_leaves_connections_that_it_cannot_read() {
    let (publisher, server) = (publisher(), subscriber());
    server.psql("postgres", "CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'managed'");
    server.psql("postgres", "ALTER DATABASE copy OWNER TO manager");
    server.psql("copy", "ALTER TABLE orders OWNER TO manager; ALTER TABLE parts OWNER TO manager");
    let orders = spec(&publisher, "publications: [orders]");
    let run = |spec: &str| as_admin(&server, spec).secret("cdc", CDC).run();
    let refused = run(&orders).expect(77, "failed");
    assert!(
        refused.log.contains("this server decides") && !refused.log.contains("canary"),
        "{}",
        refused.log
    );
    if major() < 16 {
        return;
    }
    server.psql("postgres", "GRANT pg_create_subscription TO manager");
    run(&orders).expect(0, "changed");
    rows(&server, "orders", "3");
    let left = run(&orders.replace("user: cdc", "user: another")).expect(0, "unchanged");
    assert!(left.log.contains("its connection cannot be read here"), "{}", left.log);
    let more = spec(&publisher, "publications: [orders, parts]");
    assert_eq!(run(&more).expect(0, "changed").operations(), ["alter_subscription"]);
    rows(&server, "parts", "1");
}
