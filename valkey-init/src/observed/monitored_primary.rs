//! The primary that a Sentinel monitors, as the Sentinel reports it.

use std::collections::{BTreeMap, BTreeSet};

/// A monitored primary, as `SENTINEL MASTER` shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MonitoredPrimary {
    /// Host and port of the primary.
    pub address: (String, u16),
    /// The epoch of the failover that made it the primary.
    pub epoch: u64,
    /// Its state: `s_down`, `o_down`, `disconnected`, `failover_in_progress` and others.
    pub flags: BTreeSet<String>,
    /// True when the primary answers the Sentinel's commands with errors.
    pub refused: bool,
    /// The milliseconds since the last valid answer of the primary.
    pub answered: Option<u64>,
    /// Its options, by the names of `SENTINEL SET`.
    pub options: BTreeMap<String, String>,
    /// The number of replicas that the Sentinel knows.
    pub replicas: usize,
    /// The number of other Sentinels that it knows.
    pub other_sentinels: usize,
    /// The reason of `SENTINEL CKQUORUM` why no failover is possible.
    pub no_quorum: Option<String>,
}

impl MonitoredPrimary {
    /// True when the Sentinel has set this flag on the primary.
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.contains(flag)
    }
}
