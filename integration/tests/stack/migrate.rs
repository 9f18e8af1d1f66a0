//! docs/migrate.md, docs/howto.md and examples/: every spec, as it stands and twice, against a server of its kind. Then what
//! was made is used as its users do.

mod broker;

use std::fs;

use integration::{Init, Peer, Scratch, docker, minio, postgres, root, shell, valkey};

use broker::{Broker, NAME};

const PAGES: [&str; 2] = ["docs/migrate.md", "docs/howto.md"];

fn page(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_default()
}

/// The YAML that follows this mark, in the order of the pages.
fn marked(mark: &str) -> Vec<String> {
    let mark = format!("<!-- {mark} -->\n```yaml\n");
    let pages = PAGES.map(page);
    let blocks = pages.iter().flat_map(|page| page.split(&mark).skip(1));
    blocks.map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// The examples for one tool, in the order of their names. That for Garage, which takes long to build, is run by
/// `field::garage`.
fn examples(tool: &str) -> Vec<String> {
    let files = shell(&format!("ls examples/{tool}/*.yaml")).ok();
    files.lines().map(page).filter(|spec| !spec.contains("\ngarage:")).collect()
}

/// The names of the secrets in a spec.
fn secrets(spec: &str) -> Vec<&str> {
    spec.split("{secret: ").skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

/// Runs each example twice: the second run finds nothing to do. It may ask for what a spec before it has made.
fn examples_twice(tool: &'static str, network: &str, known: &[(&str, &str)]) {
    let examples = examples(tool);
    assert!(examples.len() > 1, "{tool}");
    for example in &examples {
        once(tool, example, network, known, None);
        once(tool, example, network, known, Some("unchanged"));
    }
}

/// Runs a spec of a page twice: the first run has something to do, and the second has not.
fn twice(tool: &'static str, spec: &str, network: &str, known: &[(&str, &str)]) {
    once(tool, spec, network, known, Some("changed"));
    once(tool, spec, network, known, Some("unchanged"));
}

/// One run; a secret that the server does not know has a value of its own.
fn once(tool: &'static str, spec: &str, network: &str, known: &[(&str, &str)], outcome: Option<&str>) {
    let mut names = secrets(spec);
    names.sort_unstable();
    names.dedup();
    let value = |name: &str| {
        let known = known.iter().find(|(known, _)| *known == name);
        known.map_or_else(|| format!("canary-{name}"), |(_, value)| (*value).to_owned())
    };
    let run = Init::new(tool, spec).network(network);
    let ended = names.iter().fold(run, |run, name| run.secret(name, &value(name))).run();
    assert_eq!(
        (ended.exit, ended.outcome()),
        (0, outcome.unwrap_or(ended.outcome())),
        "{spec}\n{}\n{}",
        ended.stdout,
        ended.log
    );
}

/// The inline spec of a Compose file, with the variables that Compose replaces.
fn composed(file: &str, variables: &str) -> String {
    let scratch = Scratch::new();
    let path = scratch.file(
        "compose.yaml",
        file.replace("depends_on: {postgres: {condition: service_healthy}}", "").as_bytes(),
    );
    let secrets = "secrets: {postgres_password: {file: /dev/null}, app_password: {file: /dev/null}}";
    let rest = scratch.file("rest.yaml", secrets.as_bytes());
    let config = format!("docker compose -f {} -f {} config --format json", path.display(), rest.display());
    shell(&format!("{variables} {config} | jq -r '.configs[\"pg-init\"].content'")).ok()
}

/// The server of the pages, the specs that are still to be run against it, and how they are run.
struct Pages<'a> {
    server: &'a postgres::Server,
    specs: std::vec::IntoIter<String>,
}

const NETWORK: &str = "dayzero-it-migrate";
const ADMIN: [(&str, &str); 1] = [("postgres_password", postgres::PASSWORD)];
/// The permissions of an owner.
const TABLE: &str = "CREATE TABLE t (n int); INSERT INTO t VALUES (1); SELECT n FROM t";

impl Pages<'_> {
    fn next(&mut self) {
        twice("pg-init", &self.specs.next().unwrap_or_default(), NETWORK, &ADMIN);
    }

    /// Statements by a role over TCP, with the password of its secret.
    fn by(&self, role: &str, secret: &str, database: &str, sql: &str) -> Result<String, String> {
        let password = format!("PGPASSWORD=canary-{secret}");
        let psql = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"];
        let session = ["--set", "ON_ERROR_STOP=1", "--host", self.server.name(), "--username", role];
        let name = self.server.name();
        let line = ["--dbname", database, "--command", sql];
        let said = docker(&[&["exec", "--env", &password, name][..], &psql[..], &session, &line].concat());
        if said.exit == 0 { Ok(said.stdout.trim().to_owned()) } else { Err(said.stderr) }
    }

    fn owners(&mut self) {
        let file = marked("compose: the config of pg-init").concat();
        let named = composed(&file, "APP_DB_USER=billing APP_DB_NAME=invoices");
        twice("pg-init", &named, NETWORK, &ADMIN);
        assert_eq!(self.by("billing", "app_password", "invoices", TABLE).as_deref(), Ok("1"));
        self.next();
        for role in ["keycloak", "n8n"] {
            assert_eq!(self.by(role, &format!("{role}_password"), role, TABLE).as_deref(), Ok("1"), "{role}");
        }
    }

    /// The database that others have made, with a table of the application's.
    fn a_reader(&mut self) {
        self.server.psql("postgres", "CREATE ROLE shop LOGIN");
        self.server.psql("postgres", "CREATE DATABASE shop OWNER shop");
        let orders = "CREATE TABLE orders (id int PRIMARY KEY); INSERT INTO orders VALUES (7)";
        self.server.psql("shop", &format!("SET ROLE shop; {orders}"));
        self.next();
        self.server.psql("shop", "SET ROLE shop; CREATE TABLE later (n int); INSERT INTO later VALUES (8)");
        let read = |sql: &str| self.by("reader", "reader_password", "shop", sql);
        assert_eq!(read("SELECT id, n FROM orders, later").as_deref(), Ok("7|8"));
        assert!(read("DELETE FROM orders").is_err_and(|said| said.contains("permission denied")));
    }

    fn change_data_capture(&mut self) {
        self.next();
        let capture = |sql: &str| self.by("cdc", "cdc_password", "shop", sql);
        assert_eq!(capture("SELECT id FROM orders").as_deref(), Ok("7"));
        let slot =
            capture("SELECT slot_name FROM pg_create_logical_replication_slot('connector', 'pgoutput')");
        assert_eq!(slot.as_deref(), Ok("connector"));
        self.server.psql("shop", "SET ROLE shop; INSERT INTO orders VALUES (9)");
        let changes = "SELECT count(*) > 0 FROM pg_logical_slot_peek_binary_changes('connector', NULL, NULL, \
                       'proto_version', '1', 'publication_names', 'cdc')";
        assert_eq!(capture(changes).as_deref(), Ok("t"));
        self.server.psql("shop", "SELECT pg_drop_replication_slot('connector')");
    }

    fn jobs(&mut self) {
        self.next();
        assert_eq!(
            self.by("app", "app_password", "postgres", "SHOW statement_timeout").as_deref(),
            Ok("30s")
        );
        let watching = "SELECT pg_has_role('pg_monitor', 'USAGE')";
        assert_eq!(self.by("exporter", "exporter_password", "postgres", watching).as_deref(), Ok("t"));
        self.next();
        assert_eq!(self.by("store", "store_password", "store", TABLE).as_deref(), Ok("1"));
        let analysis = "SELECT n FROM t WHERE similarity('a', 'a') = 1";
        assert_eq!(self.by("analyst", "analyst_password", "store", analysis).as_deref(), Ok("1"));
        assert!(self.by("reader", "reader_password", "store", "SELECT 1").is_err());
    }
}

