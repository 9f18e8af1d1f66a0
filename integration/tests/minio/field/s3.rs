//! Garage, an S3 server that has less than MinIO: what it does not have is said before anything is written, and a lifecycle
//! rule of which it drops a part is taken back.

use integration::{Ended, Peer};

const KEY: &str = "GK000000000000000000000001";

fn garage() -> (Peer, impl Fn(&Peer, &str, &[&str]) -> Ended) {
    let secret = "0123456789abcdef".repeat(4);
    let settings =
        [format!("GARAGE_DEFAULT_ACCESS_KEY={KEY}"), format!("GARAGE_DEFAULT_SECRET_KEY={secret}")];
    let options = ["--env", &settings[0], "--env", &settings[1]];
    let head = format!(
        "endpoint: http://garage:3900\ncredentials: {{accessKey: {KEY}, secretKey: {{secret: garage}}}}\n"
    );
    let run = move |peer: &Peer, spec: &str, args: &[&str]| {
        peer.init(&format!("{head}{spec}")).secret("garage", &secret).args(args).run()
    };
    (Peer::start("dayzero/garage:dev", "garage", &options).listens(3900), run)
}

#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn what_garage_does_not_have_is_said_before_anything_is_written() {
    let (peer, run) = garage();
    run(&peer, "buckets: {there: {anonymous: none}}\n", &[]).expect(0, "changed");
    run(&peer, "buckets: {there: {anonymous: none}}\n", &[]).expect(0, "unchanged");
    for (property, feature) in [
        ("anonymous: download", "policy"),
        ("objectLock: {mode: GOVERNANCE, days: 1}", "objectLock"),
        ("encryption: sse-s3", "encryption"),
        ("tags: {a: b}", "tags"),
        (
            "notifications: [{target: \"arn:aws:sqs:a:b:c\", events: [\"s3:ObjectCreated:*\"]}]",
            "notifications",
        ),
    ] {
        for command in ["plan", "apply"] {
            let ended = run(&peer, &format!("buckets: {{first: {{}}, new: {{{property}}}}}\n"), &[command]);
            let ended = ended.expect(76, "failed");
            let said = format!("buckets.new.{feature}: {feature} is not supported by garage:3900");
            assert!(ended.error().contains(&said), "{property}: {}", ended.stdout);
            run(&peer, "buckets: {first: {}}\n", &["plan"]).expect(3, "drift");
        }
    }
}

#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn garage_keeps_no_tags_of_a_rule_so_the_rule_is_taken_back() {
    let (garage, run) = garage();
    let run = |rules: &str, args: &[&str]| {
        run(&garage, &format!("buckets: {{logs: {{lifecycle: [{rules}]}}}}\n"), args)
    };
    let whole = "{id: old, prefix: old/, expireDays: 9}";
    run(whole, &[]).expect(0, "changed");
    run(whole, &[]).expect(0, "unchanged");
    let tagged = "{id: tagged, prefix: tmp/, tags: {kind: tmp}, expireDays: 1}";
    let altered = "{id: old, prefix: old/, tags: {kind: tmp}, expireDays: 1}";
    for rules in [tagged, altered] {
        let ended = run(rules, &[]).expect(76, "failed");
        assert!(
            ended.error().contains("tags is not supported") && ended.error().contains("taken back"),
            "{}",
            ended.stdout
        );
        run(whole, &["plan"]).expect(0, "unchanged");
        run(rules, &["plan"]).expect(3, "drift");
    }
}
