//! Long: a connection cut after every single request, and a server with hundreds of everything.

use std::fmt::Write as _;

use integration::Cut;
use integration::minio::Server;

/// One of everything, under names that end in `n`.
fn spec(n: usize) -> String {
    format!(
        r#"
policies: {{p-{n}: {{document: {{Version: "2012-10-17", Statement: [{{Effect: Allow, Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::*"]}}]}}}}}}
users:
  user-{n}: {{secretKey: {{secret: user}}, policies: [p-{n}]}}
  former-{n}: {{secretKey: {{secret: user}}, policies: [p-{n}], status: disabled}}
groups: {{g-{n}: {{members: [user-{n}], policies: [p-{n}]}}}}
accessKeys: {{key-{n}: {{user: user-{n}, secretKey: {{secret: user}}, policy: p-{n}, description: one}}}}
buckets:
  plain-{n}: {{versioning: enabled, quota: 1GiB, tags: {{a: b}}, anonymous: download, lifecycle: [{{expireDays: 3}}]}}
  locked-{n}: {{objectLock: {{mode: GOVERNANCE, days: 1}}}}
"#
    )
}

#[test]
#[ignore = "the fault suite: just fault minio"]
fn a_connection_cut_after_every_single_request_converges() {
    let server = Server::new();
    let cut = Cut::before(&server.address());
    let endpoint = format!("endpoint: http://cut:{}", cut.port());
    let run = |spec: &str| {
        let init = server.init_at(&endpoint, spec).secret("user", "user-5ecret");
        init.docker(&["--add-host", "cut:host-gateway"]).run()
    };
    cut.after(0);
    run(&spec(0)).expect(0, "changed");
    let requests = cut.seen();
    assert!(requests > 40, "{requests}");
    for number in 1..=requests {
        cut.after(number);
        let ended = run(&spec(number));
        assert_eq!(ended.exit, 0, "cut after {number}: {}\n{}", ended.stdout, ended.log);
        cut.after(0);
        run(&spec(number)).expect(0, "unchanged");
        let former = server.mc(&["admin", "user", "info", "t", &format!("former-{number}")]).ok();
        assert!(former.contains("disabled") && former.contains(&format!("p-{number}")), "{former}");
        let key = server.mc(&["admin", "accesskey", "info", "t", &format!("key-{number}")]).ok();
        assert!(key.contains("embedded"), "{key}");
    }
}

#[test]
#[ignore = "the fault suite: just fault minio"]
fn hundreds_of_buckets_users_and_policies_are_made_verified_and_left_alone() {
    let mut spec = String::from("policies:\n");
    for n in 0..200 {
        let _ = writeln!(
            spec,
            "  policy-{n}: {{document: {{Version: \"2012-10-17\", Statement: [{{Effect: Allow, Action: [\"s3:*\"], Resource: [\"arn:aws:s3:::bucket-{n}/*\"]}}]}}}}"
        );
    }
    spec.push_str("users:\n");
    for n in 0..200 {
        let _ = writeln!(spec, "  user-{n}: {{secretKey: {{secret: user}}, policies: [policy-{n}]}}");
    }
    spec.push_str("buckets:\n");
    for n in 0..500 {
        let _ = writeln!(spec, "  bucket-{n}: {{versioning: enabled, tags: {{n: \"{n}\"}}}}");
    }
    let server = Server::new();
    let run = || server.init(&spec).secret("user", "user-5ecret").run();
    // A policy, a user, what is attached; a bucket, its versions, its tags.
    assert_eq!(run().expect(0, "changed").changes().len(), 3 * 200 + 3 * 500);
    assert_eq!(run().expect(0, "unchanged").changes(), [""; 0]);
    assert_eq!(server.mc(&["ls", "t"]).ok().lines().count(), 500);
    assert_eq!(server.mc(&["admin", "user", "list", "t"]).ok().lines().count(), 200);
    server.mc_as(("user-199", "user-5ecret"), &["admin", "user", "info", "t", "user-199"]).ok();
}
