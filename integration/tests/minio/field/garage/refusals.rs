//! Refusals of Garage: features that it does not have, and accounts without permission.

use crate::beds;

use super::{APP, SECRETS, run};

const USER: &str = "users: {app: {accessKey: GK00000000000000000000000a, secretKey: {secret: app}";

#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn what_garage_does_not_have_of_accounts_is_told_before_anything_is_written() {
    let garage = beds::fresh_garage();
    for (spec, at) in [
        (format!("{USER}, policies: [readwrite]}}}}"), "users.app.policies"),
        (format!("{USER}, status: disabled}}}}"), "users.app.status"),
        (format!("{USER}}}}}\ngroups: {{team: {{members: [app]}}}}"), "groups.team"),
        (format!("{USER}}}}}\naccessKeys: {{app-ci: {{state: absent}}}}"), "accessKeys.app-ci"),
        ("config: {api: {requests_max: \"4\"}}".to_owned(), "config"),
        ("buckets: {one: {tags: {a: b}}}".to_owned(), "buckets.one.tags"),
        ("buckets: {one: {anonymous: download}}".to_owned(), "buckets.one.policy"),
        ("buckets: {one: {versioning: enabled}}".to_owned(), "buckets.one.versioning"),
        ("buckets: {one: {region: elsewhere}}".to_owned(), "buckets.one.region"),
    ] {
        for command in ["plan", "apply"] {
            let ended = run(&garage, &format!("{spec}\n"), &[command], &SECRETS).expect(76, "failed");
            assert!(ended.error().contains(at), "{spec}: {}", ended.stdout);
        }
    }
    // Nothing has been written: there is no layout yet.
    let ended = run(&garage, "buckets: {one: {}}\n", &["plan"], &[]).expect(3, "drift");
    assert_eq!(ended.operations(), ["assign_layout", "import_key", "create_bucket"]);
}

#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn a_layout_that_is_not_for_a_spec_is_left_to_its_administrator() {
    let garage = beds::fresh_garage();
    // No layout is made where the spec has none.
    let bare = garage.head_with(", layout: {capacity: 1GB}", "");
    let ended = garage.whole_within(&format!("{bare}buckets: {{one: {{}}}}\n"), "5s").expect(69, "failed");
    assert!(ended.stdout.contains("garage layout assign"), "{}", ended.stdout);
    // Another region is told before anything is written.
    let other = format!("region: elsewhere\n{}buckets: {{one: {{}}}}\n", garage.head_with("", ""));
    garage.whole(&other, &[]).expect(76, "failed");
    let id = garage.exec("garage node id --quiet");
    let id = id.split('@').next().unwrap_or_default();
    garage.exec(&format!("garage layout assign --zone other --capacity 5GB {id}"));
    let ended = run(&garage, "buckets: {one: {}}\n", &[], &[]).expect(4, "conflict");
    assert!(ended.stdout.contains("garage layout revert"), "{}", ended.stdout);
    garage.exec("garage layout revert --yes");
    // What a run has staged that was cut is applied by the next one.
    garage.exec(&format!("garage layout assign --zone dc1 --capacity 1GB {id}"));
    run(&garage, "buckets: {one: {}}\n", &[], &[]).expect(0, "changed");
    run(&garage, "buckets: {one: {}}\n", &[], &[]).expect(0, "unchanged");
}

#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn a_token_or_a_secret_key_that_is_not_its_own_is_refused() {
    let garage = beds::fresh_garage();
    let spec = "buckets: {one: {}}\n";
    for wrong in ["canary-of-another", "0123456789ab.canary-of-another"] {
        let ended = garage.with_token(spec, wrong).expect(77, "failed");
        assert!(ended.stdout.contains("garage.adminToken"), "{}", ended.stdout);
        assert!(!ended.stdout.contains("canary") && !ended.log.contains("canary"), "{}", ended.stdout);
    }
    run(&garage, spec, &[], &[]).expect(0, "changed");
    // The admin API is on another port.
    let s3 = garage.head_with("garage:3903", "garage:3900");
    garage.whole(&format!("{s3}{spec}"), &[]).expect(76, "failed");
    // The account that provisions has another secret key.
    garage.with_own_secret(spec, "canary-of-another-0123").expect(77, "failed");
    // A bucket that is nowhere.
    let nowhere = format!("{USER}, access: [{{bucket: nowhere, level: read}}]}}}}\n");
    let ended = run(&garage, &nowhere, &[], &SECRETS).expect(4, "conflict");
    assert!(ended.stdout.contains("neither declared here nor on the server"), "{}", ended.stdout);
    // Names and secret keys that Garage does not take.
    let short = format!("{USER}}}}}\n");
    let ended = run(&garage, &short, &[], &[("app", "canary-short")]).expect(78, "failed");
    assert!(ended.stdout.contains("openssl rand -hex 32"), "{}", ended.stdout);
    let ended = run(&garage, &short.replace(APP, "app"), &["validate"], &[]).expect(65, "failed");
    assert!(ended.stdout.contains("openssl rand -hex 12"), "{}", ended.stdout);
}
