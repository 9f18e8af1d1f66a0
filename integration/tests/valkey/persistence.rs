//! Settings outlive a restart, on every kind of start; where one would not, or would keep the server from starting
//! again, that is told before anything is written.

use integration::valkey::{Nodes, PASSWORD, module};
use integration::{Ended, Init, Scratch, docker};

const USER: &str = "users:\n  app: {passwords: [{secret: app}], rules: \"~app:* +get\"}\n";
const CONFIG: &str = "config: {maxmemory: 256mb}\n";
/// The way out where a server takes everything from its own file.
const FROM_FILE: &str = "startsFromConfigFile: true\n";
const LIVE: &str = "persist: false\n";

fn run(nodes: &Nodes, rest: &str) -> Init {
    let spec = format!("mode: standalone\nnodes: [valkey-0:6379]\npassword: {{secret: password}}\n{rest}");
    nodes.init(&spec).secret("app", "canary-app-77aa")
}

/// 76 with these words, of a plan and of a run; nothing is there, and the server starts again.
fn refused(nodes: &Nodes, rest: &str, words: &[&str]) {
    untouched(nodes, &run(nodes, rest).refused(76), words);
}

/// The same of a run alone: only writing shows it, and a plan writes nothing.
fn refused_by_a_run(nodes: &Nodes, rest: &str, words: &[&str]) {
    run(nodes, rest).args(&["plan"]).run().expect(3, "drift");
    untouched(nodes, &run(nodes, rest).run().expect(76, "failed"), words);
}

fn untouched(nodes: &Nodes, ended: &Ended, words: &[&str]) {
    for word in words {
        let told = format!("{} {}", ended.error(), ended.report["error"]["remedy"]);
        assert!(told.contains(word), "no {word} in {told}");
    }
    assert!(!nodes.cli(0, &["ACL", "LIST"]).contains("user app "), "a user was written: {}", ended.stdout);
    assert!(!nodes.cli(0, &["CONFIG", "GET", "maxmemory"]).contains("268435456"), "{}", ended.stdout);
    nodes.restart();
}

fn lasts(nodes: &Nodes, rest: &str) {
    run(nodes, rest).run().expect(0, "changed");
    nodes.lasts(|| run(nodes, rest));
}

/// Set while it runs, and again after each start.
fn lives(nodes: &Nodes, rest: &str) {
    let rest = format!("{rest}{LIVE}");
    run(nodes, &rest).run().expect(0, "changed");
    run(nodes, &rest).run().expect(0, "unchanged");
    nodes.restart();
    run(nodes, &rest).run().expect(0, "changed");
}

/// A server whose configuration file is this, in a folder that it can write.
fn with_file(lines: &str, settings: &[&str], more: &[&str]) -> Nodes {
    let script = format!(
        "[ -s /data/own.conf ] || printf '{lines}' >/data/own.conf; exec kv-server /data/own.conf \"$@\""
    );
    let entry = [&["-c", &script, "start"], settings].concat();
    Nodes::start(1, &entry, &[&["--entrypoint", "bash"], more].concat())
}

/// A module that is on the command line or in an included file would be loaded twice after a rewrite.
#[test]
fn modules_are_not_written_where_they_would_be_loaded_twice() {
    let scratch = module();
    let so = format!("{}:/module.so:ro", scratch.path().join("module.so").display());
    let volume = ["--volume", so.as_str()];
    let load = ["--loadmodule", "/module.so"];

    let nodes = Nodes::start(1, &load, &volume);
    refused(&nodes, USER, &["tiny", "command line", "persist: false"]);
    refused(&nodes, CONFIG, &["tiny", "ACL file"]);
    lives(&nodes, &format!("{USER}{CONFIG}"));

    let acl = [&volume[..], &["--env", "VALKEY_ACL_FILE=yes"]].concat();
    let nodes = Nodes::start(1, &load, &acl);
    refused(&nodes, CONFIG, &["tiny"]);
    lasts(&nodes, USER);

    let secured = format!("requirepass {PASSWORD}\\n");
    let nodes = with_file(&format!("loadmodule /module.so\\n{secured}"), &[], &volume);
    refused(&nodes, USER, &["startsFromConfigFile: true"]);
    lasts(&nodes, &format!("{USER}{CONFIG}{FROM_FILE}"));

    let included = Scratch::new();
    let file = included.file("modules.conf", b"loadmodule /module.so\n");
    let include = format!("{}:/etc/modules.conf:ro", file.display());
    let more = [&volume[..], &["--volume", &include]].concat();
    let nodes = with_file(&format!("include /etc/modules.conf\\n{secured}"), &[], &more);
    refused(&nodes, USER, &["tiny", "included file"]);
}

