//! RustFS, with MinIO's admin API and answers of its own. A fake stands in for it in the gate (`rustfs.rs`).

use integration::{Ended, shell};

use super::s3::{effects, encryption};
use crate::beds::{self, Bed};

const SPEC: &str = r#"
server: rustfs
policies:
  app: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["s3:GetObject", "s3:PutObject"], Resource: ["arn:aws:s3:::data/*"]}]}}
  office: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::data/*", Condition: {IpAddress: {"aws:SourceIp": ["10.0.0.0/8"]}}}]}}
users:
  loki: {secretKey: {secret: loki}, policies: [app, readwrite], status: enabled}
  former: {secretKey: {secret: loki}, policies: [readonly], status: disabled}
groups: {team: {members: [loki], policies: [office], status: enabled}}
accessKeys:
  loki-ci: {user: loki, secretKey: {secret: key}, policy: app, name: ci, description: CI uploads}
  resting: {user: loki, secretKey: {secret: key}, status: disabled}
buckets:
  data: {versioning: enabled, quota: 1GiB, tags: {team: a}, lifecycle: [{id: old, prefix: tmp/, expireDays: 3}]}
  locked: {objectLock: {mode: GOVERNANCE, days: 1}}
  cdn: {anonymous: download}
"#;

const DOCUMENT: &str = r#"{Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::one/*"}]}"#;
const SECRETS: [(&str, &str); 2] = [("loki", "canary-loki-5ecret"), ("key", "canary-key-5ecret")];

fn run(rustfs: &Bed, spec: &str, args: &[&str]) -> Ended {
    let ended = rustfs.run_with(spec, args, &SECRETS);
    assert!(
        !ended.stdout.contains("5ecret") && !ended.log.contains("5ecret"),
        "{}\n{}",
        ended.stdout,
        ended.log
    );
    ended
}

#[test]
#[ignore = "needs RustFS, which takes an hour to build: just field rustfs"]
fn the_whole_spec_is_applied_on_rustfs_and_kept() {
    let rustfs = beds::rustfs();
    run(&rustfs, SPEC, &["plan"]).expect(3, "drift");
    run(&rustfs, SPEC, &[]).expect(0, "changed");
    run(&rustfs, SPEC, &[]).expect(0, "unchanged");
    // Another secret key of a user and of an access key.
    let rotated: [(&str, &str); 2] = [("loki", "canary-other-5ecret"), ("key", "canary-second-5ecret")];
    let ended = rustfs.run_with(SPEC, &[], &rotated).expect(0, "changed");
    assert_eq!(ended.changes(), ["alter_user loki: applied", "alter_access_key loki-ci: applied"]);
    rustfs.run_with(SPEC, &[], &rotated).expect(0, "unchanged");
    rustfs.run_with(SPEC, &["plan", "--without-secrets"], &[]).expect(0, "unchanged");
}

#[test]
#[ignore = "needs RustFS, which takes an hour to build: just field rustfs"]
fn drift_on_rustfs_is_put_right_and_what_the_spec_does_not_name_stays() {
    let rustfs = beds::rustfs();
    run(&rustfs, SPEC, &[]).expect(0, "changed");
    for (drift, change) in [
        ("users: {loki: {secretKey: {secret: loki}, status: disabled}}", "alter_user loki"),
        ("users: {former: {secretKey: {secret: loki}, status: enabled}}", "disable_user former"),
        (
            "users: {loki: {secretKey: {secret: loki}, policies: [{name: app, state: absent}]}}",
            "attach_policies loki",
        ),
        ("groups: {team: {status: disabled}}", "alter_group team"),
        ("groups: {team: {members: [{name: loki, state: absent}]}}", "add_members team"),
        ("accessKeys: {loki-ci: {state: absent}}", "create_access_key loki-ci"),
        ("buckets: {data: {quota: 2GiB}}", "set_quota data"),
        ("buckets: {data: {versioning: suspended}}", "set_versioning data"),
        ("buckets: {cdn: {anonymous: none}}", "set_bucket_policy cdn"),
    ] {
        run(&rustfs, drift, &[]).expect(0, "changed");
        let ended = run(&rustfs, SPEC, &[]).expect(0, "changed");
        let changes = ended.changes();
        assert!(changes.iter().any(|line| line.starts_with(change)), "{drift}: {changes:?}");
        run(&rustfs, SPEC, &[]).expect(0, "unchanged");
    }
}

#[test]
#[ignore = "needs RustFS, which takes an hour to build: just field rustfs"]
fn access_on_rustfs_is_taken_away() {
    let rustfs = beds::rustfs();
    run(&rustfs, SPEC, &[]).expect(0, "changed");
    let less = r"
users: {former: {state: absent}, loki: {secretKey: {secret: loki}, policies: [app, {name: readwrite, state: absent}]}, nobody: {state: absent}}
groups: {team: {members: [{name: loki, state: absent}], policies: [{name: office, state: absent}]}}
accessKeys: {loki-ci: {state: absent}, no-key: {state: absent}}
";
    run(&rustfs, less, &["plan"]).expect(3, "drift");
    run(&rustfs, less, &[]).expect(0, "changed");
    run(&rustfs, less, &[]).expect(0, "unchanged");
}

#[test]
#[ignore = "needs RustFS, which takes an hour to build: just field rustfs"]
fn rustfs_encrypts_with_a_key_alone() {
    encryption::is_refused(&beds::rustfs());
    encryption::is_set(&beds::rustfs_with_key());
}

#[test]
#[ignore = "needs RustFS, which takes an hour to build: just field rustfs"]
fn what_rustfs_keeps_of_a_bucket_is_in_effect() {
    effects::of_rustfs();
}

#[test]
#[ignore = "needs RustFS, which takes an hour to build: just field rustfs"]
fn what_is_declared_on_rustfs_is_what_users_may_do() {
    let rustfs = beds::rustfs();
    let spec = r#"
policies:
  reads-one: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["s3:GetObject", "s3:ListBucket"], Resource: ["arn:aws:s3:::one", "arn:aws:s3:::one/*"]}]}}
users:
  levels: {secretKey: {secret: loki}, access: [{bucket: one, level: read}, {bucket: two, level: write}, {bucket: three, level: owner}]}
  member: {secretKey: {secret: loki}}
  former: {secretKey: {secret: loki}, policies: [readwrite], status: disabled}
groups: {team: {members: [member], policies: [reads-one]}}
accessKeys:
  limited: {user: levels, secretKey: {secret: key}, policy: reads-one}
  resting: {user: levels, secretKey: {secret: key}, status: disabled}
buckets:
  one: {}
  two: {quota: 1MiB, versioning: enabled}
  three: {objectLock: {mode: GOVERNANCE, days: 1}}
"#;
    run(&rustfs, spec, &[]).expect(0, "changed");
    for bucket in ["one", "two", "three"] {
        assert_eq!(rustfs.signed(rustfs.account(), "PUT", &format!("/{bucket}/there")), 200);
    }
    let [user, key] = SECRETS.map(|(_, secret)| secret);
    for (account, bucket, expected) in [
        (("levels", user), "one", [200, 200, 403, 403]),
        (("levels", user), "two", [200, 200, 200, 403]),
        (("levels", user), "three", [200, 200, 200, 200]),
        (("member", user), "one", [200, 200, 403, 403]),
        (("member", user), "two", [403; 4]),
        (("former", user), "one", [403; 4]),
        (("limited", key), "one", [200, 200, 403, 403]),
        (("limited", key), "two", [403; 4]),
        (("resting", key), "one", [403; 4]),
    ] {
        assert_eq!(rustfs.tried(account, bucket), expected, "{account:?} {bucket}");
    }
    assert_eq!(rustfs.signed(("levels", user), "GET", "/two?uploads="), 200);
    assert!(rustfs.body("/three/there?retention=").contains("GOVERNANCE"));
    let less = spec.replace(", {bucket: two, level: write}", "").replace("policies: [readwrite], ", "");
    run(&rustfs, &less, &[]).expect(0, "changed");
    assert_eq!(rustfs.tried(("levels", user), "two"), [403; 4]);
    let none = "users: {levels: {secretKey: {secret: loki}, access: []}, member: {state: absent}}\naccessKeys: {limited: {state: absent}}\n";
    run(&rustfs, none, &[]).expect(0, "changed");
    run(&rustfs, none, &[]).expect(0, "unchanged");
    for account in [("levels", user), ("member", user), ("limited", key)] {
        assert_eq!(rustfs.tried(account, "one"), [403; 4], "{account:?}");
    }
}

/// A change that it would refuse half-way, or lose, is told before anything is written.
#[test]
#[ignore = "needs RustFS, which takes an hour to build: just field rustfs"]
fn what_rustfs_refuses_is_said_before_anything_is_written() {
    let rustfs = beds::rustfs();
    let tomorrow = shell("date --utc --date '+1 day' +%FT%TZ").ok();
    let key = |end: &str| {
        format!(
            "policies: {{app: {{document: {DOCUMENT}}}}}\nusers: {{loki: {{secretKey: {{secret: loki}}, policies: [app]}}}}\n\
             accessKeys: {{ends: {{user: loki, secretKey: {{secret: key}}, policy: app, expires: \"{end}\"}}}}\n"
        )
    };
    run(&rustfs, &key(tomorrow.trim()), &[]).expect(0, "changed");
    let with_space =
        format!("policies: {{aaa: {{document: {DOCUMENT}}}, \"my app\": {{document: {DOCUMENT}}}}}\n");
    let group =
        format!("policies: {{aaa: {{document: {DOCUMENT}}}}}\ngroups: {{my team: {{members: [loki]}}}}\n");
    let label = format!(
        "policies: {{aaa: {{document: {DOCUMENT}}}}}\nusers: {{my app: {{accessKey: myapp, secretKey: {{secret: loki}}, access: [{{bucket: one, level: read}}]}}}}\n"
    );
    for (spec, at) in [
        (key("never"), "accessKeys.ends.expires"),
        (with_space, "policies.my app"),
        (group, "groups.my team"),
        (label, "users.my app"),
    ] {
        for command in ["plan", "apply"] {
            let ended = run(&rustfs, &spec, &[command]).expect(76, "failed");
            assert!(ended.error().contains(at), "{at}: {}", ended.stdout);
        }
        assert!(!run(&rustfs, "", &["export"]).stdout.contains("aaa"), "{at}");
    }
    run(&rustfs, &key(tomorrow.trim()), &["plan"]).expect(0, "unchanged");
}

/// RustFS answers 500 to the question for an access key in the place of a user, and the reverse.
#[test]
#[ignore = "needs RustFS, which takes an hour to build: just field rustfs"]
fn a_name_that_rustfs_uses_otherwise_is_a_conflict() {
    let rustfs = beds::rustfs();
    run(&rustfs, SPEC, &[]).expect(0, "changed");
    for spec in [
        "users: {loki-ci: {secretKey: {secret: loki}}}",
        "accessKeys: {loki: {secretKey: {secret: key}}}",
        "accessKeys: {former: {secretKey: {secret: key}}}",
    ] {
        for command in ["plan", "apply"] {
            run(&rustfs, spec, &[command]).expect(4, "conflict");
        }
    }
}

#[test]
#[ignore = "needs RustFS, which takes an hour to build: just field rustfs"]
fn an_access_key_provisions_rustfs() {
    let rustfs = beds::rustfs();
    let makes_users = r#"
policies: {makes-users: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["admin:*"]}, {Effect: Allow, Action: ["s3:*"], Resource: ["arn:aws:s3:::*"]}]}}}
users: {provisioner: {secretKey: {secret: loki}, policies: [makes-users]}}
accessKeys: {provisions: {user: provisioner, secretKey: {secret: key}}}
"#;
    run(&rustfs, makes_users, &[]).expect(0, "changed");
    let own =
        "endpoint: http://rustfs:9000\ncredentials: {accessKey: provisions, secretKey: {secret: own}}\n";
    let spec = format!(
        "{own}policies: {{app: {{document: {{Version: \"2012-10-17\", Statement: [{{Effect: Allow, Action: \"s3:GetObject\", Resource: \"arn:aws:s3:::a/*\"}}]}}}}}}\n\
         users: {{app: {{secretKey: {{secret: loki}}, policies: [app]}}}}\nbuckets: {{a: {{}}}}\n"
    );
    let spec = spec.replace("buckets: {a: {}}", "buckets: {aaa: {}}");
    rustfs.whole_with(&spec, &[("own", SECRETS[1].1), SECRETS[0]]).expect(0, "changed");
    rustfs.whole_with(&spec, &[("own", SECRETS[1].1), SECRETS[0]]).expect(0, "unchanged");
}

#[test]
#[ignore = "needs RustFS, which takes an hour to build: just field rustfs"]
fn rustfs_is_exported_and_its_spec_changes_nothing() {
    let rustfs = beds::rustfs();
    run(&rustfs, SPEC, &[]).expect(0, "changed");
    let page = rustfs.export();
    for line in [
        "  loki: {secretKey: ",
        "  team: {members: [loki], policies: [office]}\n",
        "  cdn: {anonymous: download}\n",
    ] {
        assert!(page.contains(line), "{line}{page}");
    }
    let secrets = [
        ("own", beds::RUSTFS_ROOT.1),
        ("loki_secret_key", SECRETS[0].1),
        ("former_secret_key", SECRETS[0].1),
        ("loki-ci_secret_key", SECRETS[1].1),
        ("resting_secret_key", SECRETS[1].1),
    ];
    rustfs.whole_with(&page, &secrets).expect(0, "unchanged");
    assert_eq!(rustfs.export(), page);
}
