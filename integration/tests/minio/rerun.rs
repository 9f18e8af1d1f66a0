//! A rerun passes where the first run passed, also after every secret has been replaced.

use integration::Ended;
use integration::minio::Server;
use serde_json::json;

use crate::permissions::ACTIONS;

const SPEC: &str = r#"
policies: {mine: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["s3:GetObject", "s3:ListAllMyBuckets"], Resource: ["arn:aws:s3:::*"]}]}}}
users:
  app: {secretKey: {secret: app}, policies: [mine]}
  closed: {secretKey: {secret: closed}, policies: [mine], status: disabled}
groups: {team: {members: [app], policies: [mine]}}
accessKeys:
  app-key: {user: app, secretKey: {secret: key}, policy: mine}
  own-key: {secretKey: {secret: own}}
buckets:
  shut: {anonymous: none, versioning: enabled, quota: 1GiB, tags: {a: b}, lifecycle: [{expireDays: 3, prefix: x/, tags: {k: v}}]}
  strict:
    policy: {document: {Version: "2012-10-17", Statement: [{Effect: Deny, Principal: "*", Action: "s3:PutObject", Resource: "arn:aws:s3:::strict/*"}]}}
"#;

fn run(server: &Server, own: &str, generation: &str) -> Ended {
    let secrets = ["app", "closed", "key", "own"];
    let init = server.init_as(("provisioner", own), "endpoint: http://minio:9000", SPEC);
    secrets.iter().fold(init, |init, name| init.secret(name, &format!("{name}-{generation}-5ecret"))).run()
}

#[test]
fn what_a_run_sets_does_not_stop_the_next_one_by_the_least_account() {
    let server = Server::new();
    server.mc(&["admin", "user", "add", "t", "provisioner", "provisioner-1-5ecret"]).ok();
    let admin: Vec<_> = ACTIONS.iter().map(|action| format!("admin:{action}")).collect();
    let document = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": admin},
        {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]},
    ]});
    server.policy("provision", &document.to_string());
    server.mc(&["admin", "policy", "attach", "t", "provision", "--user", "provisioner"]).ok();
    run(&server, "provisioner-1-5ecret", "1").expect(0, "changed");
    run(&server, "provisioner-1-5ecret", "1").expect(0, "unchanged");
    // The users' secrets, and the account's own: that one is replaced by an administrator, and in the secret file.
    let rotated = run(&server, "provisioner-1-5ecret", "2").expect(0, "changed");
    assert_eq!(
        rotated.changes(),
        ["alter_user app: applied", "alter_access_key app-key: applied", "alter_access_key own-key: applied"]
    );
    server.mc(&["admin", "user", "add", "t", "provisioner", "provisioner-2-5ecret"]).ok();
    run(&server, "provisioner-2-5ecret", "2").expect(0, "unchanged");
    run(&server, "provisioner-1-5ecret", "2").expect(77, "failed");
    run(&server, "provisioner-2-5ecret", "3").expect(0, "changed");
    server.restart();
    run(&server, "provisioner-2-5ecret", "3").expect(0, "unchanged");
    server.mc_as(("app", "app-3-5ecret"), &["ls", "t"]).ok();
}
