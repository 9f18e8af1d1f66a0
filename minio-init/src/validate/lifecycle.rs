//! Validates lifecycle rules.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use super::tags;
use crate::desired::{Action, Rule};
use crate::spec::LifecycleRule;

const ID_MAX: usize = 255;
const TAGS_MAX: usize = 10;

pub(super) fn rules(
    at: &SpecPath,
    wanted: Vec<LifecycleRule>,
    violations: &mut Violations,
) -> BTreeMap<String, Rule> {
    let mut rules = BTreeMap::new();
    for (index, wanted) in wanted.into_iter().enumerate() {
        let at = at.index(index);
        tags::check(&at.key("tags"), &wanted.tags, TAGS_MAX, violations);
        let actions = actions(&at, &wanted, violations);
        let LifecycleRule { id, status, prefix, tags, .. } = wanted;
        let rule = Rule { status, prefix: prefix.unwrap_or_default(), tags, actions };
        if id.as_ref().is_some_and(String::is_empty) {
            violations.push(&at.key("id"), "an id has 1 to 255 characters");
        }
        let id = id.unwrap_or_else(|| derived_id(&rule));
        if id.len() > ID_MAX {
            violations.push(&at, "an id has 1 to 255 characters: give the rule a short one of its own");
        }
        if rules.insert(id, rule).is_some() {
            violations.push(&at, "another rule has the same id (or is about the same and has none)");
        }
    }
    rules
}

fn actions(at: &SpecPath, wanted: &LifecycleRule, violations: &mut Violations) -> BTreeMap<Action, u32> {
    let numbers = [
        ("expireDays", Action::ExpireDays, wanted.expire_days),
        ("expireNoncurrentDays", Action::ExpireNoncurrentDays, wanted.expire_noncurrent_days),
        ("keepNoncurrentVersions", Action::KeepNoncurrentVersions, wanted.keep_noncurrent_versions),
        ("abortIncompleteUploadDays", Action::AbortIncompleteUploadDays, wanted.abort_incomplete_upload_days),
    ];
    let mut actions = BTreeMap::new();
    for (key, action, number) in numbers {
        match number {
            Some(0) => violations.push(&at.key(key), "expected a whole number from 1"),
            Some(number) => drop(actions.insert(action, number)),
            None => {}
        }
    }
    if wanted.expire_delete_markers == Some(true) {
        actions.insert(Action::ExpireDeleteMarkers, 1);
        if wanted.expire_days.is_some() {
            violations
                .push(&at.key("expireDeleteMarkers"), "S3 takes this or expireDays in one rule, not both");
        }
        if !wanted.tags.is_empty() {
            violations.push(&at.key("expireDeleteMarkers"), "a delete marker has no tags");
        }
    }
    if actions.contains_key(&Action::AbortIncompleteUploadDays) && !wanted.tags.is_empty() {
        violations.push(&at.key("abortIncompleteUploadDays"), "an upload has no tags yet");
    }
    if actions.is_empty() {
        violations
            .push(at, "a rule does something: expireDays, expireNoncurrentDays, keepNoncurrentVersions, …");
    }
    actions
}

/// The id of a rule without one, derived from its filter and actions but not from their numbers: another number then
/// changes the rule, in the place of adding one.
fn derived_id(rule: &Rule) -> String {
    let words = rule.actions.keys().map(|action| match action {
        Action::ExpireDays => "expire",
        Action::ExpireDeleteMarkers => "markers",
        Action::ExpireNoncurrentDays => "noncurrent",
        Action::KeepNoncurrentVersions => "keep",
        Action::AbortIncompleteUploadDays => "uploads",
    });
    let tags = rule.tags.iter().map(|(key, value)| format!("{key}={value}"));
    let prefix = Some(rule.prefix.clone()).filter(|prefix| !prefix.is_empty());
    let words = std::iter::once(words.collect::<Vec<_>>().join("-"));
    words.chain(prefix).chain(tags).collect::<Vec<_>>().join(" ")
}
