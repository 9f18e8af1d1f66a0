//! Replication slots.

/// A replication slot.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// What a logical one has; a physical one has nothing of its own.
    pub logical: Option<LogicalSlot>,
}

/// What a logical slot has. What is `None` is left as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogicalSlot {
    /// The database whose changes it holds.
    pub database: String,
    /// Its output plugin.
    pub plugin: Option<String>,
    /// Tells of prepared transactions.
    pub two_phase: Option<bool>,
    /// Standbys get a copy.
    pub failover: Option<bool>,
}

impl LogicalSlot {
    /// PostgreSQL's own subscribers read what this one writes.
    pub(crate) const PLUGIN: &'static str = "pgoutput";

    /// The output plugin of a new slot.
    pub(crate) fn plugin(&self) -> &str {
        self.plugin.as_deref().unwrap_or(Self::PLUGIN)
    }
}
