//! Other S3 servers. Those that take long to build are in `field`.

use integration::Peer;

/// moto refuses a bucket without the name of the region in any region but the first.
#[test]
fn buckets_are_made_in_the_region_of_the_spec() {
    let moto = Peer::start("dayzero/moto:dev", "moto", &[]).listens(5000);
    let spec = "endpoint: http://moto:5000\nregion: eu-central-1\ncredentials: {accessKey: somebody, secretKey: {secret: secret}}\nbuckets: {first: {versioning: enabled}}\n";
    let run = || moto.init(spec).secret("secret", "short6").run();
    run().expect(0, "changed");
    run().expect(0, "unchanged");
}

/// Where a bucket policy binds accounts too, one that closes everybody out closes the next run out.
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
