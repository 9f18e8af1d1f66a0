//! The parts of a spec's accounts that SeaweedFS does not have, told before anything is written.

use init_core::Text;

use super::unsupported::Unsupported;
use crate::desired::{AccessKey, Desired, Expiry, User, access, names};

/// The most policies of one user (`MaxManagedPoliciesPerUser`).
const POLICIES_OF_USER: usize = 10;
const NAME: &str = "SeaweedFS takes access keys of 4 to 128 letters and digits: write one in `accessKey`";

/// The first part of the spec that SeaweedFS does not have.
pub(super) fn unsupported(desired: &Desired) -> Option<Unsupported> {
    let found = desired.users.iter().find_map(of_user);
    let found = found.or_else(|| desired.keys.iter().find_map(of_key));
    found.or_else(|| of_policies(desired)).or_else(|| of_groups(desired)).or_else(|| of_buckets(desired))
}

fn of_user((name, user): (&Text, &User)) -> Option<Unsupported> {
    let at = format!("users.{}", user.label);
    let policy = access::policy_name(&user.label);
    if user.policies.contains(&policy)
        && let Err(problem) = names::iam_policy(&policy)
    {
        return Some((format!("{at}, policy `{policy}`"), "this name", problem));
    }
    if user.policies.len() > POLICIES_OF_USER {
        return Some((at, "the number of its policies", "a user has at most 10 policies there"));
    }
    of_name(at, name)
}

/// The name of a user or an access key. One from a secret is checked when that is read.
fn of_name(at: String, name: &Text) -> Option<Unsupported> {
    let Text::Plain(name) = name else { return None };
    names::iam_key(name).is_err().then_some((at, "this access key", NAME))
}

fn of_key((name, key): (&Text, &AccessKey)) -> Option<Unsupported> {
    let at = format!("accessKeys.{}", key.label);
    let texts = [&key.policy, &key.name, &key.description].into_iter().any(Option::is_some);
    if texts || key.expires.is_some_and(|expires| expires != Expiry::Never) {
        let why = "an access key has the rights of its user there, and no name, description, policy or end";
        return Some((at, "this access key", why));
    }
    if key.user.is_none() {
        let why = "the provisioning account is in the server's own configuration: write its `user`";
        return Some((at, "an access key of the provisioning account", why));
    }
    of_name(at, name)
}

fn of_policies(desired: &Desired) -> Option<Unsupported> {
    let named =
        |name: &String| Some((format!("policies.{name}"), "this name", names::iam_policy(name).err()?));
    desired.policies.keys().find_map(named)
}

fn of_groups(desired: &Desired) -> Option<Unsupported> {
    let (name, _) = desired.groups.iter().find(|(_, group)| group.status.is_some())?;
    let why = "its API does not tell whether a group is disabled";
    Some((format!("groups.{name}.status"), "status", why))
}

fn of_buckets(desired: &Desired) -> Option<Unsupported> {
    let (name, _) = desired.buckets.iter().find(|(_, bucket)| bucket.quota.is_some())?;
    let why = "quotas are set with `s3.bucket.quota` of `weed shell`, which no API at this endpoint does";
    Some((format!("buckets.{name}.quota"), "quota", why))
}
