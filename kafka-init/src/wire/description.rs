//! The cluster's description of itself, and whether enough of its brokers are unfenced.

use std::time::Duration;

use kafka_protocol::messages::{ApiKey, DescribeClusterRequest, MetadataRequest};

use super::broker::Broker;
use super::connection::Connection;
use crate::Error;
use crate::desired::readiness::Readiness;
use crate::error::{Attempt, refused};

const TIMEOUT: Duration = Duration::from_secs(3);
/// The most brokers that a cluster may have; no known cluster is larger.
const MAX_BROKERS: usize = 500;

/// The id, controller and brokers of a cluster, as one broker describes them.
#[derive(Debug)]
pub(crate) struct ClusterDescription {
    pub(crate) cluster_id: String,
    /// The controller's id. It is meaningful in `ZooKeeper` mode only; with `KRaft` it is any broker, and every
    /// broker forwards changes to the controller.
    pub(crate) controller: i32,
    pub(crate) brokers: Vec<Broker>,
}

impl ClusterDescription {
    pub(crate) async fn read(connection: &mut Connection) -> Result<Self, Error> {
        let Ok(version) = connection.version::<DescribeClusterRequest>() else {
            return Self::read_from_metadata(connection).await;
        };
        // Fenced brokers are described since version 2, so that the message about too few brokers can name them.
        let request = DescribeClusterRequest::default().with_include_fenced_brokers(version >= 2);
        let answer = connection.call(request, TIMEOUT).await?;
        refused(answer.error_code, answer.error_message.as_ref(), connection.peer(), || {
            Attempt::new("describe the cluster", "Describe on the cluster")
        })?;
        check_broker_count(answer.brokers.len(), connection, ApiKey::DescribeCluster)?;
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

    /// The description of a broker before Kafka 2.8. Metadata lists the unfenced brokers only, as `DescribeCluster`
    /// does without `include_fenced_brokers`.
    async fn read_from_metadata(connection: &mut Connection) -> Result<Self, Error> {
        let request =
            MetadataRequest::default().with_topics(Some(Vec::new())).with_allow_auto_topic_creation(false);
        let answer = connection.call(request, TIMEOUT).await?;
        check_broker_count(answer.brokers.len(), connection, ApiKey::Metadata)?;
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

    /// Fails when fewer brokers are unfenced than the spec needs. Kafka creates a topic while some of its replicas
    /// are on fenced brokers, and that topic would begin with fewer live replicas than the spec asks for.
    pub(crate) fn ready(&self, readiness: &Readiness<'_>) -> Result<(), Error> {
        let (fenced, unfenced): (Vec<&Broker>, Vec<&Broker>) =
            self.brokers.iter().partition(|broker| broker.fenced);
        if unfenced.len() >= readiness.brokers {
            return Ok(());
        }
        Err(Error::TooFewBrokers {
            have: unfenced.len(),
            need: readiness.brokers,
            because: readiness.because.clone(),
            detail: format!("ready: {}; registered but fenced: {}", ids(&unfenced), ids(&fenced)),
        })
    }
}

/// Refuses a response with more brokers than there is memory for connections to.
fn check_broker_count(brokers: usize, connection: &Connection, request: ApiKey) -> Result<(), Error> {
    let problem = || format!("it lists {brokers} brokers, and {MAX_BROKERS} is the most that is expected");
    let peer = || connection.peer().clone();
    (brokers <= MAX_BROKERS).then_some(()).ok_or_else(|| Error::UnreadableResponse {
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
