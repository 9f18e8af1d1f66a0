//! A Garage that is adopted by its export, and the one of the example.

use crate::beds;

use super::{APP, SECRETS, SPEC, run};

/// The entries of a page, without the comment on top.
fn entries(page: &str) -> &str {
    page.find("\nusers:").map_or("", |at| &page[at..])
}

#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn an_exported_garage_changes_nothing_and_makes_an_equal_one() {
    let garage = beds::fresh_garage();
    run(&garage, SPEC, &[], &SECRETS).expect(0, "changed");
    for command in [
        "key import --yes -n by-hand GK00000000000000000000000c canary-hand-0123456789",
        "bucket create three",
        "bucket set-quotas three --max-size 5MB",
        "bucket allow three --key GK00000000000000000000000c --read",
        "bucket allow one --key GK00000000000000000000000c --read --write --owner",
    ] {
        garage.exec(&format!("garage {command}"));
    }
    let page = garage.export();
    assert!(!page.contains("canary"), "{page}");
    assert!(page.contains("\n  by-hand:\n    accessKey: GK00000000000000000000000c\n"), "{page}");
    let secrets = [
        ("app_secret_key", SECRETS[0].1),
        ("other_secret_key", SECRETS[1].1),
        ("by-hand_secret_key", "canary-hand-0123456789"),
    ];
    garage.whole(&page, &secrets).expect(0, "unchanged");
    let second = beds::fresh_garage();
    second.whole(&page, &secrets).expect(0, "changed");
    second.whole(&page, &secrets).expect(0, "unchanged");
    assert_eq!(entries(&second.export()), entries(&page));
    // Parts of it alone.
    let users = run(&garage, "", &["export", "--only", "users"], &[]);
    assert!(users.stdout.contains("\nusers:") && !users.stdout.contains("\nbuckets:"), "{}", users.stdout);
}

#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn what_a_spec_cannot_say_of_a_garage_is_told_by_its_export() {
    let garage = beds::fresh_garage();
    run(&garage, SPEC, &[], &SECRETS).expect(0, "changed");
    for command in [
        "key create --expires-in 10d ends",
        "key allow --create-bucket GK00000000000000000000000b",
        "bucket create three",
        "bucket alias three drei",
        "bucket allow three --key GK00000000000000000000000a --write",
        "bucket set-quotas one --max-objects 7 --max-size 1GiB",
        "bucket website --allow two",
        "bucket alias --local GK00000000000000000000000b two mine",
    ] {
        garage.exec(&format!("garage {command}"));
    }
    let page = garage.export();
    for note in [
        "users.ends: this key, which has an end",
        "users.other: its permission to make buckets",
        "users.other: its names of buckets that are for itself alone",
        "users.app: its permissions: those on bucket drei are no level",
        "buckets.drei: its other name three",
        "buckets.drei: its lifecycle and CORS rules, which the provisioning account may not read",
        "buckets.one: its limit of objects",
        "buckets.two: its website",
    ] {
        assert!(page.contains(&format!("#   {note}\n")), "{note}\n{page}");
    }
    // What is left out is left as it is.
    let secrets = [("app_secret_key", SECRETS[0].1), ("other_secret_key", SECRETS[1].1)];
    garage.whole(&page, &secrets).expect(0, "unchanged");
}

/// The stack suite, which runs the other examples, has no Garage.
#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn the_example_changes_a_new_garage_once() {
    let garage = beds::fresh_garage();
    let path = integration::root().join("examples/minio-init/garage.yaml");
    let example = std::fs::read_to_string(path).unwrap_or_default();
    // The region of the bed is the default one.
    let example = example.replace("region: garage\n", "");
    let secrets = [
        ("garage_own_key", beds::GARAGE_KEY),
        ("garage_own_secret", "canary-own-0123456789"),
        ("garage_admin_token", beds::GARAGE_TOKEN),
        ("garage_app_key", APP),
        ("garage_app_secret", SECRETS[0].1),
    ];
    garage.whole_with(&example, &secrets).expect(0, "changed");
    garage.whole_with(&example, &secrets).expect(0, "unchanged");
}
