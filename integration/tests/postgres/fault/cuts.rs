//! A proxy takes the connection away after each request in turn, and the answer with it.

use integration::postgres::{PASSWORD, Server, init};
use integration::{Cut, Init, docker};

/// One of each kind of change, so that every one of them is cut.
const SPEC: &str = "\
roles:
  readers: {}
  app: {login: true, password: {secret: one}, memberOf: [readers], settings: {statement_timeout: 30s}}
databases:
  cut:
    owner: app
    settings: {timezone: UTC}
    extensions: {pg_trgm: {}}
    schemas: {app: {owner: app}}
    grants:
      - {to: readers, object: database, privileges: [connect]}
      - {to: readers, object: schema, schema: app, privileges: [usage]}
    revokes: [{from: public, object: database, privileges: [temporary]}]
    defaultPrivileges: [{for: app, schema: app, object: tables, to: readers, privileges: [select]}]
    publications: {every: {tables: all}}
";

/// Everything that the spec names, as one line.
const STATE: &str = "\
    SELECT (SELECT count(*) FROM pg_roles WHERE rolname IN ('readers', 'app')), \
        pg_has_role('app', 'readers', 'MEMBER'), \
        (SELECT rolconfig FROM pg_roles WHERE rolname = 'app'), \
        (SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'app'), \
        (SELECT nspacl FROM pg_namespace WHERE nspname = 'app'), \
        (SELECT datacl FROM pg_database WHERE datname = 'cut'), \
        (SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'), \
        (SELECT defaclacl FROM pg_default_acl), \
        (SELECT puballtables FROM pg_publication)";

fn through(cut: &Cut, server: &str) -> Init {
    let head = format!(
        "endpoint: {server}:{}\nuser: postgres\npassword: {{secret: admin}}\ntls: disable\n",
        cut.port()
    );
    let host = format!("{server}:host-gateway");
    init(&format!("{head}{SPEC}"))
        .secret("admin", PASSWORD)
        .secret("one", "first")
        .docker(&["--add-host", &host])
}

/// Each run goes on after the cut and ends well, whatever was cut; nothing is done twice and nothing is missing.
#[test]
#[ignore = "the fault suite: just fault postgres"]
fn a_cut_after_every_single_request_is_survived() {
    let server = Server::start(&["wal_level=logical"]);
    let address =
        docker(&["inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", server.name()])
            .ok();
    let cut = Cut::before(&format!("{}:5432", address.trim()));
    let mut expected = None;
    let mut cuts = 0;
    for number in 0.. {
        cut.after(number);
        let ended = through(&cut, "proxied").run();
        assert_eq!(
            (ended.exit, ended.outcome()),
            (0, "changed"),
            "cut {number}: {}\n{}",
            ended.stdout,
            ended.log
        );
        let state = server.psql("cut", STATE);
        assert_eq!(*expected.get_or_insert_with(|| state.clone()), state, "cut {number}");
        server.init(SPEC).secret("one", "first").run().expect(0, "unchanged");
        if number > 0 && cut.seen() < number {
            break;
        }
        cuts = number;
        server.psql("postgres", "DROP DATABASE cut WITH (FORCE)");
        server.psql("postgres", "DROP ROLE app, readers");
    }
    assert!(cuts > 20, "only {cuts} requests were cut");
}
