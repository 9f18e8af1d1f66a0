//! Growing and shrinking a cluster: slots move with their keys, and members that own nothing are forgotten.

mod conditions;

use integration::Init;
use integration::valkey::{Gates, Nodes};

use crate::formation::GATE;

/// A spec of these nodes, all of them primaries; those in `drained` are to own nothing.
pub(crate) fn spec(names: impl IntoIterator<Item = String>, drained: &[usize], rest: &str) -> String {
    let node = |(at, name): (usize, String)| {
        format!("  - {{endpoint: \"{name}\"{}}}\n", if drained.contains(&at) { ", drain: true" } else { "" })
    };
    let nodes: String = names.into_iter().enumerate().map(node).collect();
    format!("mode: cluster\nreplicasPerPrimary: 0\npassword: {{secret: password}}\nnodes:\n{nodes}{rest}")
}

pub(crate) fn names(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|node| format!("valkey-{node}:6379"))
}

pub(crate) const ON: &str = "rebalance: true\n";

/// Keys of every kind that matters to a move: many small ones, some that expire, a large one.
pub(crate) fn write_keys(nodes: &Nodes, at: &str, count: usize) {
    let said = nodes.shell(&format!(
        "{{ seq {count} | awk '{{print \"SET key:\" $1 \" value:\" $1}}'; seq 50 | awk '{{print \"SET brief:\" $1 \" \" $1 \" EX 5000\"}}'
         echo SETRANGE large 30000000 x; }} | kv-cli --no-auth-warning -c {at} | grep -v Redirected | sort | uniq -c"
    ));
    assert_eq!(
        said.split_whitespace().collect::<Vec<_>>(),
        ["1", "30000001", &(count + 50).to_string(), "OK"]
    );
}

/// Every key has its value, once, and those that expire still do.
pub(crate) fn assert_keys(nodes: &Nodes, at: &str, count: usize) {
    let said = nodes.shell(&format!(
        "{{ seq {count} | sed 's/^/GET key:/'; echo STRLEN large; }} | kv-cli --no-auth-warning -c {at} | grep -v Redirected"
    ));
    let mut expected: String = (1..=count).map(|key| format!("value:{key}\n")).collect();
    expected += "30000001\n";
    assert!(said == expected, "keys are not as they were: {}", first_difference(&said, &expected));
    let brief = nodes.shell(&format!(
        "seq 50 | sed 's/^/TTL brief:/' | kv-cli --no-auth-warning -c {at} | grep -v Redirected | awk '$1 > 4000' | wc -l"
    ));
    assert_eq!(brief.trim(), "50");
    let sizes = nodes.each(&["DBSIZE"]);
    let primaries = nodes.layout().into_iter().zip(sizes).filter(|(role, _)| role.starts_with("primary"));
    let all: usize = primaries.map(|(_, size)| number(&size)).sum();
    assert_eq!(all, count + 51, "a key is there twice, or lost");
}

/// A number; what is none is zero, which no test expects of a sum.
pub(crate) fn number(text: &str) -> usize {
    text.trim().parse().unwrap_or(0)
}

fn first_difference(said: &str, expected: &str) -> String {
    let pair = said.lines().zip(expected.lines()).find(|(said, expected)| said != expected);
    format!("{pair:?}, {} and {} lines", said.lines().count(), expected.lines().count())
}

/// The number of slots of each node.
fn owned(nodes: &Nodes) -> Vec<usize> {
    let count = |role: String| {
        let ranges = role.strip_prefix("primary").unwrap_or_default().split_whitespace().map(|range| {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            number(last) - number(first) + 1
        });
        ranges.sum()
    };
    nodes.layout().into_iter().map(count).collect()
}

/// The same in order, because which primary has one more does not matter.
pub(crate) fn shares(nodes: &Nodes) -> Vec<usize> {
    let mut counts = owned(nodes);
    counts.sort_unstable();
    counts
}

fn assert_nothing_was_sent(nodes: &Nodes) {
    for node in 0..nodes.count() {
        assert!(nodes.mutations(node).is_empty(), "node {node}: {:?}", nodes.mutations(node));
    }
}