/// A user that is on the command line or in an included file would be declared twice after a rewrite.
#[test]
fn users_are_not_written_where_they_would_be_declared_twice() {
    let secured = format!("requirepass {PASSWORD}\\n");
    let other = ["--user", "other", "on", "nopass", "+ping"];
    let nodes = with_file(&secured, &other, &[]);
    refused(&nodes, USER, &["other", "ACL file"]);
    refused(&nodes, CONFIG, &["other"]);
    lives(&nodes, USER);

    let included = Scratch::new();
    let file = included.file("users.conf", b"user other on nopass +ping\n");
    let include = format!("{}:/etc/users.conf:ro", file.display());
    let nodes = with_file(&format!("include /etc/users.conf\\n{secured}"), &[], &["--volume", &include]);
    refused(&nodes, USER, &["other", "included file"]);

    let nodes = with_file(&format!("user other on nopass +ping\\n{secured}"), &[], &[]);
    refused(&nodes, USER, &["startsFromConfigFile: true"]);
    lasts(&nodes, &format!("{USER}{CONFIG}{FROM_FILE}"));

    // `default` by a line of its own, and not by `requirepass`.
    let own = format!("user default on >{PASSWORD} ~* &* +@all\\n");
    let nodes = with_file(&own, &[], &[]);
    refused(&nodes, USER, &["default"]);
    lasts(&nodes, &format!("{USER}{FROM_FILE}"));
}

/// A configuration file has no quotes around rules and names; an ACL file needs none.
#[test]
fn quotes_are_not_written_into_a_configuration_file() {
    let quoted = [
        "users:\n  app: {passwords: [{secret: app}], rules: \"~it's +get\"}\n",
        "users:\n  app: {passwords: [{secret: app}], rules: '~a\"b +get'}\n",
        "users:\n  app: {passwords: [{secret: app}], rules: \"&it's +get\"}\n",
        "users:\n  \"it's\": {passwords: [{secret: app}], rules: \"+get\"}\n",
    ];
    let nodes = Nodes::start(1, &[], &[]);
    for users in quoted {
        refused(&nodes, users, &["quote", "ACL file"]);
    }
    // Somebody else's, which a rewrite would write as well.
    nodes.cli(0, &["ACL", "SETUSER", "other", "on", "nopass", "~it's", "+get"]);
    let ended = run(&nodes, CONFIG).run().expect(76, "failed");
    assert!(ended.error().contains("quote"), "{}", ended.stdout);

    let nodes = Nodes::start(1, &[], &["--env", "VALKEY_ACL_FILE=yes"]);
    for users in quoted {
        lasts(&nodes, users);
    }
}

/// A file that is mounted alone, read-only, or in a folder of another's cannot be replaced.
#[test]
fn files_that_cannot_be_replaced_are_known_before_the_first_write() {
    let scratch = Scratch::new();
    let conf = scratch.file("kv.conf", format!("requirepass {PASSWORD}\n").as_bytes());
    let mount = |target: &str| format!("{}:{target}", conf.display());
    for volume in [
        mount("/etc/kv/kv.conf"),
        mount("/etc/kv/kv.conf:ro"),
        format!("{}:/etc/kv:ro", scratch.path().display()),
    ] {
        let nodes =
            Nodes::start(1, &["/etc/kv/kv.conf"], &["--entrypoint", "kv-server", "--volume", &volume]);
        refused_by_a_run(&nodes, USER, &["/etc/kv/kv.conf cannot be replaced", "persist: false"]);
        refused_by_a_run(&nodes, CONFIG, &["cannot be replaced"]);
        lives(&nodes, &format!("{USER}{CONFIG}"));
    }
    let scratch = Scratch::new();
    let digest = integration::shell(&format!("printf %s {PASSWORD} | sha256sum | cut -d ' ' -f 1")).ok();
    let users = format!("user default on #{} ~* &* +@all\n", digest.trim());
    let file = scratch.file("users.acl", users.as_bytes());
    let volume = format!("{}:/etc/kv/users.acl", file.display());
    let nodes = Nodes::start(
        1,
        &["--aclfile", "/etc/kv/users.acl"],
        &["--entrypoint", "kv-server", "--volume", &volume],
    );
    refused_by_a_run(&nodes, USER, &["ACL file /etc/kv/users.acl cannot be replaced"]);
    lives(&nodes, USER);
}

