//! Exports notes about the Sentinels: they are part of the given connection, so what it lacks is written in comments.

use std::collections::BTreeMap;

use super::found::Found;
use crate::desired::Desired;
use crate::observed::Observed;
use crate::plan::addresses::monitors;

pub(super) fn all(desired: &Desired, observed: &Observed, found: &mut Found) {
    let Some(sentinels) = &desired.sentinels else { return };
    let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (node, monitored) in monitors(desired, observed) {
        for (name, value) in
            monitored.options.iter().filter(|(name, _)| !sentinels.options.contains_key(*name))
        {
            told.entry(format!("{name} {value}")).or_default().push(node.to_string());
        }
    }
    for (option, nodes) in told {
        let text = format!("{} has {option}: write it under `sentinels`", nodes.join(" and "));
        found.note("sentinels", &sentinels.monitor, text);
    }
    if sentinels.auth.is_none() {
        found.note("sentinels", "authPassword", "the login at the nodes, which no Sentinel tells");
    }
}
