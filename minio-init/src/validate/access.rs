//! Validates what users may do with buckets, and turns it into policies.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use crate::desired::document::Document;
use crate::desired::{self, Level, access, names};
use crate::spec::Access;

/// Adds the policy of a user's levels to those that are attached to it, and to the policies of the spec. An empty list
/// detaches it.
pub(super) fn attach(
    at: &SpecPath,
    levels: Vec<Access>,
    user: &mut desired::User,
    policies: &mut BTreeMap<String, Document>,
    violations: &mut Violations,
) {
    let name = access::policy_name(&user.label);
    violations.check(at, names::plain(&name));
    if policies.contains_key(&name) {
        violations.push(
            at,
            format!("it becomes the policy `{name}`, which the spec has too: give that another name"),
        );
    }
    if levels.is_empty() {
        user.detached.insert(name);
        return;
    }
    let levels = by_bucket(at, levels, violations);
    if let Some(document) = violations.check(at, access::policy(&levels)) {
        policies.insert(name.clone(), document);
    }
    user.access = levels;
    user.policies.insert(name);
}

fn by_bucket(at: &SpecPath, levels: Vec<Access>, violations: &mut Violations) -> BTreeMap<String, Level> {
    let mut by_bucket = BTreeMap::new();
    for (index, Access { bucket, level }) in levels.into_iter().enumerate() {
        let at = at.index(index).key("bucket");
        violations.check(&at, names::bucket(&bucket));
        if by_bucket.insert(bucket, level).is_some() {
            violations.push(&at, "it is listed twice");
        }
    }
    by_bucket
}
