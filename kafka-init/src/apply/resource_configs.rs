//! `IncrementalAlterConfigs` for one broker, client metrics subscription or group. The configs of a broker are
//! accepted only by that broker itself.

use std::borrow::Cow;
use std::collections::BTreeSet;

use init_core::{Progress, Secrets};
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::incremental_alter_configs_request::AlterConfigsResource;
use kafka_protocol::messages::{IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse};
use kafka_protocol::protocol::StrBytes;

use super::alteration::Alteration;
use super::by_request::Numbered;
use super::mutation::{Mode, Mutation, Outcome, Outcomes};
use super::send::send;
use super::topic_configs::{self, unlisted_config};
use super::{unknown_config, unknown_group};
use crate::Error;
use crate::change::AlterConfig;
use crate::desired::ConfigResource;
use crate::error::{Attempt, Peer, refused};
use crate::observe::authorized_resource;
use crate::wire::Cluster;

impl Mutation for Alteration<'_, AlterConfig> {
    type Request = IncrementalAlterConfigsRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(self.change.resource.name())
    }

    fn records(&self) -> usize {
        self.configs.len()
    }

    fn attempt(&self) -> Attempt {
        Attempt::new(
            format!("alter the configs of {}", self.change.resource),
            format!("AlterConfigs on {}", authorized_resource(&self.change.resource)),
        )
    }

    fn request<'b>(batch: impl Iterator<Item = &'b Self>, mode: Mode) -> Self::Request
    where
        Self: 'b,
    {
        let resource = |alteration: &Self| {
            let resource = &alteration.change.resource;
            AlterConfigsResource::default()
                .with_resource_type(resource.number())
                .with_resource_name(StrBytes::from_string(resource.name()))
                .with_configs(alteration.configs.clone())
        };
        topic_configs::request(batch.map(resource), mode)
    }

    fn outcomes<'b>(answer: IncrementalAlterConfigsResponse, _: impl Iterator<Item = &'b Self>) -> Outcomes
    where
        Self: 'b,
    {
        topic_configs::outcomes(answer)
    }

    /// Refuses an unknown config name of a broker, because the controller accepts any name and the broker never
    /// describes it.
    fn check_outcome(&self, _: &Outcome, peer: &Peer) -> Result<(), Error> {
        let unlisted = self.change.unlisted.first();
        unlisted.map_or(Ok(()), |name| Err(unlisted_config(peer, &self.change.resource.to_string(), name)))
    }
}

/// Returns one result per change. Two resources of different types may have the same name, so each has a request of
/// its own.
pub(super) async fn apply(
    cluster: &mut Cluster,
    changes: &Numbered<&AlterConfig>,
    secrets: &Secrets,
    mode: Mode,
    progress: &Progress,
) -> Vec<Result<(), Error>> {
    let mut results = Vec::with_capacity(changes.len());
    for (_, change) in changes {
        results.push(apply_one(cluster, change, secrets, mode, progress).await);
    }
    results
}

async fn apply_one(
    cluster: &mut Cluster,
    change: &AlterConfig,
    secrets: &Secrets,
    mode: Mode,
    progress: &Progress,
) -> Result<(), Error> {
    let broker = match change.resource {
        ConfigResource::Broker(id) => Some(id),
        ConfigResource::ClientMetrics(_) | ConfigResource::Group(_) => None,
    };
    cluster.connect_to(&broker.into_iter().collect::<BTreeSet<_>>()).await?;
    let Some(connection) = cluster.connection_to(broker) else {
        // The broker has gone since the plan was made.
        let attempt = || Attempt::new(format!("alter the configs of {}", change.resource), "");
        let code = ResponseError::BrokerNotAvailable.code();
        return refused(code, None, cluster.main().peer(), attempt);
    };
    if mode.is_validate_only() && broker.is_some() && !change.unlisted.is_empty() {
        unknown_config::check_names(connection, &change.resource.to_string(), change.unlisted.iter()).await?;
    }
    let alteration = Alteration::new(change, secrets, mode)?;
    let result = send(connection, &[&alteration], mode, progress).await.into_iter().next().unwrap_or(Ok(()));
    result.map_err(|refusal| unknown_group::explained(refusal, connection, change))
}
