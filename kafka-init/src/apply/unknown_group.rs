//! Explains why a broker refuses the configs of a group that its release does not know.

use init_core::{Fault as _, FaultKind};
use kafka_protocol::messages::{DescribeClusterRequest, ListConfigResourcesRequest};

use crate::Error;
use crate::change::AlterConfig;
use crate::desired::ConfigResource;
use crate::wire::Connection;

/// The error in the place of a refusal, where the broker's release is the reason of it.
pub(super) fn explained(refusal: Error, broker: &Connection, change: &AlterConfig) -> Error {
    let ConfigResource::Group(_) = change.resource else { return refusal };
    let is_refused = matches!(refusal.kind(), FaultKind::Rejected | FaultKind::Unsupported);
    let unknown = is_refused.then(|| unknown_kind(broker, change)).flatten();
    unknown.map_or(refusal, |(kind, release)| Error::UnknownGroupConfigs {
        peer: broker.peer().clone(),
        resource: change.resource.to_string().into(),
        kind,
        release,
    })
}

/// The kind of group whose configs the release does not know, and the release that does. No version of the requests for
/// configs tells, so two that came with the same releases do.
fn unknown_kind(broker: &Connection, change: &AlterConfig) -> Option<(&'static str, &'static str)> {
    let is_4_1 = broker.version::<ListConfigResourcesRequest>().is_ok_and(|version| version >= 1);
    let is_4_0 = is_4_1 || broker.version::<DescribeClusterRequest>().is_ok_and(|version| version >= 2);
    let has = |prefix: &str| change.config.keys().any(|key| key.starts_with(prefix));
    match (is_4_0, is_4_1) {
        (_, false) if has("streams.") => Some(("streams groups", "4.1")),
        (false, _) if has("share.") => Some(("share groups", "4.0")),
        (false, _) => Some(("groups", "4.0")),
        (true, _) => None,
    }
}