#[test]
fn the_specs_for_postgres() {
    let server = postgres::Server::start(&["wal_level=logical"]);
    // The objects that an interrupted run has left.
    docker(&["network", "rm", NETWORK]);
    docker(&["network", "create", NETWORK]).ok();
    docker(&["network", "connect", "--alias", "postgres", NETWORK, server.name()]).ok();
    let mut pages = Pages { server: &server, specs: marked("run: pg-init").into_iter() };
    pages.owners();
    pages.a_reader();
    pages.change_data_capture();
    pages.jobs();
    assert_eq!(pages.specs.count(), 0, "a spec of the pages is not proven");
    examples_twice("pg-init", NETWORK, &ADMIN);
    drop(server);
    docker(&["network", "rm", NETWORK]).ok();
}

#[test]
fn the_specs_for_minio() {
    let server = minio::Server::new();
    let known = [("minio_root_user", minio::ROOT.0), ("minio_root_password", minio::ROOT.1)];
    let specs = marked("run: minio-init");
    assert_eq!(specs.len(), 3);
    for spec in &specs {
        twice("minio-init", spec, server.network(), &known);
    }
    server.shell("echo page | mc pipe t/assets/index.html").ok();
    assert_eq!(server.anonymous("GET", "/assets/index.html"), 200);
    assert_eq!((server.anonymous("GET", "/uploads/"), server.anonymous("PUT", "/assets/other")), (403, 403));
    let app = ("canary-app_access_key", "canary-app_secret_key");
    let copy = |to: &str| server.mc_as(app, &["cp", "/etc/hostname", to]).exit;
    assert_eq!((copy("t/uploads/one"), copy("t/assets/one")), (0, 1));
    let versions = "for text in one two; do echo $text | mc pipe t/backups/dump; done && mc ls --versions t/backups | wc -l";
    assert_eq!(server.shell(versions).ok().trim_end().lines().last().map(str::trim), Some("2"));
    let second = server.beside("second", &minio::Setup::default());
    second.ready();
    let of_second = [("second_root_user", minio::ROOT.0), ("second_root_password", minio::ROOT.1)];
    examples_twice("minio-init", server.network(), &[known, of_second].concat());
}

