//! The changes of a Sentinel, in the order of execution: its settings, which a new monitor needs, then a new monitor,
//! then the options of an existing one.

use std::collections::BTreeMap;
use std::fmt;

use init_core::diff::Drift;
use init_core::{Effect, Endpoint, Properties, Subject, Text};

use super::lists::{comma_values, differing, write_drifts};

/// One change, on one Sentinel.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SentinelChange {
    /// Sets settings of a Sentinel for all its monitors.
    SetSentinel {
        /// The Sentinel.
        node: Endpoint,
        /// Settings that differ.
        parameters: BTreeMap<String, Drift<Text>>,
    },
    /// Has a Sentinel monitor a primary.
    MonitorPrimary {
        /// The Sentinel.
        node: Endpoint,
        /// The name.
        monitor: String,
        /// The primary.
        primary: Endpoint,
        /// The number of Sentinels that have to agree that it is down.
        quorum: u32,
        /// Its options.
        options: BTreeMap<String, Text>,
    },
    /// Sets the options of a monitor that differ, and its login at the nodes.
    SetMonitor {
        /// The Sentinel.
        node: Endpoint,
        /// The name.
        monitor: String,
        /// The options.
        options: BTreeMap<String, Drift<Text>>,
    },
}

impl SentinelChange {
    /// The Sentinel.
    pub(super) fn node(&self) -> &Endpoint {
        match self {
            Self::SetSentinel { node, .. }
            | Self::MonitorPrimary { node, .. }
            | Self::SetMonitor { node, .. } => node,
        }
    }

    pub(super) fn op(&self) -> &'static str {
        match self {
            Self::SetSentinel { .. } => "set_sentinel",
            Self::MonitorPrimary { .. } => "monitor_primary",
            Self::SetMonitor { .. } => "set_monitor",
        }
    }

    pub(super) fn effect(&self) -> Effect {
        match self {
            Self::MonitorPrimary { .. } => Effect::Add,
            Self::SetSentinel { .. } | Self::SetMonitor { .. } => Effect::Alter,
        }
    }

    pub(super) fn subject(&self) -> Subject {
        match self {
            Self::SetSentinel { node, .. } => Subject::new("sentinel", node),
            Self::MonitorPrimary { node, monitor, .. } | Self::SetMonitor { node, monitor, .. } => {
                Subject::new("monitor", monitor).within(node)
            }
        }
    }

    pub(super) fn properties(&self) -> Properties {
        match self {
            Self::SetSentinel { parameters, .. } | Self::SetMonitor { options: parameters, .. } => {
                differing(Properties::none(), parameters)
            }
            Self::MonitorPrimary { primary, quorum, options, .. } => {
                Properties::none().to("primary", primary).to("quorum", quorum).to("config", options)
            }
        }
    }
}

impl fmt::Display for SentinelChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetSentinel { node, parameters } => {
                write_drifts(f, format_args!("the sentinel {node}"), parameters)
            }
            Self::MonitorPrimary { node, monitor, primary, quorum, options } => {
                write!(
                    f,
                    "monitor {primary} as {monitor} on {node}: quorum {quorum}{}",
                    comma_values(options)
                )
            }
            Self::SetMonitor { node, monitor, options } => {
                write_drifts(f, format_args!("monitor {monitor} of {node}"), options)
            }
        }
    }
}