/// The commonest Compose form has no configuration file at all.
#[test]
fn a_server_without_a_file_is_set_whenever_it_has_started() {
    let nodes = Nodes::start(1, &["--requirepass", PASSWORD], &["--entrypoint", "kv-server"]);
    refused(&nodes, USER, &["lost at its next start", "persist: false"]);
    refused(&nodes, CONFIG, &["lost at its next start", "persist: false"]);
    lives(&nodes, &format!("{USER}{CONFIG}"));
    // With a user on the command line as well, which no file would hold twice.
    let users = ["--requirepass", PASSWORD, "--user", "other", "on", "nopass", "+ping"];
    let nodes = Nodes::start(1, &users, &["--entrypoint", "kv-server"]);
    refused(&nodes, USER, &["lost at its next start"]);
    lives(&nodes, &format!("{USER}{CONFIG}"));
}

/// A rewrite keeps these as they are: renamed commands, plain lines of an included file, flags of the command line, and a
/// parameter that is what the server has anyway.
#[test]
fn other_forms_of_start_outlive_a_rewrite() {
    let secured = format!("requirepass {PASSWORD}\\n");
    let rules = "users:\n  app: {passwords: [{secret: app}], rules: \"~* +@all -@dangerous -flushall\"}\n";
    let nodes = with_file(
        &format!("rename-command FLUSHALL \"\"\\nrename-command KEYS find-keys\\n{secured}"),
        &[],
        &[],
    );
    lasts(&nodes, &format!("{rules}{CONFIG}"));

    let included = Scratch::new();
    let file = included.file("more.conf", b"maxclients 500\nsave 60 1\n");
    let include = format!("{}:/etc/more.conf:ro", file.display());
    let nodes = with_file(&format!("include /etc/more.conf\\n{secured}"), &[], &["--volume", &include]);
    lasts(&nodes, &format!("{rules}{CONFIG}"));

    let flags = ["--maxmemory-policy", "allkeys-lru", "--rename-command", "FLUSHALL", "", "--hz", "20"];
    let nodes = with_file(&secured, &flags, &[]);
    lasts(&nodes, &format!("{rules}{CONFIG}"));

    let nodes = Nodes::start(1, &[], &[]);
    let same = "config: {maxmemory: 0, maxmemory-policy: noeviction, timeout: 0}\n";
    run(&nodes, same).run().expect(0, "unchanged");
    nodes.lasts(|| run(&nodes, same));
    assert_eq!(
        docker(&["inspect", "--format", "{{.State.Running}}", &nodes.container(0)]).ok().trim(),
        "true"
    );
}

/// A refused setting is not followed by a rewrite of the user's file, and a plan does not try one.
#[test]
fn a_refused_change_and_a_plan_leave_the_file_alone() {
    let nodes = with_file(&format!("# my own words\\nrequirepass {PASSWORD}\\n"), &[], &[]);
    let before = nodes.read(0, "/data/own.conf");
    for config in
        ["config: {maxmemory-policy: nonsense}\n", "config: {maxmemory: lots}\n", "config: {no-such: 1}\n"]
    {
        run(&nodes, config).refused(76);
        assert_eq!(nodes.read(0, "/data/own.conf"), before, "{config}");
    }
    run(&nodes, CONFIG).args(&["plan"]).run().expect(3, "drift");
    assert_eq!(nodes.read(0, "/data/own.conf"), before);
}