/// From three to five and back, as the page describes it.
#[test]
fn a_cluster_grows_and_shrinks_and_keeps_its_keys() {
    let nodes = Nodes::cluster(5);
    let run = |spec: &str| nodes.init(spec);
    run(&spec(names(3), &[], "")).run().expect(0, "changed");
    write_keys(&nodes, "", 2000);

    // Without `rebalance` the new primaries are empty, and that is said.
    let quiet = run(&spec(names(5), &[], "")).run().expect(0, "changed");
    assert!(quiet.log.contains("owns no slot") && quiet.log.contains("rebalance: true"), "{}", quiet.log);
    assert_eq!(owned(&nodes), [5461, 5462, 5461, 0, 0]);
    nodes.reset_statistics();
    let grown = spec(names(5), &[], ON);
    let planned = run(&grown).args(&["plan"]).run().expect(3, "drift");
    assert_eq!(planned.operations(), ["migrate_slots"; 4], "{}", planned.stdout);
    assert_nothing_was_sent(&nodes);
    let ended = run(&grown).run().expect(0, "changed");
    assert_eq!(ended.operations(), ["migrate_slots"; 4], "{}", ended.stdout);
    assert_eq!(shares(&nodes), [3276, 3277, 3277, 3277, 3277]);
    assert_keys(&nodes, "", 2000);
    nodes.reset_statistics();
    run(&grown).run().expect(0, "unchanged");
    assert_nothing_was_sent(&nodes);
    let proof = nodes.prove();
    assert!(proof.contains("on 5 primaries"), "{proof}");

    let drained = spec(names(5), &[3, 4], ON);
    run(&drained).run().expect(0, "changed");
    assert_eq!(owned(&nodes)[3..], [0, 0]);
    let ended = run(&drained).run().expect(0, "unchanged");
    assert!(ended.log.contains("name its id under `forget`"), "{}", ended.log);
    let ids: Vec<String> = nodes.each(&["CLUSTER", "MYID"]).iter().map(|id| id.trim().to_owned()).collect();
    let forget = spec(names(3), &[], &format!("forget: [\"{}\", \"{}\"]\n", ids[3], ids[4]));
    let ended = run(&forget).run().expect(4, "conflict");
    assert!(ended.stdout.contains("still runs"), "{}", ended.stdout);
    nodes.remove(4);
    nodes.remove(3);
    let ended = run(&forget).run().expect(0, "changed");
    assert_eq!(ended.operations(), ["forget_node"; 6], "{}", ended.stdout);
    run(&forget).run().expect(0, "unchanged");
    for node in 0..3 {
        let view = nodes.cli(node, &["CLUSTER", "NODES"]);
        assert_eq!(view.trim().lines().count(), 3, "{view}");
    }
}

/// An account with nothing but what the page lists, and one that lacks a command of it: told before the first write.
#[test]
fn an_account_needs_what_the_page_lists() {
    let nodes = Nodes::cluster(4);
    nodes.init(&spec(names(3), &[], "")).run().expect(0, "changed");
    nodes.shell("seq 500 | awk '{print \"SET key:\" $1 \" 1\"}' | kv-cli --no-auth-warning -c >/dev/null");
    let rules = "~* +@connection +info +config|get +cluster +migrate +restore-asking +select +dump +asking";
    let account = |rules: &str| {
        for node in 0..4 {
            let words = format!("ACL SETUSER mover reset on >moving {rules}");
            nodes.cli(node, &words.split(' ').collect::<Vec<_>>());
        }
    };
    let as_mover = || -> Init {
        let text = spec(names(4), &[], ON).replace("{secret: password}", "{secret: moving}\nuser: mover");
        nodes.init(&text).secret("moving", "moving")
    };
    account("~* +@connection +info +config|get +cluster +migrate +restore-asking +select -cluster|setslot");
    nodes.init(&spec(names(4), &[], "")).run().expect(0, "changed");
    nodes.reset_statistics();
    for (command, lacking) in [
        ("cluster|setslot", " -cluster|setslot"),
        ("migrate", " -migrate"),
        ("restore-asking", " -restore-asking"),
    ] {
        account(&format!("{rules}{lacking}"));
        nodes.reset_statistics();
        let ended = as_mover().run().expect(77, "failed");
        assert!(ended.error().to_lowercase().contains(command), "{}", ended.stdout);
        let views = nodes.each(&["CLUSTER", "NODES"]).concat();
        assert!(!views.contains("->-") && !views.contains("-<-"), "{views}");
        assert_eq!(owned(&nodes), [5461, 5462, 5461, 0]);
    }
    account(rules);
    as_mover().run().expect(0, "changed");
    assert_eq!(owned(&nodes), [4096; 4]);
    let sizes: usize = nodes.each(&["DBSIZE"]).iter().map(|size| number(size)).sum();
    assert_eq!(sizes, 500);
}

