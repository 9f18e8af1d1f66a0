//! What other S3 servers do not have is said before anything is written, and what they have of their own kind works.

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

/// moto refuses a bucket without the name of the region in any region but the first.
#[test]
fn buckets_are_made_in_the_region_of_the_spec() {
    let moto = Peer::start("dayzero/moto:dev", "moto", &[]).listens(5000);
    let spec = "endpoint: http://moto:5000\nregion: eu-central-1\ncredentials: {accessKey: somebody, secretKey: {secret: secret}}\nbuckets: {first: {versioning: enabled}}\n";
    let run = || moto.init(spec).secret("secret", "short6").run();
    run().expect(0, "changed");
    run().expect(0, "unchanged");
}
