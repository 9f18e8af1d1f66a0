//! Changes of the server's own configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};

use init_core::{Properties, Text};

use crate::desired::{Section, Settings};

/// Declared keys of one section that differ. The values that the server has are not shown, because any of them may be
/// a secret that the spec does not name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigChange {
    pub(crate) section: Section,
    /// All values that are sent, so that the stored section is whole whatever was stored and is not in use yet.
    pub(crate) settings: Settings,
    /// The keys that differ.
    pub(crate) differing: BTreeSet<String>,
    /// True when the section is switched off and the spec does not say `enable`. MinIO switches a section on with
    /// every change that does not say otherwise.
    pub(crate) stays_disabled: bool,
}

impl ConfigChange {
    fn shown(&self) -> BTreeMap<&String, &Text> {
        self.settings.iter().filter(|(key, _)| self.differing.contains(*key)).collect()
    }

    pub(super) fn properties(&self) -> Properties {
        Properties::none().to("settings", self.shown())
    }
}

impl Display for ConfigChange {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let shown: Vec<_> = self.shown().into_iter().map(|(key, value)| format!("{key}={value}")).collect();
        write!(f, "set config {}: {}", self.section, shown.join(", "))
    }
}
