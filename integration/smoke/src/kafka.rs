//! Proves a topic by using it: one record to each partition, and the same record read back from the offset it was given.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::Utc;
use clap::Args;
use rskafka::BackoffConfig;
use rskafka::client::error::{Error as ClientError, ProtocolError};
use rskafka::client::partition::{Compression, UnknownTopicHandling};
use rskafka::client::{Client, ClientBuilder, Credentials, SaslConfig};
use rskafka::record::Record;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}")]
    Client(#[from] ClientError),
    #[error("there is no topic {0}")]
    NoTopic(String),
    #[error("{topic}/{partition}: what was produced is not what was consumed")]
    Different { topic: String, partition: i32 },
    #[error("{topic}: not refused: {how}")]
    NotRefused { topic: String, how: String },
    #[error("cannot read {path}: {problem}", path = .0.display(), problem = .1)]
    File(PathBuf, io::Error),
    #[error("cannot use the certificates in {path}: {problem}", path = .0.display(), problem = .1)]
    Certificates(PathBuf, String),
}

/// The endpoint and the login.
#[derive(Args)]
pub(crate) struct Access {
    /// Kafka's brokers, as names and ports
    #[arg(long, value_delimiter = ',', value_name = "HOST:PORT,…")]
    kafka: Vec<String>,
    /// The topics to produce to and consume from, every partition of each
    #[arg(long, value_delimiter = ',', value_name = "NAME,…", requires = "kafka")]
    pub(crate) topics: Vec<String>,
    /// Topics that are there and have to be refused
    #[arg(long, value_delimiter = ',', value_name = "NAME,…", requires = "kafka")]
    pub(crate) refused_topics: Vec<String>,
    /// The authority that signs the brokers' certificates, where they have some
    #[arg(long, value_name = "FILE", requires = "kafka")]
    kafka_ca: Option<PathBuf>,
    /// The user to log in as, with SCRAM-SHA-512
    #[arg(long, value_name = "NAME", requires = "kafka_password_file")]
    kafka_user: Option<String>,
    /// The file that holds its password
    #[arg(long, value_name = "FILE", requires = "kafka_user")]
    kafka_password_file: Option<PathBuf>,
}

impl Access {
    async fn client(&self) -> Result<Client, Error> {
        let mut builder = ClientBuilder::new(self.kafka.clone()).backoff_config(backoff());
        if let Some(ca) = &self.kafka_ca {
            builder = builder.tls_config(Arc::new(trusting(ca)?));
        }
        if let (Some(user), Some(file)) = (&self.kafka_user, &self.kafka_password_file) {
            #[expect(clippy::disallowed_methods, reason = "the application's own way to its password")]
            let password =
                std::fs::read_to_string(file).map_err(|problem| Error::File(file.clone(), problem))?;
            let credentials = Credentials::new(user.clone(), password.trim_end().to_owned());
            builder = builder.sasl_config(SaslConfig::ScramSha512(credentials));
        }
        Ok(builder.build().await?)
    }
}

fn trusting(path: &Path) -> Result<ClientConfig, Error> {
    let problem = |problem: &dyn ToString| Error::Certificates(path.to_owned(), problem.to_string());
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| problem(&error))? {
        roots.add(certificate.map_err(|error| problem(&error))?).map_err(|error| problem(&error))?;
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
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
pub(crate) async fn prove(access: &Access, topic: &str) -> Result<String, Error> {
    let client = access.client().await?;
    // Looked up among all, since to ask for one by name may create it.
    let topics = client.list_topics().await?;
    let found = topics.into_iter().find(|found| found.name == topic);
    let partitions = found.ok_or_else(|| Error::NoTopic(topic.to_owned()))?.partitions;
    for partition in &partitions {
        round_trip(&client, topic, *partition).await?;
    }
    Ok(format!("kafka: {topic}: produced and consumed on {} partitions", partitions.len()))
}

/// Tries to use a topic that belongs to others, and says how that was refused.
pub(crate) async fn refused(access: &Access, topic: &str) -> Result<String, Error> {
    let client = access.client().await?;
    match client.partition_client(topic, 0, UnknownTopicHandling::Error).await {
        Err(ClientError::ServerError { protocol_error: ProtocolError::TopicAuthorizationFailed, .. }) => {
            Ok(format!("kafka: {topic}: refused, as it should be"))
        }
        Err(other) => Err(Error::NotRefused { topic: topic.to_owned(), how: other.to_string() }),
        Ok(_) => Err(Error::NotRefused { topic: topic.to_owned(), how: "it can be used".to_owned() }),
    }
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
