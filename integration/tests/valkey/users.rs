//! Users, parameters and functions: created, altered, kept, and checked before the first write.

use integration::Init;
use integration::valkey::{Nodes, PASSWORD};

const CODE: &str = "#!lua name=counters\nredis.register_function('bump', function(keys, args) return redis.call('INCR', keys[1]) end)\n";

fn one(nodes: &Nodes, rest: &str) -> Init {
    let spec = format!("mode: standalone\nnodes: [valkey-0:6379]\npassword: {{secret: password}}\n{rest}");
    let init = nodes.init(&spec).secret("app", "canary-app-77aa").secret("next", "canary-next-88bb");
    init.secret("same", "canary-app-77aa")
}

/// Each kind of drift is found, healed, and gone after it.
#[test]
fn every_kind_of_drift_of_a_user_is_healed() {
    let nodes = Nodes::start(1, &[], &[]);
    // Two secrets with one value are one password, and no drift.
    let spec = "users:\n  app: {passwords: [{secret: app}, {secret: same}], rules: \"~app:* %R~shared:* &news +@read +@write -@dangerous +config|get (~x +get)\"}\n";
    assert_eq!(one(&nodes, spec).run().expect(0, "changed").operations(), ["create_user"]);
    one(&nodes, spec).run().expect(0, "unchanged");
    for drift in [
        &["+flushall"][..],
        &["-get"],
        &["~more"],
        &["resetkeys"],
        &["&more"],
        &["resetchannels"],
        &["clearselectors"],
        &["(~y +set)"],
        &[">another"],
        &["resetpass"],
        &["nopass"],
        &["skip-sanitize-payload"],
        &["allcommands"],
        &["reset"],
    ] {
        let set = [&["ACL", "SETUSER", "app"][..], drift].concat();
        assert_eq!(nodes.cli(0, &set).trim(), "OK");
        // Valkey 9 takes it and shows it nowhere.
        if drift == ["skip-sanitize-payload"] && !nodes.cli(0, &["ACL", "LIST"]).contains(drift[0]) {
            continue;
        }
        let run = |command| one(&nodes, spec).args(&[command]).run_inside(&nodes.container(0));
        let ended = run("plan");
        assert_eq!(ended.exit, 3, "{drift:?} is no drift: {}", ended.stdout);
        let ended = run("apply").expect(0, "changed");
        assert!(ended.operations().iter().all(|op| op == "alter_user"), "{drift:?}: {}", ended.stdout);
        run("apply").expect(0, "unchanged");
    }
    // A user that was disabled by hand stays disabled where the spec does not say that it may log in.
    nodes.cli(0, &["ACL", "SETUSER", "app", "off"]);
    one(&nodes, spec).run().expect(0, "unchanged");
    let enabled = spec.replace("{passwords", "{enabled: true, passwords");
    one(&nodes, &enabled).args(&["plan"]).run().expect(3, "drift");
    assert_eq!(one(&nodes, &enabled).run().expect(0, "changed").operations(), ["alter_user"]);
    // A user of somebody else's is nobody's drift.
    nodes.cli(0, &["ACL", "SETUSER", "other", "on", "nopass"]);
    nodes.lasts(|| one(&nodes, spec));
    assert_eq!(nodes.cli_as(0, "app", "canary-app-77aa", &["GET", "app:1"]).exit, 0);
}

/// Rotation with two passwords; what is set lasts over a restart.
#[test]
fn a_password_rotates_and_everything_lasts() {
    for file in ["no", "yes"] {
        let nodes = Nodes::start(1, &[], &["--env", &format!("VALKEY_ACL_FILE={file}")]);
        let spec = |passwords: &str| {
            format!(
                "users:\n  app: {{passwords: [{passwords}], rules: \"+ping\"}}\nconfig: {{maxmemory: 256mb}}\n"
            )
        };
        one(&nodes, &spec("{secret: app}")).run().expect(0, "changed");
        one(&nodes, &spec("{secret: app}, {secret: next}")).run().expect(0, "changed");
        let login = |password: &str| nodes.cli_as(0, "app", password, &["PING"]).stdout.trim() == "PONG";
        assert!(login("canary-app-77aa") && login("canary-next-88bb"));
        one(&nodes, &spec("{secret: next}")).run().expect(0, "changed");
        assert!(!login("canary-app-77aa") && login("canary-next-88bb"));

        nodes.lasts(|| one(&nodes, &spec("{secret: next}")));
        assert!(login("canary-next-88bb"), "users do not last");
    }
}

