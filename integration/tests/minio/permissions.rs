//! The provisioning account needs what `docs/minio.md` lists, and every entry of the list.

use integration::Ended;
use integration::minio::Server;
use serde_json::json;

const SECRET: &str = "provisioner-5ecret";

/// The permissions for a spec with everything, as the manual lists them.
pub(super) const ACTIONS: [&str; 14] = [
    "CreateUser",
    "GetUser",
    "CreatePolicy",
    "GetPolicy",
    "AttachUserOrGroupPolicy",
    "AddUserToGroup",
    "GetGroup",
    "EnableGroup",
    "CreateServiceAccount",
    "UpdateServiceAccount",
    "ListServiceAccounts",
    "GetBucketQuota",
    "SetBucketQuota",
    "ConfigUpdate",
];

/// Everything that the admin API does, under names that end in `n`.
fn spec(n: &str, description: &str) -> String {
    format!(
        r#"
policies: {{p{n}: {{document: {{Version: "2012-10-17", Statement: [{{Effect: Allow, Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::*"]}}]}}}}}}
users: {{u{n}-user: {{secretKey: {{secret: provisioner}}, policies: [p{n}]}}}}
groups: {{g{n}: {{members: [u{n}-user], policies: [p{n}]}}, off{n}: {{members: [u{n}-user], status: disabled}}}}
accessKeys: {{k{n}-key: {{user: u{n}-user, secretKey: {{secret: provisioner}}, policy: p{n}, description: {description}}}}}
config: {{api: {{requests_max: "300"}}}}
buckets: {{b{n}-bucket: {{quota: 1GiB, versioning: enabled, anonymous: download, tags: {{a: b}}, lifecycle: [{{expireDays: 3}}]}}}}
"#
    )
}

fn allow(server: &Server, actions: &[&str]) {
    let admin: Vec<_> = actions.iter().map(|action| format!("admin:{action}")).collect();
    let document = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": admin},
        {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]},
    ]});
    server.policy("provision", &document.to_string());
}

fn run(server: &Server, spec: &str) -> Ended {
    let init = server.init_as(("provisioner", SECRET), "endpoint: http://minio:9000", spec);
    init.secret("provisioner", SECRET).run()
}

#[test]
fn the_documented_permissions_are_enough_and_each_of_them_is_needed() {
    let manual = include_str!("../../../docs/minio.md");
    let server = Server::new();
    server.mc(&["admin", "user", "add", "t", "provisioner", SECRET]).ok();
    allow(&server, &ACTIONS);
    server.mc(&["admin", "policy", "attach", "t", "provision", "--user", "provisioner"]).ok();
    run(&server, &spec("-all", "before")).expect(0, "changed");
    run(&server, &spec("-all", "before")).expect(0, "unchanged");
    run(&server, &spec("-all", "after")).expect(0, "changed");
    for (n, without) in ACTIONS.iter().enumerate() {
        assert!(manual.contains(&format!("`{without}`")), "{without} is not in the manual");
        let rest: Vec<_> = ACTIONS.iter().filter(|action| *action != without).copied().collect();
        allow(&server, &rest);
        // A change that only alters needs an object to alter.
        let update = *without == "UpdateServiceAccount";
        let spec = if update { spec("-all", "again") } else { spec(&format!("-{n}"), "new") };
        let ended = run(&server, &spec).expect(77, "failed");
        assert!(ended.error().contains("AccessDenied"), "{without}: {}", ended.stdout);
    }
}
