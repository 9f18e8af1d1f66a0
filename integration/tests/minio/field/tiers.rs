//! Tiers that somebody changes, that cannot be reached, and that are declared by two runs at once.

use integration::docker;

use crate::pair::ACCOUNT;
use crate::tiers::pair;

const SPEC: &str = r#"
tiers: {COLD: {type: minio, endpoint: "http://far:9000", accessKey: {secret: far_user}, secretKey: {secret: far_key}, bucket: cold, prefix: a}}
buckets: {hot: {lifecycle: [{id: move, prefix: old/, transitionDays: 5, expireDays: 30, transitionTo: COLD}]}}
"#;
const OTHER_KEY: &str = "canary-other-5ecret";

#[test]
#[ignore = "takes long: just field long"]
fn a_new_secret_key_is_found_by_trying_the_one_that_the_server_has() {
    let pair = pair();
    pair.run(SPEC, &[]).expect(0, "changed");
    pair.set_secret(OTHER_KEY);
    // The old one is refused there, and nobody can mend that but who knows the new one.
    let refused = pair.run(SPEC, &[]).expect(77, "failed");
    assert!(refused.error().contains("XMinioAdminTierInsufficientPermissions"), "{}", refused.stdout);
    pair.run_with(OTHER_KEY, SPEC, &["plan"]).expect(3, "drift");
    let healed = pair.run_with(OTHER_KEY, SPEC, &[]).expect(0, "changed");
    assert_eq!(healed.changes(), ["alter_tier COLD: applied"]);
    pair.run_with(OTHER_KEY, SPEC, &[]).expect(0, "unchanged");
    pair.near
        .init(SPEC)
        .secret("far_user", ACCOUNT.0)
        .args(&["plan", "--without-secrets"])
        .run()
        .expect(0, "unchanged");
    // Another account with the same rights.
    pair.far.shell("mc admin user add t second canary-second-5ecret && mc admin policy attach t readwrite --user second").ok();
    let second = SPEC.replace("{secret: far_user}", "second");
    let run =
        |args: &[&str]| pair.near.init(&second).secret("far_key", "canary-second-5ecret").args(args).run();
    assert_eq!(run(&[]).expect(0, "changed").changes(), ["alter_tier COLD: applied"]);
    run(&[]).expect(0, "unchanged");
}

#[test]
#[ignore = "takes long: just field long"]
fn what_is_changed_by_hand_is_set_back_and_what_is_not_named_stays() {
    let pair = pair();
    pair.run(SPEC, &[]).expect(0, "changed");
    pair.far.mc(&["mb", "t/other"]).ok();
    let (user, key) = ACCOUNT;
    let add = format!(
        "mc ilm tier add minio t OTHER --endpoint http://far:9000 --access-key {user} --secret-key {key} --bucket other --prefix x \
         && mc ilm rule add t/hot --prefix mine/ --transition-days 3 --transition-tier OTHER"
    );
    pair.near.shell(&add).ok();
    for edit in [
        "mc ilm rule edit t/hot --id move --transition-days 9",
        "mc ilm rule edit t/hot --id move --transition-days 5 --transition-tier OTHER",
        "mc ilm rule rm t/hot --id move",
    ] {
        pair.near.shell(edit).ok();
        let healed = pair.run(SPEC, &[]).expect(0, "changed");
        assert_eq!(healed.changes(), ["set_lifecycle hot: applied"], "{edit}");
        pair.run(SPEC, &[]).expect(0, "unchanged");
    }
    let rules = pair.near.mc(&["ilm", "rule", "export", "t/hot"]).ok();
    assert!(rules.contains("mine/") && rules.contains("OTHER"), "{rules}");
    // A rule may name a tier that only the server has.
    let named = "buckets: {hot: {lifecycle: [{id: more, prefix: more/, transitionNoncurrentDays: 1, transitionTo: OTHER}]}}\n";
    pair.run(named, &[]).expect(0, "changed");
    pair.run(named, &[]).expect(0, "unchanged");
}

/// The other server takes connections and answers nothing, for which MinIO itself waits for minutes.
#[test]
#[ignore = "takes long: just field long"]
fn a_silent_server_of_a_tier_keeps_no_run_from_its_end() {
    let pair = pair();
    pair.run(SPEC, &[]).expect(0, "changed");
    docker(&["pause", pair.far.name()]).ok();
    for command in ["plan", "apply"] {
        pair.run(SPEC, &[command]).expect(0, "unchanged");
    }
    docker(&["unpause", pair.far.name()]).ok();
    pair.run(SPEC, &[]).expect(0, "unchanged");
}

