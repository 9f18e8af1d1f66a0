//! RustFS has MinIO's admin API with answers of its own. It takes long to build, so a server that answers as it does
//! stands in for it here; `field::rustfs` has the real one.

use std::collections::BTreeSet;

use integration::{Ended, FakeHttp, Init};

use crate::fake_rustfs;

const SPEC: &str = r#"
policies: {app: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::data/*"}]}}}
users: {loki: {secretKey: {secret: loki}, policies: [app]}}
groups: {team: {members: [loki]}}
buckets: {data: {quota: 1GiB}}
"#;

fn run(fake: &FakeHttp, spec: &str, args: &[&str]) -> Ended {
    let head = format!(
        "endpoint: http://s3:{}\ncredentials: {{accessKey: {}, secretKey: {{secret: root}}}}\n{spec}",
        fake.port(),
        fake_rustfs::ROOT
    );
    let init = Init::new("minio-init", &head).network("bridge").docker(&["--add-host", "s3:host-gateway"]);
    init.secret("root", "canary-root-5ecret").secret("loki", "canary-loki-5ecret").args(args).run()
}

#[test]
fn users_policies_groups_and_quotas_are_those_of_the_admin_api() {
    let (fake, stored) = fake_rustfs::start("app", "loki");
    run(&fake, SPEC, &["plan"]).expect(3, "drift");
    assert!(fake.asked().iter().all(|line| line.starts_with("GET ")), "{:?}", fake.asked());
    run(&fake, SPEC, &[]).expect(0, "changed");
    run(&fake, &format!("server: rustfs\n{SPEC}"), &[]).expect(0, "unchanged");
    run(&fake, &format!("server: minio\n{SPEC}"), &[]).expect(76, "failed");
    let stored = stored.lock().unwrap();
    assert_eq!(stored.policies.keys().collect::<Vec<_>>(), ["app"]);
    assert!(stored.users["loki"].contains("app") && stored.groups["team"].contains("loki"), "{stored:?}");
    assert_eq!(stored.quotas["data"]["quota"], 1 << 30, "{stored:?}");
}

/// Each thing that is missing comes as one code, whatever it is, and never as a failure.
#[test]
fn what_is_lost_is_made_again() {
    let (fake, stored) = fake_rustfs::start("app", "loki");
    run(&fake, SPEC, &[]).expect(0, "changed");
    stored.lock().unwrap().groups.clear();
    stored.lock().unwrap().policies.clear();
    let ended = run(&fake, SPEC, &[]).expect(0, "changed");
    assert_eq!(ended.changes(), ["create_policy app: applied", "create_group team: applied"]);
    run(&fake, SPEC, &[]).expect(0, "unchanged");
    stored.lock().unwrap().groups.values_mut().for_each(BTreeSet::clear);
    let ended = run(&fake, SPEC, &[]).expect(0, "changed");
    assert_eq!(ended.changes(), ["add_members team: applied"]);
}

/// The server fails with 500 for a user in the place of an access key (service account), and the reverse.
#[test]
fn a_name_that_is_used_otherwise_is_a_conflict() {
    let (fake, _) = fake_rustfs::start("app", "loki");
    run(&fake, SPEC, &[]).expect(0, "changed");
    let ended = run(&fake, "accessKeys: {loki: {secretKey: {secret: loki}}}\n", &[]).expect(4, "conflict");
    assert!(ended.stdout.contains("accessKeys.loki"), "{}", ended.stdout);
}

#[test]
fn an_access_key_may_provision() {
    let (fake, stored) = fake_rustfs::start("app", "loki");
    stored.lock().unwrap().keys.insert(fake_rustfs::ROOT.to_owned(), "provisioner".to_owned());
    stored.lock().unwrap().users.entry("provisioner".to_owned()).or_default();
    run(&fake, SPEC, &[]).expect(0, "changed");
    run(&fake, SPEC, &[]).expect(0, "unchanged");
}

/// A server that is busy has not said what it is: it is asked again, and never taken for one without an admin API.
#[test]
fn a_busy_server_is_asked_again_what_it_is() {
    let (fake, stored) = fake_rustfs::start("app", "loki");
    stored.lock().unwrap().busy = 1;
    run(&fake, SPEC, &[]).expect(0, "changed");
    assert_eq!(stored.lock().unwrap().busy, 0);
}
