//! Replication of a bucket to a second MinIO.

use std::time::Duration;

use integration::eventually;

use crate::acceptance::methods;
use crate::pair::{ACCOUNT, Pair};

/// Exactly the permissions that docs/minio.md lists.
const POLICY: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration", "s3:ListBucketMultipartUploads"], "Resource": ["arn:aws:s3:::copy"]},
    {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"], "Resource": ["arn:aws:s3:::copy/*"]}]}"#;
const TO: &str = "{endpoint: \"http://far:9000\", bucket: copy, accessKey: {secret: far_user}, secretKey: {secret: far_key}}";

/// A spec with these rules, in which `TO` is the bucket at the other server.
pub(crate) fn spec(rules: &str) -> String {
    format!("buckets: {{src: {{versioning: enabled, replication: [{}]}}}}\n", rules.replace("TO", TO))
}

/// A server, and the one to whose bucket `copy` its objects are copied.
pub(crate) fn pair() -> Pair {
    let pair = Pair::new();
    set_policy(&pair, POLICY);
    let line = format!(
        "mc mb t/copy && mc version enable t/copy && mc admin policy attach t copies --user {}",
        ACCOUNT.0
    );
    pair.far.shell(&line).ok();
    pair
}

/// Sets what the account may do at the other server.
pub(crate) fn set_policy(pair: &Pair, policy: &str) {
    pair.far.policy("copies", policy);
}

/// Waits until an object is at the other server.
pub(crate) fn arrives(pair: &Pair, object: &str) {
    eventually(&format!("{object} is copied"), Duration::from_secs(60), || {
        pair.far.mc(&["stat", &format!("t/copy/{object}")]).exit == 0
    });
}

#[test]
fn an_object_is_replicated_and_a_rerun_only_reads() {
    let pair = pair();
    let spec = spec("{to: TO, prefix: a/, deletes: true, deleteMarkers: true, existingObjects: true}");
    pair.run(&spec, &["plan"]).expect(3, "drift");
    let made = pair.run(&spec, &["--log", "trace"]).expect(0, "changed");
    let changes = ["create_bucket", "set_versioning", "create_remote_target", "set_replication"];
    assert_eq!(made.changes(), changes.map(|change| format!("{change} src: applied")));
    pair.near.trace();
    pair.run(&spec, &[]).expect(0, "unchanged");
    let methods = methods(&pair.near.traced());
    assert!(methods.len() > 5 && methods.iter().all(|method| method == "GET"), "{methods:?}");
    pair.near.shell("echo here | mc pipe t/src/b/stays && echo some-content | mc pipe t/src/a/x").ok();
    arrives(&pair, "a/x");
    assert_eq!(pair.far.mc(&["cat", "t/copy/a/x"]).ok(), "some-content\n");
    assert_ne!(pair.far.mc(&["stat", "t/copy/b/stays"]).exit, 0);
}
