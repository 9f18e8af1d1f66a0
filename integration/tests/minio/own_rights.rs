//! A run that would take from its own account what it needs is a conflict, and nothing of it is done.

use integration::Ended;
use integration::minio::Server;
use serde_json::{Value, json};

use crate::permissions::ACTIONS;

const SECRET: &str = "provisioner-5ecret";
const ACCOUNTS: [(&str, &str); 2] = [("provisioner", SECRET), ("provisioner-key", "provisioner-key-5ecret")];

/// The policy that the manual says the account needs, without some of it.
fn document(without: &[&str]) -> Value {
    let kept = ACTIONS.iter().filter(|action| !without.contains(action));
    let admin: Vec<_> = kept.map(|action| format!("admin:{action}")).collect();
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": admin},
        {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]},
    ]})
}

/// Gives the account its rights by a policy of its own, or by one of its group; and makes it an access key.
fn server(by_group: bool) -> Server {
    let server = Server::new();
    server.mc(&["admin", "user", "add", "t", "provisioner", SECRET]).ok();
    server.policy("provision", &document(&[]).to_string());
    if by_group {
        server.mc(&["admin", "group", "add", "t", "provisioners", "provisioner"]).ok();
    }
    let to = if by_group { ["--group", "provisioners"] } else { ["--user", "provisioner"] };
    server.mc(&["admin", "policy", "attach", "t", "provision", to[0], to[1]]).ok();
    let (key, secret) = ACCOUNTS[1];
    let with = ["--access-key", key, "--secret-key", secret];
    server.mc(&[&["admin", "user", "svcacct", "add", "t", "provisioner"][..], &with].concat()).ok();
    server
}

fn run(server: &Server, account: (&str, &str), spec: &str) -> Ended {
    server.init_as(account, "endpoint: http://minio:9000", spec).secret("app", "app-5ecret").run()
}

/// The rest of each spec: what a run would leave half done.
const BESIDE: &str =
    "users: {app: {secretKey: {secret: app}, policies: [provision]}}\nbuckets: {beside: {}}\n";

fn policies(document: &Value) -> String {
    format!("policies: {{provision: {{document: {document}}}}}\n{BESIDE}")
}

/// The time at which the policy was written last. The server shows its actions in another order each time.
fn written(server: &Server) -> String {
    let shown = server.mc(&["admin", "policy", "info", "t", "provision"]).ok();
    let info: Value = serde_json::from_str(&shown).unwrap_or_default();
    info.get("UpdateDate").and_then(Value::as_str).unwrap_or("never").to_owned()
}

/// One conflict, and a server as it was.
fn refused(server: &Server, account: (&str, &str), spec: &str, at: &str, words: &str) {
    let before = written(server);
    let ended = run(server, account, spec).expect(4, "conflict");
    let conflicts = ended.report.get("conflicts").and_then(Value::as_array).cloned().unwrap_or_default();
    let said: Vec<_> = conflicts.iter().filter_map(|conflict| conflict["at"].as_str()).collect();
    assert_eq!(said, [at], "{}", ended.stdout);
    assert!(ended.stdout.contains(words), "{words}: {}", ended.stdout);
    assert!(!ended.stdout.contains("5ecret"), "{}", ended.stdout);
    assert!(!server.mc(&["ls", "t"]).ok().contains("beside"));
    assert!(!server.mc(&["admin", "user", "list", "t"]).ok().contains("app"));
    assert_eq!(before, written(server));
    assert!(server.mc(&["admin", "user", "info", "t", "provisioner"]).ok().contains("enabled"));
}

#[test]
fn a_policy_keeps_what_a_run_needs_of_it() {
    let server = server(false);
    let less = policies(&document(&["CreateUser"]));
    for account in ACCOUNTS {
        refused(&server, account, &less, "policies.provision", "no longer allows it admin:CreateUser:");
    }
    let mut denied = document(&[]);
    let deny = json!({"Effect": "Deny", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::beside"]});
    denied["Statement"].as_array_mut().unwrap().push(deny);
    let words = "no longer allows it s3:CreateBucket on beside, s3:ListBucket on beside:";
    refused(&server, ACCOUNTS[0], &policies(&denied), "policies.provision", words);
    let key =
        run(&server, ACCOUNTS[1], "users: {provisioner: {secretKey: {secret: app}, status: disabled}}\n");
    assert!(key.expect(4, "conflict").stdout.contains("access key of this user"));
    // The permissions that this spec does not need can go, and root needs no policy.
    let fine = policies(&document(&["CreateServiceAccount"]));
    run(&server, ACCOUNTS[0], &fine).expect(0, "changed");
    run(&server, ACCOUNTS[0], &fine).expect(0, "unchanged");
    let root = server.init(&less).secret("app", "app-5ecret").run();
    root.expect(0, "changed");
}

#[test]
fn a_group_keeps_its_rights_while_its_member_provisions() {
    let server = server(true);
    let spec = format!("groups: {{provisioners: {{status: disabled}}}}\n{BESIDE}");
    for account in ACCOUNTS {
        refused(&server, account, &spec, "groups.provisioners", "no more `provision`");
    }
    let less = policies(&document(&["CreateUser"]));
    refused(&server, ACCOUNTS[0], &less, "policies.provision", "no longer allows it admin:CreateUser:");
}

#[test]
fn the_account_is_not_provisioned_under_another_secret_of_the_same_name() {
    let server = server(false);
    let spec = "users: {closed: {accessKey: {secret: again}, secretKey: {secret: app}, status: disabled}}\nbuckets: {beside: {}}\n";
    let init = server.init_as(ACCOUNTS[0], "endpoint: http://minio:9000", spec);
    let ended = init.secret("app", "app-5ecret").secret("again", "provisioner").run().expect(78, "failed");
    assert!(ended.error().contains("cannot provision itself"), "{}", ended.stdout);
    assert!(!server.mc(&["ls", "t"]).ok().contains("beside"));
}

#[test]
fn a_bucket_policy_of_minio_binds_only_requests_without_a_signature() {
    let server = server(false);
    let spec = r#"buckets: {beside: {versioning: enabled, policy: {document: {Version: "2012-10-17", Statement: [{Effect: Deny, Principal: "*", Action: "s3:*", Resource: ["arn:aws:s3:::beside", "arn:aws:s3:::beside/*"]}]}}}}"#;
    run(&server, ACCOUNTS[0], spec).expect(0, "changed");
    run(&server, ACCOUNTS[0], spec).expect(0, "unchanged");
}
