//! Other S3 servers. Those that take long to build are in `field`.

use integration::minio::Server;
use integration::{Ended, Peer};

use crate::beds;

/// moto refuses a bucket without the name of the region in any region but the first.
#[test]
fn buckets_are_made_in_the_region_of_the_spec() {
    let moto = Peer::start("dayzero/moto:dev", "moto", &[]).listens(5000);
    let spec = "endpoint: http://moto:5000\nregion: eu-central-1\ncredentials: {accessKey: somebody, secretKey: {secret: secret}}\nbuckets: {first: {versioning: enabled}}\n";
    let run = || moto.init(spec).secret("secret", "short6").run();
    run().expect(0, "changed");
    run().expect(0, "unchanged");
}

/// A bucket's own region is where it is made, and it stays there.
#[test]
fn each_bucket_is_made_in_its_own_region_and_none_moves() {
    let moto = beds::moto();
    let spec =
        "region: eu-central-1\nbuckets: {here: {}, there: {region: eu-west-3}, first: {region: us-east-1}}\n";
    moto.run(spec, &[]).expect(0, "changed");
    moto.run(spec, &[]).expect(0, "unchanged");
    let named =
        "buckets: {here: {region: eu-central-1}, there: {region: eu-west-3}, first: {region: us-east-1}}\n";
    moto.run(named, &[]).expect(0, "unchanged");
    let ended = moto.run("buckets: {new: {}, there: {region: eu-west-1}}\n", &[]).expect(4, "conflict");
    assert!(ended.stdout.contains("the bucket is in eu-west-3"), "{}", ended.stdout);
}

/// Everything that SeaweedFS has, twice, and what it only says that it has.
#[test]
fn seaweedfs_has_what_it_can_and_the_rest_is_told() {
    let weed = beds::seaweedfs();
    let spec = r#"buckets:
  plain: {versioning: enabled, tags: {team: a}, anonymous: none}
  rules: {lifecycle: [{id: b, prefix: b/, expireDays: 9}, {id: a, prefix: a/, expireDays: 3}]}
  web: {cors: [{allowedOrigins: ["https://b.example"], allowedMethods: [GET]}, {allowedOrigins: ["https://a.example"], allowedMethods: [GET]}]}
  cdn: {anonymous: download}
"#;
    weed.run(spec, &[]).expect(0, "changed");
    weed.run(spec, &[]).expect(0, "unchanged");
    for command in ["plan", "apply"] {
        let ended = weed.run("buckets: {first: {quota: 1GiB}}\n", &[command]).expect(76, "failed");
        assert!(ended.error().contains("no MinIO admin API"), "{}", ended.stdout);
    }
    weed.run("buckets: {first: {}}\n", &["plan"]).expect(3, "drift");
    // It stores the policy and refuses whom the policy allows. That shows only in a request without a signature.
    let ended = weed.run("buckets: {drop: {anonymous: upload}}\n", &[]).expect(76, "failed");
    assert!(ended.error().contains("it keeps the policy, and still refuses to write"), "{}", ended.stdout);
}

/// A gateway over a directory has less: what it does not have is told before the first bucket is made.
#[test]
fn versitygw_has_what_it_can_and_the_rest_is_told() {
    let gateway = beds::versitygw();
    let spec = "buckets: {plain: {versioning: enabled, tags: {team: a}, anonymous: none}, cdn: {anonymous: download}}\n";
    gateway.run(spec, &[]).expect(0, "changed");
    gateway.run(spec, &[]).expect(0, "unchanged");
    for (property, feature) in [
        ("lifecycle: [{id: a, expireDays: 3}]", "lifecycle"),
        ("encryption: sse-s3", "encryption"),
        (
            "notifications: [{target: \"arn:aws:sqs:a:b:c\", events: [\"s3:ObjectCreated:*\"]}]",
            "notifications",
        ),
    ] {
        for command in ["plan", "apply"] {
            let spec = format!("buckets: {{first: {{}}, second: {{{property}}}}}\n");
            let ended = gateway.run(&spec, &[command]).expect(76, "failed");
            assert!(ended.error().contains(&format!("buckets.second.{feature}")), "{}", ended.stdout);
            gateway.run("buckets: {first: {}}\n", &["plan"]).expect(3, "drift");
        }
    }
}

/// A bucket policy that binds accounts too must not close the next run out.
#[test]
fn a_bucket_policy_that_denies_everybody_what_a_run_needs_is_a_conflict() {
    let moto = Peer::start("dayzero/moto:dev", "moto", &[]).listens(5000);
    let run = |resource: &str| {
        let spec = format!(
            r#"endpoint: http://moto:5000
credentials: {{accessKey: somebody, secretKey: {{secret: secret}}}}
buckets:
  first: {{}}
  shut: {{policy: {{document: {{Version: "2012-10-17", Statement: [{{Effect: Deny, Principal: "*", Action: "s3:*", Resource: "{resource}"}}]}}}}}}
"#
        );
        moto.init(&spec).secret("secret", "short6").run()
    };
    let ended = run("arn:aws:s3:::shut").expect(4, "conflict");
    assert!(ended.stdout.contains("s3:GetBucketPolicy on shut"), "{}", ended.stdout);
    // Nothing was made: both buckets are still to be, and a Deny about objects alone closes no run out.
    let ended = run("arn:aws:s3:::shut/*").expect(0, "changed");
    assert!(ended.changes().contains(&"create_bucket first: applied".to_owned()), "{}", ended.stdout);
    run("arn:aws:s3:::shut/*").expect(0, "unchanged");
}

/// Runs with the right words, and with the wrong ones.
fn say_kinds(run: impl Fn(&str, &[&str]) -> Ended, found: &str, right: &[&str], wrong: &[&str]) {
    let spec = |said: &str| format!("server: {said}\nbuckets: {{first: {{}}}}\n");
    for said in wrong {
        for command in ["plan", "apply"] {
            let ended = run(&spec(said), &[command]).expect(76, "failed");
            let told = format!("the spec has `server: {said}`, and ");
            assert!(ended.error().contains(&told), "{}", ended.stdout);
            assert!(ended.error().contains(&format!("answers as {found} does")), "{}", ended.stdout);
        }
    }
    for said in right {
        run(&spec(said), &["plan"]).expect(3, "drift");
    }
}

#[test]
fn a_server_of_another_kind_than_the_spec_says_ends_the_run_before_anything_is_written() {
    let (minio, weed) = (Server::new(), beds::seaweedfs());
    say_kinds(
        |spec, args| minio.init(spec).args(args).run(),
        "minio",
        &["minio"],
        &["rustfs", "garage", "s3"],
    );
    let wrong = ["minio", "rustfs", "ceph"];
    say_kinds(|spec, args| weed.run(spec, args), "seaweedfs", &["seaweedfs", "s3"], &wrong);
    // What no API here does is told with how that server does it.
    let spec = "server: seaweedfs\nbuckets: {first: {quota: 1GiB}}\n";
    let ended = weed.run(spec, &["plan"]).expect(76, "failed");
    assert!(ended.stdout.contains("`s3.bucket.quota` of `weed shell`"), "{}", ended.stdout);
}
