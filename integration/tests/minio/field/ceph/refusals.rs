//! The refusals on Ceph's gateway: parts of a spec that it does not have, and rights that the provisioning account lacks.

use super::{SECRETS, SPEC, admin, run};
use crate::beds;

const DOCUMENT: &str =
    r#"{Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:ListBucket", Resource: "*"}]}"#;

#[test]
#[ignore = "needs Ceph's gateway, an image of 650 MB: just field s3"]
fn what_the_gateway_does_not_have_is_said_before_anything_is_written() {
    let ceph = beds::ceph();
    let app = "users: {app: {secretKey: {secret: app}";
    for (spec, at) in [
        (format!("{app}}}}}\npolicies: {{alone: {{document: {DOCUMENT}}}}}"), "policies.alone"),
        (
            format!(
                "{app}, policies: [under_score]}}}}\npolicies: {{under_score: {{document: {DOCUMENT}}}}}"
            ),
            "policies.under_score",
        ),
        ("users: {t$x: {accessKey: txkey, secretKey: {secret: app}}}".to_owned(), "users.t$x"),
        (format!("{app}}}}}\ngroups: {{team: {{members: [app]}}}}"), "groups.team"),
        (
            format!("{app}}}}}\naccessKeys: {{ci-key: {{secretKey: {{secret: ci}}, name: ci}}}}"),
            "accessKeys.ci-key.name",
        ),
        (format!("{app}}}}}\nconfig: {{api: {{requests_max: \"1\"}}}}"), "config.api"),
    ] {
        for command in ["plan", "apply"] {
            let ended = run(&ceph, &format!("{spec}\nbuckets: {{one: {{}}}}\n"), &[command], &SECRETS);
            let ended = ended.expect(76, "failed");
            assert!(ended.error().contains(at), "{spec}: {}", ended.stdout);
            run(&ceph, "buckets: {one: {}}\n", &["plan"], &[]).expect(3, "drift");
        }
    }
    for kind in ["minio", "rustfs", "garage", "seaweedfs", "versitygw", "s3"] {
        let ended = run(&ceph, &format!("server: {kind}\nbuckets: {{one: {{}}}}\n"), &["plan"], &[]);
        assert!(ended.expect(76, "failed").error().contains("answers as ceph does"), "{kind}");
    }
}

#[test]
#[ignore = "needs Ceph's gateway, an image of 650 MB: just field s3"]
fn capabilities_that_the_account_lacks_are_named_with_the_command() {
    let ceph = beds::ceph_with("usage=read", "--admin");
    run(&ceph, "buckets: {one: {}}\n", &["plan"], &[]).expect(3, "drift");
    for (given, missing) in [
        ("", "users=*, buckets=*, metadata=*"),
        ("users=*", "buckets=*, metadata=*"),
        ("buckets=*", "metadata=*"),
    ] {
        if !given.is_empty() {
            admin(&ceph, &format!("caps add --uid=admin --caps={given}"));
        }
        for command in ["plan", "apply"] {
            let ended = run(&ceph, SPEC, &[command], &SECRETS).expect(77, "failed");
            assert!(
                ended.error().contains(&format!("lacks the capabilities {missing} at")),
                "{}",
                ended.stdout
            );
            assert!(ended.stdout.contains("radosgw-admin caps add --uid="), "{}", ended.stdout);
        }
    }
    admin(&ceph, "caps add --uid=admin --caps=metadata=*");
    run(&ceph, SPEC, &[], &SECRETS).expect(0, "changed");
    // An account that is no admin would not get at the buckets that it gives away.
    let ceph = beds::ceph_with("users=*;buckets=*;metadata=*", "");
    let ended = run(&ceph, SPEC, &["plan"], &SECRETS).expect(77, "failed");
    assert!(ended.stdout.contains("radosgw-admin user modify --uid=admin --admin"), "{}", ended.stdout);
    let levels = "users: {app: {secretKey: {secret: app}, access: [{bucket: one, level: read}]}}\nbuckets: {one: {}}\n";
    let ended = run(&ceph, levels, &["plan"], &SECRETS).expect(77, "failed");
    assert!(ended.error().contains("lacks the capabilities user-policy=*"), "{}", ended.stdout);
    admin(&ceph, "caps add --uid=admin --caps=user-policy=*");
    run(&ceph, levels, &[], &SECRETS).expect(0, "changed");
    run(&ceph, levels, &[], &SECRETS).expect(0, "unchanged");
    let without = "users: {app: {secretKey: {secret: app}}}\nbuckets: {one: {quota: 1GiB}}\n";
    run(&ceph, without, &[], &SECRETS).expect(0, "changed");
    run(&ceph, without, &[], &SECRETS).expect(0, "unchanged");
}

