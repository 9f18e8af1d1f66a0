//! Changes of the notifications of a bucket. They come after the changes of the server's configuration, which holds
//! their targets.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use init_core::Properties;
use init_core::diff::Drift;
use serde::Serialize;

use super::text::list;
use crate::desired::Route;

/// New and changed notifications of one bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotificationChange {
    pub(crate) bucket: String,
    pub(crate) routes: Vec<RouteDrift>,
}

/// A notification with changed events.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RouteDrift {
    pub(crate) route: Route,
    pub(crate) events: Drift<BTreeSet<String>>,
}

/// A route with its events in a report.
#[derive(Serialize)]
struct ShownRoute<'a> {
    #[serde(flatten)]
    route: &'a Route,
    events: &'a BTreeSet<String>,
}

impl NotificationChange {
    pub(super) fn properties(&self) -> Properties {
        let from = self.routes.iter().filter_map(|RouteDrift { route, events }| {
            Some(ShownRoute { route, events: events.from.as_ref()? })
        });
        let to =
            self.routes.iter().map(|RouteDrift { route, events }| ShownRoute { route, events: &events.to });
        Properties::none().differing("notifications", from.collect::<Vec<_>>(), to.collect::<Vec<_>>())
    }
}

impl Display for NotificationChange {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "set notifications of {}:", self.bucket)?;
        self.routes.iter().try_for_each(|route| write!(f, " {route}"))
    }
}

impl Display for RouteDrift {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let from = self.events.from.as_ref().map_or_else(|| "unset".to_owned(), list);
        write!(f, "{} {from} -> {}", self.route, list(&self.events.to))
    }
}
