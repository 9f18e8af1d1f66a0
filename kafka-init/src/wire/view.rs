//! What a cluster says of itself, and whether that is enough to begin.

use std::time::Duration;

use kafka_protocol::messages::{
    DescribeClusterRequest, DescribeClusterResponse, MetadataRequest, MetadataResponse,
};

use super::cluster::Broker;
use super::connection::Connection;
use crate::Error;
use crate::error::{Attempt, refused};
use crate::readiness::Readiness;

const LIMIT: Duration = Duration::from_secs(3);

/// The members of a cluster, at one moment.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) cluster_id: String,
    /// Of use without KRaft alone: with it, any broker is named here and all of them forward.
    pub(crate) controller: i32,
    pub(crate) brokers: Vec<Broker>,
}

impl View {
    pub(crate) async fn read(connection: &mut Connection) -> Result<Self, Error> {
        let view = match connection.version::<DescribeClusterRequest>() {
            Ok(version) => {
                // Without fenced ones (before version 2) the answer has the same ready brokers; with them the
                // message can say who is missing.
                let request = DescribeClusterRequest::default().with_include_fenced_brokers(version >= 2);
                Self::described(connection.call(request, LIMIT).await?, connection)?
            }
            Err(_) => {
                let request = MetadataRequest::default()
                    .with_topics(Some(Vec::new()))
                    .with_allow_auto_topic_creation(false);
                Self::listed(connection.call(request, LIMIT).await?)
            }
        };
        Ok(view)
    }

    fn described(answer: DescribeClusterResponse, connection: &Connection) -> Result<Self, Error> {
        refused(answer.error_code, answer.error_message.as_ref(), connection.peer(), || Attempt {
            action: "describe the cluster".to_owned(),
            permission: "Describe on the cluster".to_owned(),
            races: &[],
        })?;
        let broker =
            |broker: kafka_protocol::messages::describe_cluster_response::DescribeClusterBroker| Broker {
                id: broker.broker_id.0,
                host: broker.host.to_string(),
                port: broker.port,
                fenced: broker.is_fenced,
            };
        Ok(Self {
            cluster_id: answer.cluster_id.to_string(),
            controller: answer.controller_id.0,
            brokers: answer.brokers.into_iter().map(broker).collect(),
        })
    }

    /// Metadata lists the brokers that take part and no others, as DescribeCluster did before version 2.
    fn listed(answer: MetadataResponse) -> Self {
        let broker = |broker: kafka_protocol::messages::metadata_response::MetadataResponseBroker| Broker {
            id: broker.node_id.0,
            host: broker.host.to_string(),
            port: broker.port,
            fenced: false,
        };
        Self {
            cluster_id: answer.cluster_id.map(|id| id.to_string()).unwrap_or_default(),
            controller: answer.controller_id.0,
            brokers: answer.brokers.into_iter().map(broker).collect(),
        }
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

fn ids(brokers: &[&Broker]) -> String {
    let mut ids: Vec<i32> = brokers.iter().map(|broker| broker.id).collect();
    ids.sort_unstable();
    let ids: Vec<String> = ids.iter().map(i32::to_string).collect();
    if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
}
