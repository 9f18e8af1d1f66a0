//! Servers beside MinIO. Garage has less: what it does not have is said before anything is written, and a lifecycle
//! rule of which it drops a part is taken back.

pub(super) mod effects;
pub(super) mod encryption;
mod old_release;
mod table;

use crate::beds::garage;

#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn what_garage_does_not_have_is_said_before_anything_is_written() {
    let garage = garage();
    garage.run("buckets: {there: {anonymous: none}}\n", &[]).expect(0, "changed");
    garage.run("buckets: {there: {anonymous: none}}\n", &[]).expect(0, "unchanged");
    for (property, feature) in [
        ("anonymous: download", "policy"),
        ("objectLock: {mode: GOVERNANCE, days: 1}", "objectLock"),
        ("encryption: sse-s3", "encryption"),
        ("tags: {a: b}", "tags"),
        (
            "notifications: [{target: \"arn:aws:sqs:a:b:c\", events: [\"s3:ObjectCreated:*\"]}]",
            "notifications",
        ),
    ] {
        for command in ["plan", "apply"] {
            let ended = garage.run(&format!("buckets: {{first: {{}}, new: {{{property}}}}}\n"), &[command]);
            let ended = ended.expect(76, "failed");
            let said = format!("buckets.new.{feature}: {feature} is not supported by garage:3900");
            assert!(ended.error().contains(&said), "{property}: {}", ended.stdout);
            garage.run("buckets: {first: {}}\n", &["plan"]).expect(3, "drift");
        }
    }
}

#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn garage_keeps_no_tags_of_a_rule_so_the_rule_is_taken_back() {
    let garage = garage();
    let run = |rules: &str, args: &[&str]| {
        garage.run(&format!("buckets: {{logs: {{lifecycle: [{rules}]}}}}\n"), args)
    };
    let whole = "{id: old, prefix: old/, expireDays: 9}";
    run(whole, &[]).expect(0, "changed");
    run(whole, &[]).expect(0, "unchanged");
    let tagged = "{id: tagged, prefix: tmp/, tags: {kind: tmp}, expireDays: 1}";
    let altered = "{id: old, prefix: old/, tags: {kind: tmp}, expireDays: 1}";
    for rules in [tagged, altered] {
        let ended = run(rules, &[]).expect(76, "failed");
        assert!(
            ended.error().contains("tags is not supported") && ended.error().contains("taken back"),
            "{}",
            ended.stdout
        );
        run(whole, &["plan"]).expect(0, "unchanged");
        run(rules, &["plan"]).expect(3, "drift");
    }
}