/// A user that is to be gone is, on every node and after a restart; others stay.
#[test]
fn a_user_is_taken_away_where_the_spec_says_so() {
    for file in ["no", "yes"] {
        let nodes = Nodes::start(1, &[], &["--env", &format!("VALKEY_ACL_FILE={file}")]);
        let both = "users:\n  app: {passwords: [{secret: app}], rules: \"+ping\"}\n  old: {name: former, passwords: [{secret: next}], rules: \"+ping\"}\n";
        one(&nodes, both).run().expect(0, "changed");
        let spec = "users:\n  app: {passwords: [{secret: app}], rules: \"+ping\"}\n  old: {name: former, state: absent}\n";
        one(&nodes, spec).args(&["plan"]).run().expect(3, "drift");
        assert_eq!(one(&nodes, spec).run().expect(0, "changed").operations(), ["delete_user"]);
        nodes.lasts(|| one(&nodes, spec));
        let list = nodes.cli(0, &["ACL", "LIST"]);
        assert!(list.contains("user app ") && !list.contains("former"), "{list}");
    }
    // Not the one that replicas log in as.
    let nodes = Nodes::start(2, &["--masteruser", "link", "--masterauth", PASSWORD], &[]);
    nodes.cli(0, &["ACL", "SETUSER", "link", "on", &format!(">{PASSWORD}"), "+psync", "+replconf", "+ping"]);
    let spec = |users: &str| {
        let list = nodes.list();
        nodes.init(&format!("mode: replication\nnodes: [{list}]\npassword: {{secret: password}}\n{users}"))
    };
    spec("").run().expect(0, "changed");
    let ended = spec("users: {link: {state: absent}}\n").run().expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], "users.link.state", "{}", ended.stdout);
    assert!(nodes.cli(0, &["ACL", "LIST"]).contains("user link "));
}

/// The user `default` goes last, and the next run logs in without it.
#[test]
fn default_is_disabled_when_its_successor_works() {
    let nodes = Nodes::cluster(3);
    let spec = format!(
        "mode: cluster\nnodes: [{}]\nuser: admin\npassword: {{secret: app}}\nbootstrapPassword: {{secret: password}}\n\
         users:\n  admin: {{passwords: [{{secret: app}}], rules: \"~* &* +@all\"}}\n  default: {{enabled: false}}\n",
        nodes.list()
    );
    let run = || nodes.init(&spec).secret("app", "canary-app-77aa").run();
    let ended = run().expect(0, "changed");
    let ops = ended.operations();
    assert_eq!(ops[ops.len() - 3..], ["alter_user", "alter_user", "alter_user"]);
    assert!(nodes.cli_as(0, "default", PASSWORD, &["PING"]).stderr.contains("WRONGPASS"));
    nodes.lasts(|| nodes.init(&spec).secret("app", "canary-app-77aa"));

    let wrong = nodes.init(&spec).secret("app", "neither").run().expect(77, "failed");
    assert!(wrong.error().contains("as user admin and as user default"), "{}", wrong.stdout);
}

/// The user `default` rotates as its new password under `users` and the old one as `bootstrapPassword`.
#[test]
fn the_password_of_default_rotates_and_lasts() {
    for file in ["no", "yes"] {
        let nodes = Nodes::start(1, &[], &["--env", &format!("VALKEY_ACL_FILE={file}")]);
        let spec = "mode: standalone\nnodes: [valkey-0:6379]\npassword: {secret: next}\nbootstrapPassword: {secret: password}\n\
                    users:\n  default: {passwords: [{secret: next}]}\n";
        let run = || nodes.init(spec).secret("next", "canary-next-88bb");
        assert_eq!(run().run().expect(0, "changed").operations(), ["alter_user"]);
        nodes.lasts(run);
        assert!(nodes.cli_as(0, "default", PASSWORD, &["PING"]).stderr.contains("WRONGPASS"));
    }
}

