//! Parts of the text form of changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};

use init_core::diff::Drift;

use crate::desired::{Action, Cors, Route, Rule, Status};

pub(super) fn property<T: Display>(name: &str, drift: Option<&Drift<T>>) -> String {
    drift.map(|drift| format!(" {name} {drift}")).unwrap_or_default()
}

pub(super) fn by_name<T: Display>(drifts: &BTreeMap<String, Drift<T>>) -> String {
    drifts.iter().map(|(name, drift)| format!(" {name} {drift}")).collect::<Vec<_>>().join(",")
}

pub(super) fn list<T: Display>(items: &BTreeSet<T>) -> String {
    if items.is_empty() {
        return "none".to_owned();
    }
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Display for Route {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.target)?;
        if !self.prefix.is_empty() || !self.suffix.is_empty() {
            write!(f, " ({}*{})", self.prefix, self.suffix)?;
        }
        Ok(())
    }
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        if self.status == Some(Status::Disabled) {
            f.write_str("disabled, ")?;
        }
        if !self.prefix.is_empty() {
            write!(f, "prefix {}, ", self.prefix)?;
        }
        for (key, value) in &self.tags {
            write!(f, "tag {key}={value}, ")?;
        }
        if let Some(tier) = &self.tier {
            write!(f, "tier {tier}, ")?;
        }
        let actions: Vec<_> = self.actions.iter().map(|(action, number)| action.with(*number)).collect();
        write!(f, "{})", actions.join(", "))
    }
}

impl Action {
    fn with(self, number: u32) -> String {
        match self {
            Self::ExpireDays => format!("expire after {number} days"),
            Self::ExpireDeleteMarkers => "expire delete markers".to_owned(),
            Self::ExpireNoncurrentDays => format!("expire noncurrent after {number} days"),
            Self::KeepNoncurrentVersions => format!("keep {number} noncurrent versions"),
            Self::AbortIncompleteUploadDays => format!("abort uploads after {number} days"),
            Self::TransitionDays => format!("transition after {number} days"),
            Self::TransitionNoncurrentDays => format!("transition noncurrent after {number} days"),
        }
    }
}

impl Display for Cors {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", list(&self.methods), list(&self.origins))
    }
}