#[test]
#[ignore = "needs Ceph's gateway, an image of 650 MB: just field s3"]
fn what_would_take_something_from_somebody_is_a_conflict() {
    let ceph = beds::ceph();
    admin(&ceph, "user create --uid=hand --display-name=hand --access-key=handkey --secret=hand-5ecret");
    run(&ceph, "buckets: {one: {}}\n", &[], &[]).expect(0, "changed");
    for (spec, problem) in [
        ("users: {app: {accessKey: handkey, secretKey: {secret: app}}}\n", "the access key of another user"),
        ("users: {admin: {secretKey: {secret: app}}}\n", "the provisioning account"),
        ("users: {admin: {accessKey: elsewhere, state: absent}}\n", "the provisioning account"),
        (
            "users: {app: {secretKey: {secret: app}, policies: [readwrite]}}\n",
            "the policy `readwrite` is neither declared",
        ),
        ("accessKeys: {handkey: {secretKey: {secret: ci}}}\n", "the access key belongs to hand"),
        ("accessKeys: {new-key: {user: nobody, secretKey: {secret: ci}}}\n", "neither declared here"),
        (
            "users: {app: {secretKey: {secret: app}, access: [{bucket: one, level: owner}]}, other: {secretKey: {secret: other}, access: [{bucket: one, level: owner}]}}\n",
            "a bucket has one owner on this server",
        ),
    ] {
        let ended = run(&ceph, spec, &[], &SECRETS).expect(4, "conflict");
        assert!(ended.stdout.contains(problem), "{spec}: {}", ended.stdout);
    }
    // Everybody gets in by the ACL, and a user that is not there yet is made first.
    assert_eq!(ceph.signed_with(ceph.account(), "PUT", "/one?acl=", "x-amz-acl: public-read"), 200);
    for command in ["plan", "apply"] {
        let ended = run(&ceph, "buckets: {one: {anonymous: none}}\n", &[command], &[]).expect(76, "failed");
        assert!(
            ended.error().contains("the ACL of the bucket grants something to everybody"),
            "{}",
            ended.stdout
        );
    }
    assert_eq!(ceph.signed_with(ceph.account(), "PUT", "/one?acl=", "x-amz-acl: private"), 200);
    run(&ceph, "buckets: {one: {anonymous: none}}\n", &[], &[]).expect(0, "unchanged");
    // The objects of a bucket keep their owner, and the two commands that give them away are enough.
    admin(&ceph, "object put --bucket=one --object=there --infile=/etc/hostname");
    let owned = "users: {app: {secretKey: {secret: app}, access: [{bucket: one, level: owner}]}}\nbuckets: {one: {}}\n";
    let ended = run(&ceph, owned, &[], &SECRETS).expect(4, "conflict");
    assert!(ended.stdout.contains("radosgw-admin bucket chown"), "{}", ended.stdout);
    assert!(ended.stdout.contains("make the user first, in a run without this `access`"), "{}", ended.stdout);
    run(&ceph, "users: {app: {secretKey: {secret: app}}}\n", &[], &SECRETS).expect(0, "changed");
    admin(&ceph, "bucket link --bucket=one --uid=app");
    admin(&ceph, "bucket chown --bucket=one --uid=app");
    run(&ceph, owned, &[], &SECRETS).expect(0, "unchanged");
}