/// Parameters are set, and what the server would refuse is known before the first write.
#[test]
fn parameters_are_set_and_what_cannot_be_is_told_before_any_write() {
    let nodes = Nodes::start(1, &[], &[]);
    let config = "config: {maxmemory: 256mb, maxmemory-policy: ALLKEYS-LRU, client-output-buffer-limit: \"replica 512mb 128mb 60\", \
                  notify-keyspace-events: KEA, save: \"\", lazyfree-lazy-expire: true}\n";
    one(&nodes, config).run().expect(0, "changed");
    nodes.lasts(|| one(&nodes, config));
    assert!(nodes.cli(0, &["CONFIG", "GET", "maxmemory"]).contains("268435456"));

    nodes.reset_statistics();
    let ended = one(&nodes, "config: {databases: 32}\n").run().expect(4, "conflict");
    assert_eq!(ended.report["conflicts"][0]["at"], "config.databases");
    let users = "users:\n  first: {passwords: [{secret: app}], rules: \"+ping\"}\n";
    let ended = one(&nodes, &format!("{users}config: {{no-such: 1}}\n")).refused(76);
    assert!(ended.error().contains("no parameter `no-such`"), "{}", ended.stdout);
    for (rule, words) in
        [("+@nosuch", "Unknown command or category"), ("bogus", "Syntax error"), ("~* ~a", "'*' pattern")]
    {
        let users = format!("{users}  second: {{passwords: [{{secret: app}}], rules: \"{rule}\"}}\n");
        let ended = one(&nodes, &users).refused(76);
        assert!(ended.error().contains(words) || rule == "~* ~a", "{}", ended.stdout);
    }
    assert!(!nodes.cli(0, &["ACL", "LIST"]).contains("first"), "written before it was checked");
}

/// A server without a file keeps nothing, and that is told before any write.
#[test]
fn what_would_not_last_is_refused() {
    let nodes = Nodes::start(1, &["--protected-mode", "no"], &["--entrypoint", "kv-server"]);
    let spec = "mode: standalone\nnodes: [valkey-0:6379]\nusers:\n  app: {passwords: [{secret: app}], rules: \"+ping\"}\n";
    let ended = nodes.init(spec).secret("app", "canary-app-77aa").refused(76);
    assert!(ended.error().contains("lost at its next start"), "{}", ended.stdout);
    assert!(!nodes.cli_as(0, "default", "", &["ACL", "LIST"]).stdout.contains("app"));
}

/// Loaded on every primary, replaced only when it differs.
#[test]
fn functions_are_loaded_and_replaced() {
    let nodes = Nodes::cluster(3);
    let spec = format!(
        "mode: cluster\nnodes: [{}]\npassword: {{secret: password}}\nfunctions: {{counters: {{file: /f/counters.lua}}}}\n",
        nodes.list()
    );
    let run = |code: &str| nodes.init(&spec).file("/f/counters.lua", code.as_bytes()).run();
    let ended = run(CODE).expect(0, "changed");
    assert_eq!(ended.operations().iter().filter(|op| *op == "load_function").count(), 3);
    run(CODE).expect(0, "unchanged");
    let ended = run(&CODE.replace("INCR", "DECR")).expect(0, "changed");
    assert_eq!(ended.operations(), ["load_function"; 3]);
    let replaced = CODE.replace("INCR", "DECR");
    nodes.lasts(|| nodes.init(&spec).file("/f/counters.lua", replaced.as_bytes()));
    nodes.init(&spec).run().expect(65, "failed");
}

/// In no output, and in nothing that the server writes down.
#[test]
fn no_secret_is_written_anywhere() {
    let nodes = Nodes::start(1, &["--slowlog-log-slower-than", "0"], &[]);
    let container = nodes.container(0);
    let auth = format!("REDISCLI_AUTH={PASSWORD}");
    let monitor =
        ["exec", "--detach", "--env", &auth, &container, "sh", "-c", "kv-cli MONITOR >/data/monitor"];
    integration::docker(&monitor).ok();
    let spec = "users:\n  app: {passwords: [{secret: app}], rules: \"+ping\"}\n  link: {passwords: [{secret: next}], rules: \"+psync\"}\nreplicationUser: link\n";
    let ended = one(&nodes, spec).args(&["--log", "trace"]).run().expect(0, "changed");
    one(&nodes, "").secret("password2", "x").args(&["--log", "trace"]).run().expect(0, "unchanged");
    // A refused login is what a server does write down.
    let refused = "mode: standalone\nnodes: [valkey-0:6379]\npassword: {secret: next}\n";
    let refused = nodes.init(refused).secret("next", "canary-next-88bb").args(&["--log", "trace"]);
    let refused = refused.run().expect(77, "failed");
    let denied = nodes.cli(0, &["ACL", "LOG"]);
    assert!(denied.contains("auth"), "{denied}");
    let monitored = integration::docker(&["exec", &container, "cat", "/data/monitor"]).ok();
    assert!(monitored.contains("INFO"), "the monitor saw nothing");
    let written = [
        ended.stdout,
        ended.log,
        monitored,
        nodes.cli(0, &["SLOWLOG", "GET", "1000"]),
        denied,
        refused.stdout,
        refused.log,
        integration::docker(&["logs", &container]).stdout,
    ];
    for (position, text) in written.iter().enumerate() {
        for canary in ["canary-app-77aa", "canary-next-88bb", PASSWORD] {
            assert!(!text.contains(canary), "{canary} in output {position}");
        }
    }
}
