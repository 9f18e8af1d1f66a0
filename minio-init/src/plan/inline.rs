//! Plans policies that are parts of users, as on Ceph's gateway.

use std::collections::{BTreeMap, BTreeSet};

use init_core::diff::Drift;
use init_core::{Conflict, SpecPath};

use super::findings::Findings;
use crate::change::{Grantee, IdentityChange};
use crate::desired::Desired;
use crate::observed::ObservedOps;

pub(super) fn policies(desired: &Desired, existing: &ObservedOps, findings: &mut Findings) {
    let none = BTreeMap::new();
    for (name, user) in &desired.users {
        let there = existing.policies.get(name).unwrap_or(&none);
        for (policy, wanted) in user.inline(desired) {
            let stored = there.get(&policy);
            let Some(wanted) = wanted else {
                if stored.is_none() {
                    let at = SpecPath::root().key("users").key(&user.label).key("policies");
                    let problem = format!(
                        "the policy `{policy}` is neither declared here nor on the server, where each user has policies of its own"
                    );
                    findings.conflicts.push(Conflict::new(at, problem));
                }
                continue;
            };
            let document = Drift::between(stored.cloned().flatten(), wanted);
            let user = name.clone();
            findings.changes(document.map(|document| IdentityChange::SetUserPolicy {
                user,
                policy,
                document,
            }));
        }
        let policies: BTreeSet<_> =
            user.not_inline().into_iter().filter(|policy| there.contains_key(policy)).collect();
        if !policies.is_empty() {
            findings.change(IdentityChange::DetachPolicies { of: Grantee::User(name.clone()), policies });
        }
    }
}
