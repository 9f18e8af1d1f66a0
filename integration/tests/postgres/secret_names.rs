//! Names that are secrets: those of roles, and that of the provisioning user.

use integration::postgres::Server;

/// A name that is a secret is shown by its label, whatever the server says.
#[test]
fn a_secret_role_name_is_in_no_output() {
    let server = Server::start(&[]);
    let spec = "roles: {label: {name: {secret: hidden}, login: true, connectionLimit: 3}}\n\
                databases: {d: {owner: label, schemas: {s: {owner: label}}, grants: [{to: label, object: schema, schema: s, privileges: [all]}]}}\n";
    let run = || server.init(spec).secret("hidden", "mr_unspoken").args(&["--log", "trace"]);
    let cold = run().run().expect(0, "changed");
    server.psql("postgres", "ALTER ROLE mr_unspoken CONNECTION LIMIT 4; ALTER DATABASE d OWNER TO postgres");
    let healed = run().run().expect(0, "changed");
    let clash = server
        .init(&spec.replace("label: {", "mr_unspoken: {}, label: {"))
        .secret("hidden", "mr_unspoken")
        .run();
    assert_eq!((clash.exit, clash.outcome()), (78, "failed"), "{}", clash.stdout);
    let reserved = server.init(spec).secret("hidden", "pg_unspoken").run().expect(78, "failed");
    for text in [&cold.stdout, &cold.log, &healed.stdout, &healed.log, &reserved.stdout, &reserved.log] {
        assert!(!text.contains("unspoken"), "{text}");
    }
}

/// The provisioning user's name is a secret: as the owner that drifted, and in what it may not do.
#[test]
fn the_secret_name_of_the_provisioning_user_is_in_no_output() {
    let server = Server::start(&[]);
    server.psql("postgres", "CREATE ROLE ms_unspoken LOGIN CREATEDB CREATEROLE PASSWORD 'managed'");
    let run = |spec: &str| {
        let name = server.name();
        let head =
            format!("endpoint: {name}:5432\nuser: {{secret: me}}\npassword: {{secret: m}}\ntls: disable\n");
        let init = integration::postgres::init(&format!("{head}{spec}")).args(&["--log", "trace"]);
        init.secret("me", "ms_unspoken").secret("m", "managed").run()
    };
    let spec = "roles: {o: {}}\ndatabases: {d: {owner: o, schemas: {s: {owner: o}}}}\n";
    let cold = run(spec).expect(0, "changed");
    server.psql("d", "ALTER SCHEMA s OWNER TO ms_unspoken");
    server.psql("postgres", "ALTER DATABASE d OWNER TO ms_unspoken");
    let healed = run(spec).expect(0, "changed");
    assert_eq!(healed.operations(), ["alter_database", "alter_schema"]);
    assert!(healed.stdout.contains(r#""from":"{secret: me}""#), "{}", healed.stdout);
    let refused = run("roles: {o: {}, r: {superuser: true}}\n").expect(77, "failed");
    for text in [&cold, &healed, &refused].map(|ended| format!("{}{}", ended.stdout, ended.log)) {
        assert!(!text.contains("unspoken"), "{text}");
    }
}
