//! The limits of MinIO for access keys (service accounts), which it would report only after other changes were made.

use std::time::{SystemTime, UNIX_EPOCH};

use init_core::Text;

use crate::change::{AccessKeyDrift, Change, IdentityChange, NewAccessKey};
use crate::desired::Expiry;
use crate::desired::document::Document;
use crate::error::Error;
use crate::wire::client::Client;

/// The largest policy of an access key, in bytes (`maxSVCSessionPolicySize` in MinIO's cmd/iam.go).
const POLICY_LIMIT: usize = 4096;
/// The shortest and the longest time to an end, in seconds: 15 minutes and 365 days.
const EXPIRY: std::ops::RangeInclusive<i64> = 15 * 60..=365 * 24 * 60 * 60;

/// The error for a change that MinIO would refuse.
pub(super) fn exceeded(client: &Client, change: &Change) -> Option<Error> {
    let (key, policy, expires) = written(change)?;
    let unsupported = |field: &str, feature, why: String| Error::Unsupported {
        at: format!("accessKeys.{key}.{field}"),
        feature,
        endpoint: client.endpoint().clone(),
        why,
    };
    let size = policy.map_or(0, Document::stored_size);
    if size > POLICY_LIMIT {
        let why = format!(
            "the policy of an access key has at most {POLICY_LIMIT} bytes there, and this one {size}"
        );
        return Some(unsupported("policy", "this policy", why));
    }
    let Some(Expiry::At(end)) = expires else { return None };
    (!EXPIRY.contains(&end.saturating_sub(now()))).then(|| {
        let why = "an access key ends between 15 minutes and 365 days from now there: write such a time, or `never`";
        unsupported("expires", "this end", why.to_owned())
    })
}

/// The access key that a change writes, with its policy and its end where they are new.
fn written(change: &Change) -> Option<(&Text, Option<&Document>, Option<Expiry>)> {
    let Change::Identity(change) = change else { return None };
    if let IdentityChange::CreateAccessKey(NewAccessKey { access_key, document, expires, .. }) = change {
        return Some((access_key, document.as_ref(), *expires));
    }
    let IdentityChange::AlterAccessKey(AccessKeyDrift { access_key, policy, expires, .. }) = change else {
        return None;
    };
    Some((access_key, policy.as_ref().map(|drift| &drift.to), expires.as_ref().map(|drift| drift.to)))
}

/// The seconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "a time of the spec is judged; the plan and the report have no clock"
)]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
