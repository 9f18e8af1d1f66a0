//! Plans nothing for users of the server's own configuration, which its API does not change.

use std::collections::BTreeSet;

use init_core::{Conflict, SpecPath, Text};

use super::findings::Findings;
use crate::desired::Desired;

const PROBLEM: &str = "the server has this user in its own configuration (a file, or its environment), which its API does not \
                       change: change it there, or choose another name";

pub(super) fn users(desired: &Desired, fixed: &BTreeSet<Text>, findings: &mut Findings) {
    let present = desired.users.iter().map(|(name, user)| (name, &user.label));
    let named = present.chain(&desired.absent.users).filter(|(name, _)| fixed.contains(*name));
    let at = |label: &String| SpecPath::root().key("users").key(label);
    findings.conflicts.extend(named.map(|(_, label)| Conflict::new(at(label), PROBLEM)));
}