#[test]
#[ignore = "takes long: just field long"]
fn a_tier_stays_in_its_place() {
    let pair = pair();
    pair.run(SPEC, &[]).expect(0, "changed");
    for (from, to, at) in [
        ("bucket: cold", "bucket: elsewhere", "tiers.COLD.bucket"),
        ("prefix: a", "prefix: b", "tiers.COLD.prefix"),
        ("http://far:9000", "http://farther:9000", "tiers.COLD.endpoint"),
        ("type: minio", "type: s3", "tiers.COLD.type"),
        ("prefix: a}", "prefix: a, region: eu-west-1}", "tiers.COLD.region"),
    ] {
        let moved = pair.run(&SPEC.replace(from, to), &[]).expect(4, "conflict");
        assert!(
            moved.stdout.contains(at) && moved.stdout.contains("stays where its objects are"),
            "{}",
            moved.stdout
        );
    }
    // The same place in other words.
    let same = SPEC.replace("http://far:9000", "http://FAR:9000/").replace("prefix: a", "prefix: a/");
    pair.run(&same, &[]).expect(0, "unchanged");
    pair.run(&SPEC.replace(", prefix: a", ""), &[]).expect(0, "unchanged");
}

#[test]
#[ignore = "takes long: just field long"]
fn a_tier_that_cannot_be_made_is_told_before_any_rule_is_written() {
    let pair = pair();
    let no_rule = || assert!(pair.near.mc(&["ls", "t"]).ok().is_empty(), "nothing is made");
    let wrong = pair.run_with(OTHER_KEY, SPEC, &[]).expect(77, "failed");
    assert!(wrong.error().contains("failed to perform PUT"), "{}", wrong.stdout);
    no_rule();
    let none = SPEC.replace("bucket: cold", "bucket: not-there");
    let none = pair.run(&none, &[]);
    assert!(none.exit == 77 && none.error().contains("not-there"), "{}", none.stdout);
    no_rule();
    pair.far.shell("echo x | mc pipe t/cold/a/taken").ok();
    let taken = pair.run(SPEC, &[]).expect(76, "failed");
    assert!(taken.error().contains("XMinioAdminTierBackendInUse"), "{}", taken.stdout);
    no_rule();
    pair.far.mc(&["rm", "t/cold/a/taken"]).ok();
    docker(&["stop", "--time", "1", pair.far.name()]).ok();
    let away = pair.run(SPEC, &["--timeout", "15s"]).expect(69, "failed");
    assert!(away.error().contains("gave up applying create_tier"), "{}", away.stdout);
    no_rule();
    docker(&["start", pair.far.name()]).ok();
    pair.far.ready();
    pair.run(SPEC, &[]).expect(0, "changed");
    // A tier that is as declared stays so while its server is away.
    docker(&["stop", "--time", "1", pair.far.name()]).ok();
    pair.run(SPEC, &[]).expect(0, "unchanged");
}

#[test]
#[ignore = "takes long: just field long"]
fn a_rule_to_a_tier_that_nobody_has_is_told_before_anything_is_written() {
    let pair = pair();
    let unknown = "buckets: {hot: {lifecycle: [{id: a, transitionDays: 1, transitionTo: NOWHERE}]}}\n";
    for command in ["plan", "apply"] {
        let ended = pair.run(unknown, &[command]).expect(76, "failed");
        assert!(ended.error().contains("declares no tier NOWHERE"), "{}", ended.stdout);
        assert!(pair.near.mc(&["ls", "t"]).ok().is_empty());
    }
}

#[test]
#[ignore = "takes long: just field long"]
fn two_runs_at_once_make_all_tiers_of_both() {
    let pair = pair();
    let spec = |names: [&str; 2]| {
        let tier = |name: &str| {
            format!(
                "{name}: {{type: s3, endpoint: \"http://far:9000\", accessKey: {{secret: far_user}}, secretKey: {{secret: far_key}}, bucket: cold, prefix: {name}}}"
            )
        };
        format!("tiers: {{{}}}\n", names.map(tier).join(", "))
    };
    let specs = [spec(["A", "SHARED"]), spec(["B", "SHARED"])];
    for run in [0, 1].map(|which: usize| pair.init(&specs[which]).start()) {
        assert_eq!(run.wait().exit, 0);
    }
    for spec in &specs {
        pair.init(spec).run().expect(0, "unchanged");
    }
    // And many at once on tiers that are there: each has the server try all of them.
    for run in [0, 1, 0, 1].map(|which: usize| pair.init(&specs[which]).start()) {
        run.wait().expect(0, "unchanged");
    }
}

#[test]
#[ignore = "takes long: just field long"]
fn an_exported_tier_changes_nothing() {
    let pair = pair();
    pair.run(SPEC, &[]).expect(0, "changed");
    let page = pair.near.init("").args(&["export"]).run();
    let tiers = page.stdout.find("tiers:").map_or("", |at| &page.stdout[at..]);
    assert!(tiers.contains("COLD_secret_key") && tiers.contains("transitionTo: COLD"), "{}", page.stdout);
    assert!(!page.stdout.contains("5ecret"), "{}", page.stdout);
    let again = || pair.near.init(tiers).secret("COLD_secret_key", ACCOUNT.1);
    again().run().expect(0, "unchanged");
    pair.near.init(tiers).args(&["plan", "--without-secrets"]).run().expect(0, "unchanged");
}
