//! Remote tiers on a second MinIO, and the lifecycle rules that move objects to them.

use std::time::Duration;

use integration::eventually;

use crate::acceptance::methods;
use crate::pair::{ACCOUNT, Pair};

const TIER: &str = "{type: minio, endpoint: \"http://far:9000\", accessKey: {secret: far_user}, secretKey: {secret: far_key}, bucket: cold, prefix: a}";
const RULE: &str =
    "{id: move, prefix: old/, transitionDays: 0, transitionNoncurrentDays: 3, transitionTo: COLD}";

fn spec(tier: &str) -> String {
    format!("tiers: {{COLD: {tier}}}\nbuckets: {{hot: {{versioning: enabled, lifecycle: [{RULE}]}}}}\n")
}

/// A server, and the one with the bucket of its tier, `cold`.
pub(crate) fn pair() -> Pair {
    let pair = Pair::new();
    let line = format!("mc mb t/cold && mc admin policy attach t readwrite --user {}", ACCOUNT.0);
    pair.far.shell(&line).ok();
    pair
}

#[test]
fn an_object_is_moved_to_the_tier_and_a_rerun_only_reads() {
    let pair = pair();
    let spec = spec(TIER);
    pair.run(&spec, &["plan"]).expect(3, "drift");
    let made = pair.run(&spec, &["--log", "trace"]).expect(0, "changed");
    let changes = ["create_tier COLD", "create_bucket hot", "set_versioning hot", "set_lifecycle hot"];
    assert_eq!(made.changes(), changes.map(|change| format!("{change}: applied")));
    pair.near.trace();
    pair.run(&spec, &[]).expect(0, "unchanged");
    let methods = methods(&pair.near.traced());
    assert!(methods.len() > 5 && methods.iter().all(|method| method == "GET"), "{methods:?}");
    pair.near.shell("echo some-content | mc pipe t/hot/old/x").ok();
    eventually("the object is moved", Duration::from_secs(60), || {
        pair.near.mc(&["stat", "--json", "t/hot/old/x"]).ok().contains("COLD")
    });
    assert!(pair.far.mc(&["ls", "--recursive", "t/cold/a/"]).ok().lines().count() == 1);
    assert_eq!(pair.near.mc(&["cat", "t/hot/old/x"]).ok(), "some-content\n");
}
