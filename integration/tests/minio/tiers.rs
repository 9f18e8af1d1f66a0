//! Remote tiers on a second MinIO, and the lifecycle rules that move objects to them.

use std::time::Duration;

use integration::minio::{Server, Setup};
use integration::{Ended, eventually};

use crate::acceptance::methods;

/// The account of the tier at the other server, and its secret key.
pub(crate) const ACCOUNT: (&str, &str) = ("tier-account", "canary-tier-5ecret");

const TIER: &str = "{type: minio, endpoint: \"http://cold:9000\", accessKey: {secret: tier_user}, secretKey: {secret: tier_key}, bucket: cold, prefix: a}";
const RULE: &str =
    "{id: move, prefix: old/, transitionDays: 0, transitionNoncurrentDays: 3, transitionTo: COLD}";

fn spec(tier: &str) -> String {
    format!("tiers: {{COLD: {tier}}}\nbuckets: {{hot: {{versioning: enabled, lifecycle: [{RULE}]}}}}\n")
}

/// A server and the one of its tier.
pub(crate) struct Pair {
    pub(crate) hot: Server,
    pub(crate) cold: Server,
}

impl Pair {
    pub(crate) fn new() -> Self {
        let hot = Server::start(&Setup::default());
        let cold = hot.beside("cold", &Setup::default());
        hot.ready();
        cold.ready();
        let pair = Self { hot, cold };
        pair.set_secret(ACCOUNT.1);
        pair.cold.shell("mc mb t/cold && mc admin policy attach t readwrite --user tier-account").ok();
        pair
    }

    /// Sets the secret key of the account at the other server.
    pub(crate) fn set_secret(&self, secret: &str) {
        self.cold.mc(&["admin", "user", "add", "t", ACCOUNT.0, secret]).ok();
    }

    pub(crate) fn run(&self, spec: &str, args: &[&str]) -> Ended {
        self.run_with(ACCOUNT.1, spec, args)
    }

    /// A run with another secret key for the account at the other server.
    pub(crate) fn run_with(&self, secret: &str, spec: &str, args: &[&str]) -> Ended {
        let init = self.hot.init(spec).secret("tier_user", ACCOUNT.0).secret("tier_key", secret);
        let ended = init.args(args).run();
        for shown in [&ended.stdout, &ended.log] {
            assert!(!shown.contains("5ecret") && !shown.contains(ACCOUNT.0), "{shown}");
        }
        ended
    }
}

#[test]
fn an_object_is_moved_to_the_tier_and_a_rerun_only_reads() {
    let pair = Pair::new();
    let spec = spec(TIER);
    pair.run(&spec, &["plan"]).expect(3, "drift");
    let made = pair.run(&spec, &["--log", "trace"]).expect(0, "changed");
    let changes = ["create_tier COLD", "create_bucket hot", "set_versioning hot", "set_lifecycle hot"];
    assert_eq!(made.changes(), changes.map(|change| format!("{change}: applied")));
    pair.hot.trace();
    pair.run(&spec, &[]).expect(0, "unchanged");
    let methods = methods(&pair.hot.traced());
    assert!(methods.len() > 5 && methods.iter().all(|method| method == "GET"), "{methods:?}");
    pair.hot.shell("echo some-content | mc pipe t/hot/old/x").ok();
    eventually("the object is moved", Duration::from_secs(60), || {
        pair.hot.mc(&["stat", "--json", "t/hot/old/x"]).ok().contains("COLD")
    });
    assert!(pair.cold.mc(&["ls", "--recursive", "t/cold/a/"]).ok().lines().count() == 1);
    assert_eq!(pair.hot.mc(&["cat", "t/hot/old/x"]).ok(), "some-content\n");
}
