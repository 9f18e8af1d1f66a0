//! Replication slots.

/// A replication slot.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The properties of a logical slot; `None` for a physical one.
    pub logical: Option<LogicalSlot>,
}

/// The properties of a logical slot. A property that is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogicalSlot {
    /// The database whose changes the slot decodes.
    pub database: String,
    /// The output plugin.
    pub plugin: Option<String>,
    /// True when the slot decodes prepared transactions.
    pub two_phase: Option<bool>,
    /// True when the slot is synchronized to standbys.
    pub failover: Option<bool>,
}

impl LogicalSlot {
    /// The output plugin that PostgreSQL's own subscribers read.
    pub(crate) const PLUGIN: &'static str = "pgoutput";

    /// The output plugin of a new slot.
    pub(crate) fn plugin(&self) -> &str {
        self.plugin.as_deref().unwrap_or(Self::PLUGIN)
    }
}
