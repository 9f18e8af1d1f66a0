//! Other builds of the servers: modules on the command line, and the last Redis whose commands take one argument at a time, each against
//! the server that it is about (`just field valkey`).

use integration::Init;
use integration::valkey::Nodes;

fn one(nodes: &Nodes, rest: &str) -> Init {
    let spec = format!("mode: standalone\nnodes: [valkey-0:6379]\npassword: {{secret: password}}\n{rest}");
    let init = nodes.init(&spec).secret("app", "canary-app-77aa");
    init.file(
        "/f/counters.lua",
        b"#!lua name=counters\nredis.register_function('one', function() return 1 end)\n",
    )
}

/// As the published images start them: users and parameters are live, or lasting where there is an ACL file.
#[test]
#[ignore = "a server with modules: just field valkey"]
fn modules_on_the_command_line_are_left_there() {
    let nodes = Nodes::start(1, &[], &["--env", "VALKEY_ACL_FILE=yes"]);
    let users = "users: {app: {passwords: [{secret: app}], rules: \"~* +get +FT.SEARCH +graph.query\"}}\n";
    let users = if nodes.cli(0, &["COMMAND", "INFO", "ft.search"]).to_lowercase().contains("ft.search") {
        users.replace(" +graph.query", "")
    } else {
        users.replace(" +FT.SEARCH", "")
    };
    one(&nodes, &users).run().expect(0, "changed");
    nodes.lasts(|| one(&nodes, &users));
    let config = "config: {maxmemory: 256mb}\n";
    let ended = one(&nodes, config).run().expect(76, "failed");
    assert!(ended.error().contains("module"), "{}", ended.stdout);
    let live = format!("{config}persist: false\n");
    one(&nodes, &live).run().expect(0, "changed");
    nodes.restart();
    one(&nodes, &live).run().expect(0, "changed");
}

/// Redis 6.2: users and parameters, and one sentence about what it does not have.
#[test]
#[ignore = "Redis 6.2: just field valkey"]
fn old_releases_do_what_their_commands_do() {
    let nodes = Nodes::start(1, &[], &[]);
    let spec = "users: {app: {passwords: [{secret: app}], rules: \"~a:* &news +@read -mget +config|get\"}}\n\
                config: {maxmemory: 256mb, maxmemory-policy: allkeys-lru, save: \"\"}\n";
    one(&nodes, spec).run().expect(0, "changed");
    nodes.lasts(|| one(&nodes, spec));
    nodes.cli(0, &["ACL", "SETUSER", "app", "~more", "+set"]);
    one(&nodes, spec).run().expect(0, "changed");
    nodes.lasts(|| one(&nodes, spec));
    let functions = "functions: {counters: {file: /f/counters.lua}}\n";
    let ended = one(&nodes, functions).run().expect(76, "failed");
    assert!(ended.error().contains("it is Redis 6.2"), "{}", ended.stdout);
    let cluster = Nodes::start(1, &["--cluster-enabled", "yes"], &[]);
    let ended = cluster.init("mode: cluster\nnodes: [valkey-0:6379]\npassword: {secret: password}\n").run();
    assert!(ended.expect(76, "failed").error().contains("CLUSTER SHARDS"));
}
