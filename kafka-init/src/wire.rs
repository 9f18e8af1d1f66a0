//! The transport: Kafka's protocol over one TCP connection per broker, with a deadline on every answer.
//!
//! `kafka-protocol` turns messages into bytes and back; everything between that and the socket is here. It
//! never retries: a lost answer is an error, and the caller observes the cluster again before it sends anything again.

mod access;
mod api;
mod bootstrap;
mod bounded;
mod broker;
mod cluster;
mod connection;
mod frame;
mod listener;
mod login;
mod probe;
mod scram;
mod versions;
mod view;

pub(crate) use access::{Access, Login};
pub(crate) use api::Call;
pub(crate) use cluster::Cluster;
pub(crate) use connection::Connection;
pub(crate) use probe::Probe;
pub(crate) use scram::salted;

/// The resource type of a topic in requests about configs.
pub(crate) const TOPIC: i8 = 2;
/// The resource type of a broker; the empty name stands for all brokers.
pub(crate) const BROKER: i8 = 4;
