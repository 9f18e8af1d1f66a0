//! Feature levels of the cluster: raised where the spec says so, by a broker whose storage was formatted by an older release.

use integration::kafka::{STACK, Single, is_at_least};
use integration::{Ended, Init};

const SERVER: &str = "features-kafka";

fn run(spec: &str, args: &[&str]) -> Ended {
    let run = Init::new("kafka-init", &format!("bootstrap: [{SERVER}:19092]\n{spec}"));
    run.args(&["--timeout", "60s"]).args(args).run()
}

/// The finalized level of a feature, as Kafka's own tool shows it. That of `metadata.version` is the name of a release.
fn level(broker: &Single, feature: &str) -> String {
    let said = broker.tool("kafka-features", "describe");
    let line = said.lines().find(|line| line.contains(feature)).unwrap_or_default();
    let level = line.split("FinalizedVersionLevel: ").nth(1).and_then(|rest| rest.split_whitespace().next());
    level.unwrap_or_default().to_owned()
}

#[test]
fn a_level_is_raised_where_the_spec_says_so_and_never_lowered() {
    STACK.up();
    // The release that the storage is formatted by, a feature that it has at another level, and that level before and after.
    let (older, feature, raised, shown) = if is_at_least(4, 2) {
        ("4.1", "share.version", 1, ("0", "1"))
    } else if is_at_least(4, 1) {
        ("4.0", "share.version", 1, ("0", "1"))
    } else {
        ("3.8", "metadata.version", 21, ("3.8-IV0", "3.9-IV0"))
    };
    let broker = Single::start(SERVER, &[&format!("STORAGE_FORMAT_OPTIONS=--release-version {older}")]);
    broker.ready();
    assert_eq!(level(&broker, feature), shown.0);

    // What the brokers do not have is told before the first write, in a plan too.
    let beside = "topics: {beside: {}}\n";
    for (features, part) in [
        ("no.such.feature: 1".to_owned(), "knows no feature `no.such.feature`: it has ".to_owned()),
        (format!("{feature}: 99"), format!("of the feature {feature}, not 99")),
    ] {
        for args in [&["plan"][..], &[]] {
            let ended = run(&format!("features: {{{features}}}\n{beside}"), args).expect(76, "failed");
            assert!(ended.error().contains(&part) && ended.error().contains("feature"), "{}", ended.error());
        }
    }
    assert_eq!(level(&broker, feature), shown.0, "a level that nobody asked for");

    // A level below the finalized one is as good as the same.
    run(&format!("features: {{metadata.version: 1}}\n{beside}"), &[]).expect(0, "changed");
    assert_eq!(level(&broker, feature), shown.0);

    // With what needs it, where the release has such a thing.
    let groups = "groups: {features-share: {share.auto.offset.reset: earliest}}\n";
    let groups = if feature == "share.version" { groups } else { "" };
    let spec = format!("features: {{{feature}: {raised}}}\n{groups}");
    run(&spec, &["plan"]).expect(3, "drift");
    assert_eq!(level(&broker, feature), shown.0);
    let changed = run(&spec, &[]).expect(0, "changed");
    assert_eq!(changed.changes().first(), Some(&format!("raise_feature {feature}: applied")));
    assert_eq!(level(&broker, feature), shown.1);
    run(&spec, &[]).expect(0, "unchanged");
}
