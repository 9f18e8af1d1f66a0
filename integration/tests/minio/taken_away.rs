//! `state: absent` takes away access that the spec names, and nothing else.

use integration::minio::{ROOT, Server};

const SECRETS: [(&str, &str); 2] = [("one", "canary-one-5ecret"), ("key", "canary-key-5ecret")];

const BEFORE: &str = r"
users:
  stays: {secretKey: {secret: one}, policies: [readonly, readwrite]}
  sleeps: {secretKey: {secret: one}, policies: [readonly, diagnostics], status: disabled}
  goes: {secretKey: {secret: one}, policies: [readwrite]}
groups: {team: {members: [stays, goes, sleeps], policies: [readonly, readwrite]}}
accessKeys:
  of-goes: {user: goes, secretKey: {secret: key}}
  old-key: {user: stays, secretKey: {secret: key}}
  kept-key: {user: stays, secretKey: {secret: key}}
buckets: {data: {}}
";

const AFTER: &str = r"
users:
  stays: {secretKey: {secret: one}, policies: [readonly, {name: readwrite, state: absent}]}
  sleeps: {secretKey: {secret: one}, policies: [{name: diagnostics, state: absent}], status: disabled}
  goes: {state: absent}
  never-there: {state: absent}
groups: {team: {members: [stays, {name: sleeps, state: absent}], policies: [{name: readwrite, state: absent}]}}
accessKeys: {old-key: {state: absent}, no-key: {state: absent}}
";

fn run(server: &Server, spec: &str, args: &[&str]) -> integration::Ended {
    let init = SECRETS.iter().fold(server.init(spec), |init, (name, value)| init.secret(name, value));
    init.args(args).run()
}

#[test]
fn access_that_the_spec_names_is_taken_away_and_the_rest_stays() {
    let server = Server::new();
    run(&server, BEFORE, &[]).expect(0, "changed");
    let plan = run(&server, AFTER, &["plan", "--format", "text"]);
    assert_eq!(plan.exit, 3, "{}", plan.stdout);
    for line in [
        "- detach policies of user stays: readwrite",
        "- detach policies of user sleeps: diagnostics",
        "- detach policies of group team: readwrite",
        "- remove members of group team: sleeps",
        "- remove access key old-key",
        "- remove user goes and its access keys",
    ] {
        assert!(plan.stdout.contains(line), "{line}: {}", plan.stdout);
    }
    run(&server, AFTER, &[]).expect(0, "changed");
    run(&server, AFTER, &[]).expect(0, "unchanged");
    let user = |name: &str| server.mc(&["admin", "user", "info", "t", name]);
    assert!(user("goes").exit != 0);
    let stays = user("stays").ok();
    assert!(stays.contains("readonly") && !stays.contains("PolicyName: readonly,readwrite"), "{stays}");
    let sleeps = user("sleeps").ok();
    assert!(sleeps.contains("disabled") && !sleeps.contains("diagnostics"), "{sleeps}");
    let group = server.mc(&["admin", "group", "info", "t", "team"]).ok();
    assert!(group.contains("stays") && !group.contains("sleeps") && !group.contains("readwrite"), "{group}");
    for (key, is_there) in [("kept-key", true), ("old-key", false), ("of-goes", false)] {
        let info = server.mc(&["admin", "accesskey", "info", "t", key]);
        assert_eq!(!info.stdout.is_empty(), is_there, "{key}: {info:?}");
    }
    assert!(server.mc(&["ls", "t"]).ok().contains("data"));
}

#[test]
fn the_account_that_provisions_is_never_taken_away() {
    let server = Server::new();
    let own = format!("users: {{\"{}\": {{state: absent}}}}\n", ROOT.0);
    let ended = run(&server, &own, &[]).expect(78, "failed");
    assert!(ended.error().contains("provisioning account"), "{}", ended.stdout);
    let admin = "users: {admin: {secretKey: {secret: one}, policies: [consoleAdmin]}}\naccessKeys: {admin-key: {user: admin, secretKey: {secret: key}}}\n";
    run(&server, admin, &[]).expect(0, "changed");
    let account = ("admin-key", SECRETS[1].1);
    let endpoint = "endpoint: http://minio:9000";
    for spec in [
        "users: {admin: {state: absent}}\n",
        "users: {admin: {secretKey: {secret: one}, policies: [{name: consoleAdmin, state: absent}]}}\n",
    ] {
        let init = server.init_as(account, endpoint, spec).secret("one", SECRETS[0].1);
        let ended = init.run().expect(4, "conflict");
        assert!(ended.stdout.contains("the provisioning account"), "{}", ended.stdout);
    }
    server.mc_as(account, &["admin", "user", "list", "t"]).ok();
}

/// A name can be only one thing on a server: MinIO would refuse it after the policies have been written.
#[test]
fn a_name_that_is_something_else_on_the_server_is_a_conflict() {
    let server = Server::new();
    run(&server, BEFORE, &[]).expect(0, "changed");
    let policy = r#"policies: {first: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}}"#;
    let admin = "users: {admin: {secretKey: {secret: one}, policies: [consoleAdmin]}}\n";
    run(&server, admin, &[]).expect(0, "changed");
    for (spec, at) in [
        ("users: {old-key: {secretKey: {secret: one}}}\n".to_owned(), "users.old-key"),
        ("accessKeys: {stays: {secretKey: {secret: key}}}\n".to_owned(), "accessKeys.stays"),
        (format!("users: {{\"{}\": {{secretKey: {{secret: one}}}}}}\n", ROOT.0), "users."),
    ] {
        let endpoint = "endpoint: http://minio:9000";
        let init = server.init_as(("admin", SECRETS[0].1), endpoint, &format!("{policy}\n{spec}"));
        let init = SECRETS.iter().fold(init, |init, (name, value)| init.secret(name, value));
        let ended = init.run().expect(4, "conflict");
        assert!(ended.stdout.contains(at), "{spec}: {}", ended.stdout);
        assert!(server.mc(&["admin", "policy", "info", "t", "first"]).exit != 0, "{spec}");
    }
}
