//! The layout of Garage.

use serde::de::IgnoredAny;
use serde_json::json;

use super::answers::{ClusterLayout, ClusterStatus, Preview, StagedRole};
use super::{get, post};
use crate::desired::Layout;
use crate::error::Error;
use crate::wire::client::Client;

/// The version of the first layout.
const FIRST: u64 = 1;

impl Client {
    /// Reads the nodes and the version of the layout. Any other server than a Garage with this API is told by it.
    pub(crate) async fn garage_status(&self) -> Result<ClusterStatus, Error> {
        let action = "read the nodes of Garage";
        let read = self.garage_get(get(action, "GetClusterStatus")).await;
        read.map_err(without_api)
    }

    /// The reason why a node without a layout gets none from a spec: other nodes, or roles that somebody has staged.
    pub(crate) async fn why_no_layout(
        &self,
        status: &ClusterStatus,
        wanted: &Layout,
    ) -> Result<Option<String>, Error> {
        let [node] = status.nodes.as_slice() else {
            return Ok(Some(format!(
                "Garage has {} nodes, and a spec has the layout of a single one: assign it with `garage layout assign`",
                status.nodes.len()
            )));
        };
        let staged: ClusterLayout =
            self.garage_get(get("read the layout of Garage", "GetClusterLayout")).await?;
        // A run that was cut may have staged what the spec says.
        let is_ours = |role: &StagedRole| {
            role.id == node.id
                && role.zone.as_ref() == Some(&wanted.zone)
                && role.capacity == Some(wanted.capacity.0)
        };
        let others = !staged.staged_role_changes.iter().all(is_ours);
        let problem = "another layout is staged and not applied: apply it with `garage layout apply`, or drop it with `garage layout revert`";
        Ok(others.then(|| problem.to_owned()))
    }

    /// Assigns a role to the single node and applies it. The version makes sure that no other layout is in between.
    pub(crate) async fn assign_garage_layout(&self, wanted: &Layout) -> Result<(), Error> {
        let action = "assign the layout of Garage";
        let status = self.garage_status().await?;
        // Another run has applied one in the meantime.
        if status.layout_version >= FIRST {
            return Ok(());
        }
        let problem = self.why_no_layout(&status, wanted).await?;
        let (Some(node), None) = (status.nodes.first(), &problem) else {
            return Err(self.no_layout(problem.as_deref().unwrap_or("it has no node")));
        };
        let role = json!({"id": node.id, "zone": wanted.zone, "capacity": wanted.capacity.0, "tags": Vec::<&str>::new()});
        let _: IgnoredAny =
            self.garage_post(post(action, "UpdateClusterLayout"), &json!({"roles": [role]})).await?;
        let preview: Preview =
            self.garage_post(post(action, "PreviewClusterLayoutChanges"), &json!({})).await?;
        if let Some(problem) = preview.error {
            let _: IgnoredAny = self.garage_post(post(action, "RevertClusterLayout"), &json!({})).await?;
            return Err(self.no_layout(&format!("it answers: {problem}")));
        }
        let _: IgnoredAny =
            self.garage_post(post(action, "ApplyClusterLayout"), &json!({"version": FIRST})).await?;
        Ok(())
    }

    fn no_layout(&self, why: &str) -> Error {
        let endpoint = self.endpoint().clone();
        let why = self.redacted(why);
        Error::Unsupported { at: "garage.layout".to_owned(), feature: "a layout of one node", endpoint, why }
    }
}

/// Tells a server that has not this API from a refusal by Garage.
fn without_api(refused: Error) -> Error {
    let Error::Refused(refusal) = &refused else { return refused };
    let speaks = refusal.is_json && [401, 403].contains(&refusal.status);
    if speaks || !(400..500).contains(&refusal.status) || [408, 425, 429].contains(&refusal.status) {
        return refused;
    }
    Error::Unsupported {
        at: "garage.adminEndpoint".to_owned(),
        feature: "the admin API v2 of Garage",
        endpoint: refusal.endpoint.clone(),
        why: format!(
            "it answers {} (HTTP {}); Garage has this API from 2.0, on the port of `api_bind_addr` of `[admin]`",
            refusal.code, refusal.status
        ),
    }
}
