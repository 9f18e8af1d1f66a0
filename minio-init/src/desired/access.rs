//! The levels of access of users to buckets, and the canned policy that each user gets from them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::actions::{Actions, READ, READ_AND_WRITE};
use super::document::{Document, Kind};

/// The beginning of the names of policies that are made of levels.
const PREFIX: &str = "dayzero-";

/// The level of access of a user to a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// List the bucket and get its objects.
    Read,
    /// The same, and put and delete objects.
    Write,
    /// Everything, the settings of the bucket included.
    Owner,
}

impl Level {
    /// The actions on the bucket, and those on its objects.
    fn actions(self) -> Actions {
        match self {
            Self::Read => READ,
            Self::Write => READ_AND_WRITE,
            Self::Owner => (&["s3:*"], &["s3:*"]),
        }
    }

    fn statements(self, bucket: &str) -> [Value; 2] {
        let (on_bucket, on_objects) = self.actions();
        let statement = |actions: &[&str], resource: String| json!({"Effect": "Allow", "Action": actions, "Resource": [resource]});
        let arn = format!("arn:aws:s3:::{bucket}");
        [statement(on_bucket, arn.clone()), statement(on_objects, format!("{arn}/*"))]
    }
}

/// The name of the policy of a user's levels.
pub(crate) fn policy_name(label: &str) -> String {
    format!("{PREFIX}{label}")
}

/// The label of the user whose levels a policy has; `None` for any other policy.
pub(crate) fn label_of(policy: &str) -> Option<&str> {
    policy.strip_prefix(PREFIX)
}

/// True for the name of a policy of levels.
pub(crate) fn is_policy_name(name: &str) -> bool {
    label_of(name).is_some()
}

/// The levels that a policy was made of, by bucket; `None` for a policy that was not. The level of an owner is not among
/// them.
pub(crate) fn levels(document: &Document) -> Option<BTreeMap<String, Level>> {
    let resources =
        document.json().get("Statement")?.as_array()?.iter().filter_map(|one| one.get("Resource"));
    let resources = resources.filter_map(Value::as_array).flatten().filter_map(Value::as_str);
    let buckets =
        resources.filter_map(|arn| arn.strip_prefix("arn:aws:s3:::")).filter(|arn| !arn.contains('/'));
    let level = |bucket: &str| {
        let puts = document.allows("s3:PutObject", &[format!("{bucket}/")]);
        (bucket.to_owned(), if puts { Level::Write } else { Level::Read })
    };
    let levels = buckets.map(level).collect();
    policy(&levels).is_ok_and(|made| made == *document).then_some(levels)
}

/// The policy of a user's levels, by bucket. It fails for more buckets than one policy has room for.
pub(crate) fn policy(levels: &BTreeMap<String, Level>) -> Result<Document, &'static str> {
    let statements: Vec<_> = levels.iter().flat_map(|(bucket, level)| level.statements(bucket)).collect();
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    let problem = "these are more buckets than one policy has room for (20 KiB): write `policies` with a `*` in a resource";
    Document::parse(&document, Kind::Identity).map_err(|_| problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_allows_all_that_the_one_before_allows_and_more() {
        let policy_of = |level| policy(&BTreeMap::from([("data".to_owned(), level)])).unwrap();
        let levels = [Level::Read, Level::Write, Level::Owner].map(policy_of);
        let allows = |document: &Document, action: &str| {
            document.allows(action, &["data".to_owned(), "data/".to_owned()])
        };
        for (action, allowed) in [
            ("s3:ListBucket", [true, true, true]),
            ("s3:GetBucketLocation", [true, true, true]),
            ("s3:ListBucketMultipartUploads", [false, true, true]),
            ("s3:PutBucketPolicy", [false, false, true]),
            ("s3:DeleteBucket", [false, false, true]),
        ] {
            assert_eq!(levels.each_ref().map(|document| allows(document, action)), allowed, "{action}");
        }
        let elsewhere = ["other".to_owned(), "other/".to_owned()];
        assert!(levels.iter().all(|document| !document.allows("s3:ListBucket", &elsewhere)));
    }

    #[test]
    fn the_levels_of_a_policy_are_found_again_and_no_others() {
        let levels = BTreeMap::from([("one".to_owned(), Level::Read), ("two".to_owned(), Level::Write)]);
        let document = policy(&levels).unwrap();
        assert_eq!(super::levels(&document), Some(levels));
        let mut other = document.json().clone();
        other["Statement"][0]["Action"] = json!(["s3:ListBucket"]);
        assert_eq!(super::levels(&Document::read(&other).unwrap()), None);
        let owner = policy(&BTreeMap::from([("one".to_owned(), Level::Owner)])).unwrap();
        assert_eq!(super::levels(&owner), None);
    }

    #[test]
    fn more_buckets_than_a_policy_has_room_for_are_refused() {
        let many = |count: usize| (0..count).map(|n| (format!("bucket-{n:05}"), Level::Write)).collect();
        assert!(policy(&many(20)).is_ok());
        assert!(policy(&many(200)).is_err());
    }
}
