//! ACL rules of every kind that a server takes: set once, found again, and lasting.

use integration::Init;
use integration::valkey::Nodes;

/// Rules that some releases take and others refuse; modules' commands only where the module is.
const RULES: [&str; 35] = [
    "+get -get",
    "+get -get +set",
    "+@all -get -set",
    "-@all +@all -@dangerous",
    "allkeys allchannels allcommands",
    "nocommands",
    "allcommands -@admin",
    "~a ~b %R~c %W~d +get",
    "%RW~e +set",
    "&news &sport +subscribe",
    "resetchannels &a +publish",
    "(+get ~x) (+set ~y)",
    "(%R~x +@read) +ping",
    "+config|get",
    "+config -config|set",
    "+client -client|kill",
    "+client|id -client|id",
    "+select|0",
    "+@read -mget",
    "+GET +MGET",
    "+@READ",
    "skip-sanitize-payload +get",
    "sanitize-payload +get",
    "db=0 +get",
    "db=0,3 ~* +@all",
    "db=1 db=2 +get",
    "resetdbs +get",
    "resetdbs alldbs +get",
    "(db=2 +get ~x) +ping",
    "+FT.SEARCH +json.get",
    "+@all -ft.search",
    "+graph.QUERY",
    "+vadd",
    "+@search +@json",
    "%W~w +append",
];

fn one(nodes: &Nodes, rest: &str) -> Init {
    let spec = format!("mode: standalone\nnodes: [valkey-0:6379]\npassword: {{secret: password}}\n{rest}");
    nodes.init(&spec).secret("app", "canary-app-77aa")
}

/// By the server's own word, which of them it takes.
fn taken(nodes: &Nodes) -> Vec<&'static str> {
    let takes = |rules: &&&str| {
        let set = [&["ACL", "SETUSER", "probe", "reset"][..], &crate::tokens(rules)].concat();
        nodes.cli(0, &set).trim() == "OK"
    };
    let accepted: Vec<&str> = RULES.iter().filter(takes).copied().collect();
    nodes.cli(0, &["ACL", "DELUSER", "probe"]);
    accepted
}

#[test]
fn every_rule_that_a_server_takes_is_found_again() {
    let nodes = Nodes::start(1, &[], &["--env", "VALKEY_ACL_FILE=yes"]);
    let rules = taken(&nodes);
    assert!(rules.len() >= 14, "{rules:?}");
    let users: Vec<String> = rules
        .iter()
        .enumerate()
        .map(|(number, rules)| format!("  u{number}: {{passwords: [{{secret: app}}], rules: \"{rules}\"}}\n"))
        .collect();
    let spec = format!("users:\n{}", users.concat());
    let run = || one(&nodes, &spec);
    run().run().expect(0, "changed");
    nodes.lasts(run);
    // Each of them in place of another's.
    let turned: Vec<String> = rules
        .iter()
        .enumerate()
        .map(|(number, rules)| {
            format!(
                "  u{}: {{passwords: [{{secret: app}}], rules: \"{rules}\"}}\n",
                (number + 1) % users.len()
            )
        })
        .collect();
    let turned = format!("users:\n{}", turned.concat());
    let run = || one(&nodes, &turned);
    run().run().expect(0, "changed");
    nodes.lasts(run);
    // A rule of a database that is somebody else's is drift.
    if rules.contains(&"db=0 +get") {
        let spec = "users:\n  plain: {passwords: [{secret: app}], rules: \"+get\"}\n";
        one(&nodes, spec).run().expect(0, "changed");
        nodes.cli(0, &["ACL", "SETUSER", "plain", "db=3"]);
        one(&nodes, spec).run().expect(0, "changed");
        one(&nodes, spec).run().expect(0, "unchanged");
        assert!(!nodes.cli(0, &["ACL", "LIST"]).contains("plain on db=3"));
    }
}

/// A feature that the server lacks is refused by `plan` as by `apply`, before anything is written.
#[test]
fn a_plan_judges_rules_and_parameters_as_an_application_does() {
    let nodes = Nodes::start(1, &[], &[]);
    for (rest, words) in [
        ("users: {app: {passwords: [{secret: app}], rules: \"+nosuch\"}}\n", "nosuch"),
        ("users: {app: {passwords: [{secret: app}], rules: \"+@nosuch\"}}\n", "nosuch"),
        ("users: {app: {passwords: [{secret: app}], rules: \"bogus\"}}\n", "bogus"),
        ("config: {no-such: 1}\n", "no-such"),
        ("config: {maxmemory: lots}\n", "maxmemory"),
        ("config: {maxmemory-policy: nonsense}\n", "maxmemory-policy"),
        ("config: {appendonly: perhaps}\n", "appendonly"),
    ] {
        let planned = one(&nodes, rest).args(&["plan"]).run().expect(76, "failed");
        let applied = one(&nodes, rest).run().expect(76, "failed");
        for ended in [&planned, &applied] {
            assert!(ended.error().contains(words), "{rest}: {}", ended.stdout);
        }
    }
    assert!(!nodes.cli(0, &["ACL", "LIST"]).contains("app"), "written before it was checked");
    // An account that may only read is told the drift.
    nodes.cli(0, &["ACL", "SETUSER", "reader", "on", ">canary-app-77aa", "+@connection", "+info"]);
    nodes.cli(0, &["ACL", "SETUSER", "reader", "+config|get", "+acl|cat", "+acl|getuser", "+function|list"]);
    let spec = "mode: standalone\nnodes: [valkey-0:6379]\nuser: reader\npassword: {secret: app}\n\
                users: {app: {passwords: [{secret: password}], rules: \"+get\"}}\nconfig: {maxmemory: 64mb}\n";
    let init = nodes.init(spec).secret("app", "canary-app-77aa").args(&["plan"]);
    assert_eq!(init.run().expect(3, "drift").operations(), ["create_user", "set_config"]);
}
