//! Writes lifecycle rules. A rule that deletes objects is dangerous on a server that stores it without its filter. So
//! it is written disabled first, read again, and enabled only when the server has stored all of it. Otherwise the
//! previous rules are restored, and the field that the server drops is named.

use std::collections::BTreeMap;

use tokio::time::{Instant, sleep};

use super::shared::write;
use crate::desired::{Action, Rule, Status};
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::s3::{self, Subresource};
use crate::wire::shared_writes::jitter;
use crate::wire::xml::Element;

/// The most attempts; two writes are enough without concurrent runs.
const TRIES: u32 = 16;

type Rules = BTreeMap<String, Rule>;

/// The state of rules that were written.
enum Stored {
    /// All rules are stored as they were written.
    Whole,
    /// A rule is missing: another run has overwritten it, or it is not shown yet.
    Missing,
    /// A rule is stored without this field.
    Without(String, &'static str),
}

pub(super) async fn update(client: &Client, bucket: &str, rules: &Rules) -> Result<(), Error> {
    let _turn = client.shared().permit().await;
    let disabled_rules: Rules = rules.iter().map(|(id, rule)| (id.clone(), disabled(rule))).collect();
    let (mut current, mut etag) = read(client, bucket).await?;
    let before = current.clone();
    let fail_restored = async |(id, field): (String, &'static str)| {
        Err(restore(client, bucket, rules, before.as_ref(), (&id, field)).await)
    };
    for tried in 0..TRIES {
        if let Stored::Whole = stored(current.as_ref(), rules) {
            client.shared().record_write(Instant::now());
            return Ok(());
        }
        // A rule is enabled only when it was read completely and is disabled.
        let next = if let Stored::Whole = stored(current.as_ref(), &disabled_rules) {
            rules
        } else {
            &disabled_rules
        };
        let began = Instant::now();
        let body = s3::lifecycle_xml(s3::other_rules(current.as_ref(), rules), next);
        let written = write(client, bucket, Subresource::Lifecycle, body, etag.as_deref()).await?;
        client.shared().record_write(began);
        let (after, tag) = read(client, bucket).await?;
        if written && let Some(changed) = changed_rule_of_others(current.as_ref(), after.as_ref(), rules) {
            return fail_restored(changed).await;
        }
        match stored(after.as_ref(), next) {
            Stored::Without(id, field) if written => return fail_restored((id, field)).await,
            Stored::Whole => (current, etag) = (after, tag),
            // Another run was faster, or overwrote the rules.
            Stored::Without(..) | Stored::Missing => {
                sleep(jitter(8 << tried.min(7))).await;
                (current, etag) = read(client, bucket).await?;
            }
        }
    }
    let id = rules.keys().next().cloned().unwrap_or_default();
    fail_restored((id, "the rule")).await
}

async fn read(client: &Client, bucket: &str) -> Result<(Option<Element>, Option<String>), Error> {
    client.read_xml_with_etag(bucket, Subresource::Lifecycle).await
}

fn disabled(rule: &Rule) -> Rule {
    Rule { status: Some(Status::Disabled), ..rule.clone() }
}

fn stored(current: Option<&Element>, rules: &Rules) -> Stored {
    let current = current.map(s3::lifecycle).unwrap_or_default();
    let mut missing = false;
    for (id, rule) in rules {
        match current.get(id) {
            None => missing = true,
            Some(existing) => match existing.rule.as_ref() {
                None => return Stored::Without(id.clone(), "the form of the rule"),
                Some(existing) => {
                    // Another status was written by another run, which is at another step of the same change.
                    missing = missing || existing.status != rule.status;
                    if let Some(field) = difference(rule, existing) {
                        return Stored::Without(id.clone(), field);
                    }
                }
            },
        }
    }
    if missing { Stored::Missing } else { Stored::Whole }
}

/// The first field that differs, by its key in a spec, apart from the status.
fn difference(rule: &Rule, existing: &Rule) -> Option<&'static str> {
    if rule.prefix != existing.prefix {
        return Some("prefix");
    }
    if rule.tags != existing.tags {
        return Some("tags");
    }
    if rule.tier != existing.tier {
        return Some("transitionTo");
    }
    let fields = [
        (Action::KeepNoncurrentVersions, "keepNoncurrentVersions"),
        (Action::ExpireDays, "expireDays"),
        (Action::ExpireNoncurrentDays, "expireNoncurrentDays"),
        (Action::ExpireDeleteMarkers, "expireDeleteMarkers"),
        (Action::AbortIncompleteUploadDays, "abortIncompleteUploadDays"),
        (Action::TransitionDays, "transitionDays"),
        (Action::TransitionNoncurrentDays, "transitionNoncurrentDays"),
    ];
    fields
        .into_iter()
        .find(|(action, _)| rule.actions.get(action) != existing.actions.get(action))
        .map(|(_, field)| field)
}

/// A rule of another writer that the server has stored with another condition than it had.
fn changed_rule_of_others(
    before: Option<&Element>,
    after: Option<&Element>,
    declared: &Rules,
) -> Option<(String, &'static str)> {
    let condition = |element: &Element| {
        let of = |name| element.descendant(&[name]).cloned();
        (of("Filter"), of("Prefix"), of("NoncurrentVersionExpiration"))
    };
    let id = |element: &Element| element.value(&["ID"]).unwrap_or_default().to_owned();
    let after: BTreeMap<_, _> =
        s3::other_rules(after, declared).map(|element| (id(element), condition(element))).collect();
    let changed = |element: &&Element| {
        let id = id(element);
        !id.is_empty() && after.get(&id).is_some_and(|after| *after != condition(element))
    };
    s3::other_rules(before, declared)
        .find(changed)
        .map(|element| (id(element), "the filter of a rule that was there"))
}

/// Restores the previous versions of the declared rules, and keeps what others have written of the rest meanwhile.
async fn restore(
    client: &Client,
    bucket: &str,
    declared: &Rules,
    before: Option<&Element>,
    (id, field): (&str, &'static str),
) -> Error {
    let restored = async {
        let (current, etag) = read(client, bucket).await?;
        let rules: Vec<_> =
            s3::other_rules(current.as_ref(), declared).chain(s3::rules_with_ids(before, declared)).collect();
        let body = (!rules.is_empty()).then(|| s3::lifecycle_xml(rules, []));
        client.write_if_unchanged(bucket, Subresource::Lifecycle, body, etag.as_deref()).await
    };
    let done = match restored.await {
        Ok(()) => "so it was taken back, and what was there before is there again".to_owned(),
        Err(error) => format!("and it could not be taken back, so check the rules of the bucket: {error}"),
    };
    Error::Unsupported {
        at: format!("buckets.{bucket}.lifecycle, rule {id}"),
        feature: field,
        endpoint: client.endpoint().clone(),
        why: format!("it accepts the rule and stores it without this, {done}"),
    }
}
