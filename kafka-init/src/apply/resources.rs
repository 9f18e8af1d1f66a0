//! Other dynamic configs for one broker, a client metrics subscription or a group. A broker takes its own alone.

use std::borrow::Cow;
use std::collections::BTreeSet;

use init_core::Progress;
use kafka_protocol::messages::incremental_alter_configs_request::AlterConfigsResource;
use kafka_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};
use kafka_protocol::protocol::StrBytes;

use super::alter::{self, unlisted_config};
use super::by_request::Numbered;
use super::mutation::{Mode, Mutation, Outcome, Outcomes};
use super::send::send;
use crate::Error;
use crate::change::AlterConfig;
use crate::desired::ConfigResource;
use crate::error::{Attempt, Peer};
use crate::observe::permission;
use crate::wire::Cluster;

impl Mutation for AlterConfig {
    type Call = IncrementalAlterConfigsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(self.resource.name())
    }

    fn records(&self) -> usize {
        self.config.len()
    }

    fn attempt(&self) -> Attempt {
        Attempt {
            action: format!("alter the configs of {}", self.resource),
            permission: format!("AlterConfigs on {}", permission(&self.resource)),
            waits: &[],
            races: &[],
        }
    }

    fn request<'c>(batch: impl Iterator<Item = &'c Self>, mode: Mode) -> Self::Call {
        let resource = |alteration: &Self| {
            AlterConfigsResource::default()
                .with_resource_type(alteration.resource.number())
                .with_resource_name(StrBytes::from_string(alteration.resource.name()))
                .with_configs(alter::configs(&alteration.config))
        };
        IncrementalAlterConfigsRequest::default()
            .with_resources(batch.map(resource).collect())
            .with_validate_only(mode.is_validate_only())
    }

    fn outcomes<'c>(answer: IncrementalAlterConfigsResponse, _: impl Iterator<Item = &'c Self>) -> Outcomes {
        alter::outcomes(answer)
    }

    /// The controller accepts any name for a broker, and the broker never shows it.
    fn judge(&self, _: &Outcome, peer: &Peer) -> Result<(), Error> {
        let unlisted = self.unlisted.first();
        unlisted.map_or(Ok(()), |name| Err(unlisted_config(peer, &self.resource.to_string(), name)))
    }
}

/// One result per change. Two resources of different kinds may have one name, so each has a request of its own.
pub(super) async fn apply(
    cluster: &mut Cluster,
    changes: &Numbered<&AlterConfig>,
    mode: Mode,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let mut results = Vec::with_capacity(changes.len());
    for (_, change) in changes {
        results.push(one(cluster, change, mode, progress).await);
    }
    results
}

async fn one(
    cluster: &mut Cluster,
    change: &AlterConfig,
    mode: Mode,
    progress: &Progress,
) -> Result<(), Error> {
    let broker = match change.resource {
        ConfigResource::Broker(id) => Some(id),
        ConfigResource::ClientMetrics(_) | ConfigResource::Group(_) => None,
    };
    cluster.reach(&broker.into_iter().collect::<BTreeSet<_>>()).await?;
    let gone = || Error::Internal(format!("there is no connection to {}", change.resource));
    let connection = cluster.at(broker).ok_or_else(gone)?;
    send(connection, &[change], mode, progress).await.into_iter().next().unwrap_or(Ok(()))
}
