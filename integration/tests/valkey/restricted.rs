//! Servers that lack what others have: no `CONFIG`, no password, a Sentinel in their place.

use std::time::Duration;

use integration::valkey::{Nodes, PASSWORD, QUICK};
use integration::{Init, docker, eventually};

fn one(nodes: &Nodes, rest: &str) -> Init {
    let spec = format!("mode: standalone\nnodes: [valkey-0:6379]\npassword: {{secret: password}}\n{rest}");
    nodes.init(&spec).secret("app", "canary-app-77aa")
}

fn replication(nodes: &Nodes, rest: &str) -> Init {
    let spec =
        format!("mode: replication\nnodes: [{}]\npassword: {{secret: password}}\n{rest}", nodes.list());
    nodes.init(&spec).file("/f/counters.lua", CODE.as_bytes())
}

const CODE: &str = "#!lua name=counters\nredis.register_function('one', function() return 1 end)\n";

/// Managed services have no `CONFIG`, and some operators take it away.
#[test]
fn a_server_without_config_is_provisioned_as_far_as_nothing_needs_it() {
    let script = format!(
        "[ -s /data/own.conf ] || printf 'requirepass {PASSWORD}\\nrename-command CONFIG \"\"\\n' >/data/own.conf; exec kv-server /data/own.conf \"$@\""
    );
    let nodes = Nodes::start(1, &["-c", &script, "start"], &["--entrypoint", "bash"]);
    one(&nodes, "").run().expect(0, "unchanged");
    let users = "users: {app: {passwords: [{secret: app}], rules: \"~* +get\"}}\n";
    let live = format!("{users}persist: false\n");
    one(&nodes, &live).args(&["plan"]).run().expect(3, "drift");
    one(&nodes, &live).run().expect(0, "changed");
    one(&nodes, &live).run().expect(0, "unchanged");
    let two = users.replace("app: {", "two: {");
    for needs in [two.as_str(), "config: {maxmemory: 64mb}\n"] {
        let ended = one(&nodes, needs).run().expect(76, "failed");
        assert!(ended.report["error"]["remedy"].to_string().contains("persist: false"), "{}", ended.stdout);
        assert!(!nodes.cli(0, &["ACL", "LIST"]).contains("user two"), "{}", ended.stdout);
    }
}

/// The same for an account that may not send it.
#[test]
fn an_account_without_config_does_what_needs_none() {
    let nodes = Nodes::start(1, &[], &[]);
    nodes.cli(0, &["ACL", "SETUSER", "least", "on", ">canary-app-77aa", "+@connection", "+info", "+acl"]);
    let spec = "mode: standalone\nnodes: [valkey-0:6379]\nuser: least\npassword: {secret: app}\npersist: false\n\
                users: {app: {passwords: [{secret: password}], rules: \"+get\"}}\n";
    let run = || nodes.init(spec).secret("app", "canary-app-77aa").run();
    run().expect(0, "changed");
    run().expect(0, "unchanged");
}

/// A password that nobody asks for.
#[test]
fn an_open_server_is_told() {
    let nodes = Nodes::start(1, &[], &["--env", "VALKEY_PASSWORD_FILE="]);
    let ended = one(&nodes, "").run().expect(0, "unchanged");
    assert!(ended.log.contains("asks for no password"), "{}", ended.log);
    let declared = "users: {default: {passwords: [{secret: password}]}}\n";
    one(&nodes, declared).run().expect(0, "changed");
    let ended = one(&nodes, declared).run().expect(0, "unchanged");
    assert!(!ended.log.contains("asks for no password"), "{}", ended.log);
    nodes.lasts(|| one(&nodes, declared));
}

/// A server keeps a digest of any password, and hangs up on a client that sends a long one.
#[test]
fn a_password_that_no_client_can_send_is_refused() {
    let nodes = Nodes::start(1, &[], &[]);
    let users = "users: {app: {passwords: [{secret: app}], rules: \"+ping\"}}\n";
    let run = |length| one(&nodes, users).secret("app", &"p".repeat(length));
    let ended = run(16_385).run().expect(78, "failed");
    assert!(ended.error().contains("16385 bytes") && ended.error().contains("app"), "{}", ended.stdout);
    run(16_384).run().expect(0, "changed");
    assert_eq!(nodes.cli_as(0, "app", &"p".repeat(16_384), &["PING"]).stdout.trim(), "PONG");
}

