//! Lifecycle rules. A rule that deletes is dangerous on a server that keeps it without its filter, so it is written
//! disabled first, read again, and enabled only when the server has all of it. Else it is taken back: what was there
//! before is there again, and the field that the server does not keep is named.

use std::collections::BTreeMap;

use tokio::time::{Instant, sleep};

use super::shared::write;
use crate::desired::{Action, Rule, Status};
use crate::error::Error;
use crate::wire::client::Client;
use crate::wire::s3::{self, Subresource};
use crate::wire::shared_writes::jitter;
use crate::wire::xml::Element;

/// Two writes when all is well.
const TRIES: u32 = 16;

type Rules = BTreeMap<String, Rule>;

/// What a reading shows of rules that were written.
enum Kept {
    /// As they were written.
    Whole,
    /// One of them is not there: another run has written over it, or it is not shown yet.
    Absent,
    /// One of them is there and lacks this.
    Without(String, &'static str),
}

pub(super) async fn update(client: &Client, bucket: &str, rules: &Rules) -> Result<(), Error> {
    let _turn = client.shared().turn().await;
    let asleep: Rules = rules.iter().map(|(id, rule)| (id.clone(), disabled(rule))).collect();
    let (mut now, mut etag) = read(client, bucket).await?;
    let before = now.clone();
    let taken_back = async |(id, field): (String, &'static str)| {
        Err(take_back(client, bucket, rules, before.as_ref(), (&id, field)).await)
    };
    for tried in 0..TRIES {
        if let Kept::Whole = kept(now.as_ref(), rules) {
            client.shared().note(Instant::now());
            return Ok(());
        }
        // Only what has been read whole, and is disabled, is enabled.
        let step = if let Kept::Whole = kept(now.as_ref(), &asleep) { rules } else { &asleep };
        let began = Instant::now();
        let body = s3::lifecycle_xml(s3::other_rules(now.as_ref(), rules), step);
        let written = write(client, bucket, Subresource::Lifecycle, body, etag.as_deref()).await?;
        client.shared().note(began);
        let (after, tag) = read(client, bucket).await?;
        if written && let Some(lost) = lost_filter(now.as_ref(), after.as_ref(), rules) {
            return taken_back(lost).await;
        }
        match kept(after.as_ref(), step) {
            Kept::Without(id, field) if written => return taken_back((id, field)).await,
            Kept::Whole => (now, etag) = (after, tag),
            // Another run was faster, or was slower and wrote over it.
            Kept::Without(..) | Kept::Absent => {
                sleep(jitter(8 << tried.min(7))).await;
                (now, etag) = read(client, bucket).await?;
            }
        }
    }
    let id = rules.keys().next().cloned().unwrap_or_default();
    taken_back((id, "the rule")).await
}

async fn read(client: &Client, bucket: &str) -> Result<(Option<Element>, Option<String>), Error> {
    client.read_tagged(bucket, Subresource::Lifecycle).await
}

fn disabled(rule: &Rule) -> Rule {
    Rule { status: Some(Status::Disabled), ..rule.clone() }
}

fn kept(now: Option<&Element>, rules: &Rules) -> Kept {
    let now = now.map(s3::lifecycle).unwrap_or_default();
    let mut absent = false;
    for (id, rule) in rules {
        match now.get(id) {
            None => absent = true,
            Some(seen) => match seen.rule.as_ref() {
                None => return Kept::Without(id.clone(), "the form of the rule"),
                Some(seen) => {
                    // Another status is another run's, which is on the way to the same.
                    absent = absent || seen.status != rule.status;
                    if let Some(field) = difference(rule, seen) {
                        return Kept::Without(id.clone(), field);
                    }
                }
            },
        }
    }
    if absent { Kept::Absent } else { Kept::Whole }
}

/// The first field that differs, as a spec calls it; the status apart.
fn difference(rule: &Rule, seen: &Rule) -> Option<&'static str> {
    if rule.prefix != seen.prefix {
        return Some("prefix");
    }
    if rule.tags != seen.tags {
        return Some("tags");
    }
    let fields = [
        (Action::KeepNoncurrentVersions, "keepNoncurrentVersions"),
        (Action::ExpireDays, "expireDays"),
        (Action::ExpireNoncurrentDays, "expireNoncurrentDays"),
        (Action::ExpireDeleteMarkers, "expireDeleteMarkers"),
        (Action::AbortIncompleteUploadDays, "abortIncompleteUploadDays"),
    ];
    fields
        .into_iter()
        .find(|(action, _)| rule.actions.get(action) != seen.actions.get(action))
        .map(|(_, field)| field)
}

/// A rule that is not ours and that the server wrote back with another condition.
fn lost_filter(
    before: Option<&Element>,
    after: Option<&Element>,
    ours: &Rules,
) -> Option<(String, &'static str)> {
    let condition = |element: &Element| {
        let of = |name| element.at(&[name]).cloned();
        (of("Filter"), of("Prefix"), of("NoncurrentVersionExpiration"))
    };
    let id = |element: &Element| element.value(&["ID"]).unwrap_or_default().to_owned();
    let after: BTreeMap<_, _> =
        s3::other_rules(after, ours).map(|element| (id(element), condition(element))).collect();
    let changed = |element: &&Element| {
        let id = id(element);
        !id.is_empty() && after.get(&id).is_some_and(|after| *after != condition(element))
    };
    s3::other_rules(before, ours)
        .find(changed)
        .map(|element| (id(element), "the filter of a rule that was there"))
}

/// Ours as they were before, beside what others have made of the rest meanwhile.
async fn take_back(
    client: &Client,
    bucket: &str,
    ours: &Rules,
    before: Option<&Element>,
    (id, field): (&str, &'static str),
) -> Error {
    let restored = async {
        let (now, etag) = read(client, bucket).await?;
        let rules: Vec<_> =
            s3::other_rules(now.as_ref(), ours).chain(s3::these_rules(before, ours)).collect();
        let body = (!rules.is_empty()).then(|| s3::lifecycle_xml(rules, []));
        client.write_over(bucket, Subresource::Lifecycle, body, etag.as_deref()).await
    };
    let done = match restored.await {
        Ok(()) => "so it was taken back, and what was there before is there again".to_owned(),
        Err(error) => format!("and it could not be taken back, so look at the bucket's rules: {error}"),
    };
    Error::Unsupported {
        at: format!("buckets.{bucket}.lifecycle, rule {id}"),
        feature: field,
        endpoint: client.endpoint().clone(),
        why: format!("it accepts the rule and keeps it without, {done}"),
    }
}
