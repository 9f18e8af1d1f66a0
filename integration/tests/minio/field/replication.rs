//! Replication that somebody changes, whose other side refuses, and that is declared by two runs at once.

use integration::docker;

use crate::pair::ACCOUNT;
use crate::replication::{arrives, pair, set_policy, spec};

const RULE: &str = "{to: TO, prefix: a/}";
const OTHER_KEY: &str = "canary-other-5ecret";

#[test]
#[ignore = "takes long: just field long"]
fn a_new_secret_key_is_found_by_trying_the_one_that_the_server_has() {
    let pair = pair();
    let spec = spec(RULE);
    pair.run(&spec, &[]).expect(0, "changed");
    pair.set_secret(OTHER_KEY);
    pair.run_with(OTHER_KEY, &spec, &["plan"]).expect(3, "drift");
    let refused = pair.run(&spec, &["--timeout", "8s"]).expect(69, "failed");
    assert!(refused.error().contains("XMinioAdminReplicationRemoteConnectionError"), "{}", refused.stdout);
    let healed = pair.run_with(OTHER_KEY, &spec, &[]).expect(0, "changed");
    assert_eq!(healed.changes(), ["alter_remote_target src: applied"]);
    pair.run_with(OTHER_KEY, &spec, &[]).expect(0, "unchanged");
    pair.near.shell("echo x | mc pipe t/src/a/after").ok();
    arrives(&pair, "a/after");
    pair.near
        .init(&spec)
        .secret("far_user", ACCOUNT.0)
        .args(&["plan", "--without-secrets"])
        .run()
        .expect(0, "unchanged");
    // While the other server is away nothing is changed, whether MinIO has noticed that already or not.
    docker(&["stop", "--time", "1", pair.far.name()]).ok();
    for _ in 0..5 {
        pair.run(&spec, &[]).expect(0, "unchanged");
    }
}

#[test]
#[ignore = "takes long: just field long"]
fn what_is_changed_by_hand_is_set_back_and_what_is_not_named_stays() {
    let pair = pair();
    let spec = spec(
        "{to: TO, prefix: a/, deletes: true}, {to: TO, tags: {copy: \"yes\"}, priority: 9, status: enabled}",
    );
    pair.run(&spec, &[]).expect(0, "changed");
    pair.run(&spec, &[]).expect(0, "unchanged");
    let (user, key) = ACCOUNT;
    // A rule to a server of its own, by mc.
    pair.near.shell("mc mb t/second && mc version enable t/second").ok();
    let root = integration::minio::ROOT;
    let add = format!(
        "mc replicate add t/src/mine/ --remote-bucket http://{}:{}@minio:9000/second --priority 20 --replicate delete",
        root.0, root.1
    );
    pair.near.shell(&add).ok();
    let id = "\"$(mc replicate ls --json t/src | grep '\"a/\"' | sed 's/.*\"ID\":\"\\([^\"]*\\)\".*/\\1/')\"";
    // The client takes the prefix of a rule from the URL, and without one there it removes it.
    for (edit, changes) in [
        (
            "mc replicate update t/src/a/ --id ID --replicate existing-objects",
            &["set_replication src: applied"][..],
        ),
        ("mc replicate update t/src/a/ --id ID --priority 5", &[]),
        // Without its prefix it is another rule, with the same id, which stays.
        ("mc replicate update t/src --id ID --priority 6", &["set_replication src: applied"]),
        // The client removes the rule, and fails to remove the target, which the other rule has too.
        ("mc replicate rm t/src --id ID || true", &["set_replication src: applied"]),
        // The status of a rule stays until the spec names it.
        ("mc replicate update t/src/a/ --id ID --state disable", &[]),
    ] {
        pair.near.shell(&edit.replace("ID", id)).ok();
        assert_eq!(pair.run(&spec, &[]).changes(), changes, "{edit}");
        pair.run(&spec, &[]).expect(0, "unchanged");
    }
    let rules = pair.near.mc(&["replicate", "export", "t/src"]).ok();
    assert!(rules.contains("mine/") && !rules.contains(user) && !rules.contains(key), "{rules}");
}

#[test]
#[ignore = "takes long: just field long"]
fn a_rule_that_mc_made_is_taken_over() {
    let pair = pair();
    let (user, key) = ACCOUNT;
    let line = format!(
        "mc mb t/src && mc version enable t/src && mc replicate add t/src/a/ --remote-bucket http://{user}:{key}@far:9000/copy --priority 1 --replicate delete,delete-marker"
    );
    pair.near.shell(&line).ok();
    pair.run(&spec(RULE), &[]).expect(0, "unchanged");
    let altered = pair.run(&spec("{to: TO, prefix: a/, deletes: false}"), &[]).expect(0, "changed");
    assert_eq!(altered.changes(), ["set_replication src: applied"]);
    let rules = pair.near.mc(&["replicate", "ls", "--json", "t/src"]).ok();
    assert_eq!(rules.matches("\"Priority\"").count(), 1, "{rules}");
}

