//! What a cluster says of itself, and whether that is enough to begin.

use std::time::Duration;

use kafka_protocol::messages::{ApiKey, DescribeClusterRequest, MetadataRequest};

use super::broker::Broker;
use super::connection::Connection;
use crate::Error;
use crate::desired::readiness::Readiness;
use crate::error::{Attempt, refused};

const LIMIT: Duration = Duration::from_secs(3);
/// Larger than any cluster that is known.
const MOST_BROKERS: usize = 500;

/// The members of a cluster, at one moment.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) cluster_id: String,
    /// Of use in a cluster with `ZooKeeper` alone: in any other, this is any broker and all of them forward.
    pub(crate) controller: i32,
    pub(crate) brokers: Vec<Broker>,
}

impl View {
    pub(crate) async fn read(connection: &mut Connection) -> Result<Self, Error> {
        let Ok(version) = connection.version::<DescribeClusterRequest>() else {
            return Self::listed(connection).await;
        };
        // With the fenced brokers (since version 2), the message about too few can say who is missing.
        let request = DescribeClusterRequest::default().with_include_fenced_brokers(version >= 2);
        let answer = connection.call(request, LIMIT).await?;
        refused(answer.error_code, answer.error_message.as_ref(), connection.peer(), || Attempt {
            action: "describe the cluster".to_owned(),
            permission: "Describe on the cluster".to_owned(),
            waits: &[],
            races: &[],
        })?;
        few(answer.brokers.len(), connection, ApiKey::DescribeCluster)?;
        let brokers = answer.brokers.into_iter().map(|broker| Broker {
            id: broker.broker_id.0,
            host: broker.host.to_string(),
            port: broker.port,
            rack: broker.rack.map(|rack| rack.to_string()),
            fenced: broker.is_fenced,
        });
        Ok(Self {
            cluster_id: answer.cluster_id.to_string(),
            controller: answer.controller_id.0,
            brokers: brokers.collect(),
        })
    }

    /// Before Kafka 2.8. Metadata lists the brokers that take part and no others, as `DescribeCluster` does
    /// when it is not asked for the fenced ones.
    async fn listed(connection: &mut Connection) -> Result<Self, Error> {
        let request =
            MetadataRequest::default().with_topics(Some(Vec::new())).with_allow_auto_topic_creation(false);
        let answer = connection.call(request, LIMIT).await?;
        few(answer.brokers.len(), connection, ApiKey::Metadata)?;
        let brokers = answer.brokers.into_iter().map(|broker| Broker {
            id: broker.node_id.0,
            host: broker.host.to_string(),
            port: broker.port,
            rack: broker.rack.map(|rack| rack.to_string()),
            fenced: false,
        });
        Ok(Self {
            cluster_id: answer.cluster_id.map(|id| id.to_string()).unwrap_or_default(),
            controller: answer.controller_id.0,
            brokers: brokers.collect(),
        })
    }

    /// Whether enough brokers take part. A topic can be created while some of its replicas are fenced, and
    /// would begin its life with fewer copies than the spec asks for.
    pub(crate) fn ready(&self, readiness: &Readiness<'_>) -> Result<(), Error> {
        let (fenced, unfenced): (Vec<&Broker>, Vec<&Broker>) =
            self.brokers.iter().partition(|broker| broker.fenced);
        if unfenced.len() >= readiness.brokers {
            return Ok(());
        }
        Err(Error::NotReady {
            have: unfenced.len(),
            need: readiness.brokers,
            because: readiness.because.clone(),
            detail: format!("ready: {}; registered but fenced: {}", ids(&unfenced), ids(&fenced)),
        })
    }
}

/// A connection to each of more than these is more than we have memory for.
fn few(brokers: usize, connection: &Connection, request: ApiKey) -> Result<(), Error> {
    let problem = || format!("it lists {brokers} brokers, and {MOST_BROKERS} is the most that is expected");
    let peer = || connection.peer().clone();
    (brokers <= MOST_BROKERS).then_some(()).ok_or_else(|| Error::Garbled {
        peer: peer(),
        request,
        problem: problem(),
    })
}

fn ids(brokers: &[&Broker]) -> String {
    let mut ids: Vec<i32> = brokers.iter().map(|broker| broker.id).collect();
    ids.sort_unstable();
    let ids: Vec<String> = ids.iter().map(i32::to_string).collect();
    if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
}
