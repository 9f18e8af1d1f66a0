//! Plans changes of the server's own configuration.

use std::collections::BTreeSet;

use init_core::{Conflict, SpecPath};

use super::findings::Findings;
use crate::change::ConfigChange;
use crate::desired::{Desired, ENABLE};
use crate::observed::Observed;

pub(super) fn config(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    for (section, wanted) in &desired.config {
        let existing = observed.config.get(section).cloned().unwrap_or_default();
        let at = SpecPath::root().key("config").key(&section.to_string());
        for (key, set) in existing.environment.iter().filter(|(_, set)| set.differs) {
            let problem = format!(
                "{} in the environment of the server sets another value, and no client can change that: unset it there, or leave the key out",
                set.variable
            );
            findings.conflicts.push(Conflict::new(at.key(key), problem));
        }
        let mut settings = wanted.clone();
        settings.retain(|key, _| !existing.environment.contains_key(key));
        let differing: BTreeSet<_> = match observed.config.get(section) {
            Some(existing) => existing.differing.clone(),
            None => settings.keys().cloned().collect(),
        };
        if !differing.is_empty() {
            let stays_disabled = existing.disabled && !wanted.contains_key(ENABLE);
            findings.change(ConfigChange { section: section.clone(), settings, differing, stays_disabled });
        }
    }
}
