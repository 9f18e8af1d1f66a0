//! The transport: Kafka's protocol over one TCP connection per broker, with a timeout for every response.
//!
//! `kafka-protocol` encodes and decodes messages; everything between that and the socket is here. Nothing is retried
//! here: a response that was lost is an error, and the caller observes the cluster again before it sends anything
//! again.

mod access;
mod api;
mod bootstrap;
mod bounded;
mod broker;
mod cluster;
mod connection;
mod description;
mod frame;
mod http_post;
mod listener;
mod login;
mod msk_iam;
mod oauth;
mod percent;
mod probe;
mod response;
mod scram;
mod versions;

pub(crate) use access::{Access, Login};
pub(crate) use api::Request;
pub(crate) use cluster::Cluster;
pub(crate) use connection::Connection;
pub(crate) use probe::Probe;
pub(crate) use scram::salted_password;
pub(crate) use versions::api_versions_request;

/// `ConfigResource.Type.TOPIC` in requests about configs.
pub(crate) const TOPIC: i8 = 2;
/// `ConfigResource.Type.BROKER`; with an empty name it stands for the cluster-wide default of all brokers.
pub(crate) const BROKER: i8 = 4;
