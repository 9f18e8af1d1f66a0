//! What a Sentinel says of the primary that it monitors.

use std::collections::{BTreeMap, BTreeSet};

/// A monitor, as `SENTINEL MASTER` shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Monitored {
    /// Host and port of the primary.
    pub address: (String, u16),
    /// The epoch of the failover that made it the primary.
    pub epoch: u64,
    /// What is the matter with it: `s_down`, `o_down`, `disconnected`, `failover_in_progress` and others.
    pub flags: BTreeSet<String>,
    /// The primary answers what the Sentinel sends it with an error.
    pub refused: bool,
    /// How many milliseconds ago the primary has given a good answer.
    pub answered: Option<u64>,
    /// Its options, by the names of `SENTINEL SET`.
    pub options: BTreeMap<String, String>,
    /// How many replicas it knows.
    pub replicas: usize,
    /// How many other Sentinels it knows.
    pub others: usize,
    /// What `SENTINEL CKQUORUM` says is in the way of a failover.
    pub no_quorum: Option<String>,
}

impl Monitored {
    /// Whether the Sentinel has this flag on the primary.
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.contains(flag)
    }
}