/// Another server than MinIO, and MinIO's client beside it as the application.
#[test]
fn the_spec_for_another_s3_server() {
    let server = Peer::beside(postgres::network(), "dayzero/moto:dev", "s3", &[]).listens(5000);
    for spec in marked("run: minio-init on another server") {
        twice("minio-init", &spec, postgres::network(), &[]);
    }
    let image = shell(". ./.env.example && echo \"$MINIO_IMAGE\"").ok();
    let host = "MC_HOST_t=http://canary-s3_access_key:canary-s3_secret_key@s3:5000";
    let line = "echo one | mc pipe t/uploads/a && echo two | mc pipe t/uploads/a && mc cat t/uploads/a && mc ls --versions t/uploads | wc -l";
    let client =
        ["run", "--rm", "--network", postgres::network(), "--env", host, "--env", "MC_CONFIG_DIR=/tmp/mc"];
    let said = docker(&[&client[..], &["--entrypoint", "bash", image.trim(), "-c", line]].concat()).ok();
    assert!(said.contains("two") && said.trim_end().ends_with('2'), "{said}");
    drop(server);
}

#[test]
fn the_specs_for_valkey() {
    let nodes = valkey::Nodes::cluster(6);
    let known = [("password", valkey::PASSWORD)];
    let specs = marked("run: valkey-init");
    assert_eq!(specs.len(), 2);
    for spec in &specs {
        twice("valkey-init", spec, nodes.network(), &known);
    }
    nodes.prove();
    for node in 0..6 {
        let app = |args: &[&str]| nodes.cli_as(node, "app", "canary-app_password", args).stdout;
        let own = app(&["GET", "app:nothing"]);
        assert!(own.trim().is_empty() || own.contains("MOVED"), "node {node}: {own}");
        assert!(
            app(&["GET", "other"]).contains("NOPERM"),
            "node {node} lets the application read everything"
        );
        assert!(nodes.cli(node, &["CONFIG", "GET", "maxmemory-policy"]).contains("allkeys-lru"));
    }
    examples_twice("valkey-init", nodes.network(), &known);
}

#[test]
fn the_specs_for_kafka() {
    let _broker = Broker::start();
    let specs = marked("run: kafka-init");
    assert_eq!(specs.len(), 2);
    for spec in &specs {
        twice("kafka-init", spec, NAME, &[]);
    }
    let tools = "--bootstrap-server kafka:19092";
    let line = format!(
        "echo key:value | kafka-console-producer {tools} --topic payments --property parse.key=true --property key.separator=: && \
         kafka-console-consumer {tools} --topic payments --from-beginning --max-messages 1 --timeout-ms 120000 && \
         kafka-topics {tools} --describe --topic orders | head -n 1"
    );
    let said = docker(&["exec", NAME, "bash", "-c", &line]).ok();
    for part in ["value", "PartitionCount: 12", "cleanup.policy=compact"] {
        assert!(said.contains(part), "no {part} in {said}");
    }
    examples_twice("kafka-init", NAME, &[]);
}