/// Three primaries, and a fourth that owns seven slots of each of their shares; what comes of draining it is little enough to be
/// cut at every command.
pub(crate) struct Bed {
    pub(crate) gates: Gates,
}

impl Bed {
    pub(crate) fn new() -> Self {
        Self { gates: Gates::cluster(4, GATE) }
    }

    /// The cluster, with its keys.
    pub(crate) fn form(&self) {
        let nodes = self.gates.nodes();
        let slots: [&[&str]; 4] = [
            &["0", "5453"],
            &["5461", "10915"],
            &["10923", "16376"],
            &["5454", "5460", "10916", "10922", "16377", "16383"],
        ];
        for (node, ranges) in slots.into_iter().enumerate() {
            nodes.cli(node, &[&["CLUSTER", "ADDSLOTSRANGE"], ranges].concat());
        }
        self.run(&[], "").run().expect(0, "changed");
        write_keys(nodes, "-p 7000", 3000);
    }

    pub(crate) fn run(&self, drained: &[usize], rest: &str) -> Init {
        self.gates.nodes().init(&spec((0..4).map(|node| self.gates.name(node)), drained, rest))
    }

    /// A move that is not cut, and what passed the gates meanwhile.
    pub(crate) fn whole(&self) -> &Gates {
        self.form();
        self.gates.open();
        self.run(&[3], ON).run().expect(0, "changed");
        self.gates.nodes().reset();
        &self.gates
    }

    /// A run that dies after `cut` commands, and the one after it.
    pub(crate) fn taken_up(&self, cut: usize) {
        self.form();
        let nodes = self.gates.nodes();
        self.gates.killed(self.run(&[3], ON), cut);
        let ended = self.run(&[3], ON).run();
        assert_eq!(ended.exit, 0, "after {cut} commands: {}\n{}", ended.stdout, ended.log);
        assert_eq!(shares(nodes), [0, 5461, 5461, 5462], "after {cut} commands");
        assert_keys(nodes, "-p 7000", 3000);
        self.run(&[3], ON).run().expect(0, "unchanged");
        nodes.reset();
    }
}

/// Killed after the first command of each kind: marks, keys, owners. After each command in turn in the fault suite.
#[test]
fn a_move_that_was_killed_is_completed_by_the_next_run() {
    let bed = Bed::new();
    for cut in bed.whole().firsts() {
        bed.taken_up(cut);
    }
}

/// A key that is on both sides, with one value and with two.
#[test]
fn a_key_on_both_sides_is_completed_only_when_both_are_equal() {
    let nodes = Nodes::cluster(4);
    nodes.init(&spec(names(4), &[], "")).run().expect(0, "changed");
    let ids: Vec<String> = nodes.each(&["CLUSTER", "MYID"]).iter().map(|id| id.trim().to_owned()).collect();
    // Slot 12182 is `foo`'s: 2 of 4 owns 8192 to 12287.
    let owner = nodes.layout().iter().position(|role| role == "primary 8192-12287").unwrap();
    assert_eq!(owner, 2);
    nodes.cli(3, &["CLUSTER", "SETSLOT", "12182", "IMPORTING", &ids[2]]);
    nodes.cli(2, &["SET", "foo", "1"]);
    nodes.cli(2, &["CLUSTER", "SETSLOT", "12182", "MIGRATING", &ids[3]]);
    let there = |value: &str| {
        let script = format!("printf 'ASKING\\nSET foo {value}\\n' | kv-cli --no-auth-warning -h valkey-3");
        assert_eq!(nodes.shell(&script), "OK\nOK\n");
    };
    let run = || nodes.init(&spec(names(4), &[], ON));
    there("2");
    let ended = run().run().expect(76, "failed");
    assert!(
        ended.stdout.contains("BUSYKEY") && ended.stdout.contains("neither is overwritten"),
        "{}",
        ended.stdout
    );
    assert_eq!(nodes.cli(2, &["GET", "foo"]).trim(), "1");
    there("1");
    run().run().expect(0, "changed");
    assert_eq!(nodes.cli(3, &["GET", "foo"]).trim(), "1");
    let sizes: usize = nodes.each(&["DBSIZE"]).iter().map(|size| number(size)).sum();
    assert_eq!(sizes, 1);
    run().run().expect(0, "unchanged");
}
