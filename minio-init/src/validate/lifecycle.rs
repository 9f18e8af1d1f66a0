//! Validates lifecycle rules.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use super::tags;
use crate::desired::{Action, Rule, names};
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
        transition(&at, &wanted, &actions, violations);
        let LifecycleRule { id, status, prefix, tags, transition_to: tier, .. } = wanted;
        let rule = Rule { status, prefix: prefix.unwrap_or_default(), tags, actions, tier };
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
        ("transitionDays", Action::TransitionDays, wanted.transition_days),
        ("transitionNoncurrentDays", Action::TransitionNoncurrentDays, wanted.transition_noncurrent_days),
    ];
    let mut actions = BTreeMap::new();
    for (key, action, number) in numbers {
        match number {
            Some(0) if !action.is_transition() => {
                violations.push(&at.key(key), "expected a whole number from 1");
            }
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

/// Checks that a rule which moves objects names the tier, and moves them before it deletes them.
fn transition(
    at: &SpecPath,
    wanted: &LifecycleRule,
    actions: &BTreeMap<Action, u32>,
    violations: &mut Violations,
) {
    let moves = actions.keys().any(|action| action.is_transition());
    match &wanted.transition_to {
        None if moves => violations.push(at, "a transition goes to a tier: name it in `transitionTo`"),
        Some(tier) => {
            violations.check(&at.key("transitionTo"), names::tier(tier));
            if !moves {
                violations.push(
                    &at.key("transitionTo"),
                    "nothing goes to this tier: give transitionDays, transitionNoncurrentDays or both",
                );
            }
        }
        None => {}
    }
    for (key, moved, deleted) in [
        ("transitionDays", Action::TransitionDays, Action::ExpireDays),
        ("transitionNoncurrentDays", Action::TransitionNoncurrentDays, Action::ExpireNoncurrentDays),
    ] {
        if let (Some(moved), Some(deleted)) = (actions.get(&moved), actions.get(&deleted))
            && moved >= deleted
        {
            violations.push(&at.key(key), format!("the rule deletes them after {deleted} days already"));
        }
    }
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
        Action::TransitionDays => "transition",
        Action::TransitionNoncurrentDays => "noncurrent-transition",
    });
    let tags = rule.tags.iter().map(|(key, value)| format!("{key}={value}"));
    let prefix = Some(rule.prefix.clone()).filter(|prefix| !prefix.is_empty());
    let words = std::iter::once(words.collect::<Vec<_>>().join("-"));
    words.chain(prefix).chain(tags).collect::<Vec<_>>().join(" ")
}