/// Sentinels listen as servers do, and hold no data.
#[test]
fn a_sentinel_is_told_from_a_server() {
    let nodes = Nodes::start(1, &[], &[]);
    sentinel(&nodes, 0);
    let spec = "mode: standalone\nnodes: [valkey-0:26379]\nusers: {app: {passwords: [{secret: app}], rules: \"+ping\"}}\n";
    for rest in ["", "password: {secret: password}\n"] {
        let ended = nodes.init(&format!("{spec}{rest}")).secret("app", "canary-app-77aa").run();
        let ended = ended.expect(76, "failed");
        assert!(ended.error().contains("it is a Sentinel"), "{}", ended.stdout);
    }
}

/// A Sentinel beside a node, which watches the first one.
fn sentinel(nodes: &Nodes, node: usize) {
    let script = format!(
        "printf 'port 26379\\nprotected-mode no\\nsentinel resolve-hostnames yes\\nsentinel announce-hostnames yes\\n\
         sentinel monitor main valkey-0 6379 1\\nsentinel auth-pass main {PASSWORD}\\n\
         sentinel down-after-milliseconds main 1000\\nsentinel failover-timeout main 5000\\n' >/data/sentinel.conf; \
         exec kv-server /data/sentinel.conf --sentinel"
    );
    docker(&["exec", "--detach", &nodes.container(node), "bash", "-c", &script]).ok();
    eventually("the Sentinel answers", Duration::from_secs(10), || {
        docker(&["exec", &nodes.container(node), "/opt/valkey/healthcheck.sh", "26379"]).exit == 0
    });
}

/// An old primary that is back has its keys until the Sentinels look at it again.
#[test]
fn an_old_primary_is_waited_for_where_sentinels_are() {
    let nodes = Nodes::start(3, &[&QUICK[2..], &["--repl-ping-replica-period", "1"]].concat(), &[]);
    replication(&nodes, "").run().expect(0, "changed");
    nodes.cli(0, &["SET", "key", "1"]);
    sentinel(&nodes, 2);
    eventually("the Sentinel knows the replicas", Duration::from_secs(30), || {
        let said = docker(&["exec", &nodes.container(2), "kv-cli", "-p", "26379", "INFO", "sentinel"]);
        said.stdout.contains("slaves=2")
    });
    nodes.remove(0);
    eventually("another one is the primary", Duration::from_secs(60), || {
        (1..3).any(|node| nodes.cli(node, &["INFO", "replication"]).contains("role:master"))
    });
    nodes.run(0);
    nodes.all_answer();
    let ended = replication(&nodes, "").run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    replication(&nodes, "").run().expect(0, "unchanged");
    assert!(nodes.cli(0, &["INFO", "replication"]).contains("role:slave"));
}

/// The functions of a node go when it follows another.
#[test]
fn functions_that_a_new_replica_would_lose_are_told() {
    let nodes = Nodes::start(2, &QUICK[2..], &[]);
    assert_eq!(nodes.cli(1, &["FUNCTION", "LOAD", CODE]).trim(), "counters");
    let ended = replication(&nodes, "").run().expect(4, "conflict");
    let conflicts = ended.report["conflicts"].to_string();
    assert!(conflicts.contains("counters") && conflicts.contains("nodes[1]"), "{conflicts}");
    assert!(nodes.cli(1, &["FUNCTION", "LIST"]).contains("counters"));
    replication(&nodes, "functions: {counters: {file: /f/counters.lua}}\n").run().expect(0, "changed");
    eventually("the replica has it", Duration::from_secs(60), || {
        nodes.cli(1, &["FUNCTION", "LIST"]).contains("counters")
    });
}

/// A link may be refused after its login: what replication sends is then what the user may not.
#[test]
fn rights_that_a_replica_lacks_are_told() {
    let nodes = Nodes::start(2, &[&QUICK[2..], &["--masteruser", "link"]].concat(), &[]);
    let set = ["ACL", "SETUSER", "link", "on", &format!(">{PASSWORD}"), "+ping", "+replconf"];
    nodes.cli(0, &set);
    let ended = replication(&nodes, "").run().expect(76, "failed");
    assert!(ended.error().contains("PSYNC") && ended.error().contains("NOPERM"), "{}", ended.stdout);
    nodes.cli(0, &["ACL", "SETUSER", "link", "+psync", "+sync"]);
    let ended = replication(&nodes, "").run();
    assert_eq!(ended.exit, 0, "{}", ended.stdout);
}