#[test]
#[ignore = "takes long: just field long"]
fn what_the_other_side_lacks_is_told_in_the_words_of_the_server() {
    let pair = pair();
    let no_rule = || assert!(!pair.near.mc(&["replicate", "export", "t/src"]).stdout.contains("Destination"));
    pair.far.mc(&["version", "suspend", "t/copy"]).ok();
    let suspended = pair.run(&spec(RULE), &[]).expect(76, "failed");
    assert!(suspended.error().contains("RemoteTargetNotVersionedError"), "{}", suspended.stdout);
    no_rule();
    pair.far.mc(&["version", "enable", "t/copy"]).ok();
    let absent = pair.run(&spec(RULE).replace("bucket: copy", "bucket: nowhere"), &["--timeout", "8s"]);
    assert!([69, 76].contains(&absent.exit) && absent.error().contains("nowhere"), "{}", absent.stdout);
    no_rule();
    let wrong = pair.run_with(OTHER_KEY, &spec(RULE), &["--timeout", "8s"]).expect(69, "failed");
    assert!(wrong.error().contains("XMinioAdminReplicationRemoteConnectionError"), "{}", wrong.stdout);
    no_rule();
    // An account that may not replicate: the rule is there, and no run says that all is well.
    set_policy(
        &pair,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration"], "Resource": ["arn:aws:s3:::copy"]}]}"#,
    );
    for _ in 0..2 {
        let less = pair.run(&spec(RULE), &[]).expect(76, "failed");
        assert!(less.error().contains("permissions missing"), "{}", less.stdout);
    }
}

#[test]
#[ignore = "takes long: just field long"]
fn another_bucket_at_the_same_server_and_a_taken_priority_are_conflicts() {
    let pair = pair();
    pair.run(&spec(RULE), &[]).expect(0, "changed");
    pair.far.shell("mc mb t/copy2 && mc version enable t/copy2").ok();
    let moved = pair.run(&spec(RULE).replace("bucket: copy", "bucket: copy2"), &[]).expect(4, "conflict");
    assert!(moved.stdout.contains("one target for each server"), "{}", moved.stdout);
    let taken = pair.run(&spec("{to: TO, prefix: b/, priority: 1}"), &[]).expect(4, "conflict");
    assert!(taken.stdout.contains("has the priority 1"), "{}", taken.stdout);
    pair.run(&spec("{to: TO, prefix: b/}"), &[]).expect(0, "changed");
    pair.run(&spec("{to: TO, prefix: b/, priority: 2}, {to: TO, prefix: a/, priority: 1}"), &[])
        .expect(0, "unchanged");
    // Two declared rules change places.
    pair.run(&spec("{to: TO, prefix: b/, priority: 1}, {to: TO, prefix: a/, priority: 2}"), &[])
        .expect(0, "changed");
}

#[test]
#[ignore = "takes long: just field long"]
fn two_runs_at_once_keep_the_rules_of_both() {
    let pair = pair();
    let specs = ["{to: TO, prefix: one/}", "{to: TO, prefix: two/}"].map(spec);
    for run in [0, 1].map(|which: usize| pair.init(&specs[which]).start()) {
        let ended = run.wait();
        assert_eq!(ended.exit, 0, "{}", ended.stdout);
    }
    for spec in &specs {
        pair.init(spec).run().expect(0, "unchanged");
    }
}

#[test]
#[ignore = "takes long: just field long"]
fn exported_replication_changes_nothing() {
    let pair = pair();
    pair.run(&spec("{to: TO, prefix: a/, deletes: true}, {to: TO, tags: {copy: \"yes\"}}"), &[])
        .expect(0, "changed");
    let page = pair.near.init("").args(&["export"]).run();
    assert_eq!(page.exit, 0, "{}", page.log);
    let buckets = page.stdout.find("buckets:").map_or("", |at| &page.stdout[at..]);
    assert!(buckets.contains("replication:") && buckets.contains("deletes: true"), "{}", page.stdout);
    assert!(!page.stdout.contains("5ecret"), "{}", page.stdout);
    let name = buckets
        .split("secret: ")
        .nth(1)
        .and_then(|rest| rest.split(['}', '\n', ' ']).next())
        .unwrap_or_default();
    pair.near.init(buckets).secret(name, ACCOUNT.1).run().expect(0, "unchanged");
}
