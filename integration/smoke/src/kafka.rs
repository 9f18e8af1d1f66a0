//! Proves a topic by using it: one record to each partition, and the same record read back from the offset it was given.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::Utc;
use rskafka::BackoffConfig;
use rskafka::client::partition::{Compression, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder};
use rskafka::record::Record;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}")]
    Client(#[from] rskafka::client::error::Error),
    #[error("there is no topic {0}")]
    NoTopic(String),
    #[error("{topic}/{partition}: what was produced is not what was consumed")]
    Different { topic: String, partition: i32 },
}

/// The client's own default is to try for ever.
fn backoff() -> BackoffConfig {
    BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(2),
        base: 2.0,
        deadline: Some(Duration::from_secs(10)),
    }
}

/// Uses every partition of the topic, and says so.
pub(crate) async fn prove(brokers: &[String], topic: &str) -> Result<String, Error> {
    let client = ClientBuilder::new(brokers.to_vec()).backoff_config(backoff()).build().await?;
    // Looked up among all, since to ask for one by name may create it.
    let topics = client.list_topics().await?;
    let found = topics.into_iter().find(|found| found.name == topic);
    let partitions = found.ok_or_else(|| Error::NoTopic(topic.to_owned()))?.partitions;
    for partition in &partitions {
        round_trip(&client, topic, *partition).await?;
    }
    Ok(format!("kafka: {topic}: produced and consumed on {} partitions", partitions.len()))
}

async fn round_trip(client: &Client, topic: &str, partition: i32) -> Result<(), Error> {
    let client = client.partition_client(topic, partition, UnknownTopicHandling::Error).await?;
    let record = Record {
        key: None,
        value: Some(format!("smoke {topic}/{partition}").into_bytes()),
        headers: BTreeMap::new(),
        timestamp: Utc::now(),
    };
    let sent = record.value.clone();
    let offsets = client.produce(vec![record], Compression::NoCompression).await?;
    let offset = offsets.first().copied().unwrap_or_default();
    let (records, _) = client.fetch_records(offset, 1..1_000_000, 5_000).await?;
    let same = records.first().is_some_and(|found| found.offset == offset && found.record.value == sent);
    if same { Ok(()) } else { Err(Error::Different { topic: topic.to_owned(), partition }) }
}
