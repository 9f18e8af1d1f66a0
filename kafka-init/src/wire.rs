//! The transport: Kafka's protocol over one TCP connection per broker, with a deadline on every answer.
//!
//! `kafka-protocol` turns messages into bytes and back; everything between that and the socket is here. It
//! never retries: an answer that is lost is an error, and whoever asked reads again before sending again.

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

/// A topic, among the kinds of things that have configs.
pub(crate) const TOPIC: i8 = 2;
/// A broker, or with an empty name all of them.
pub(crate) const BROKER: i8 = 4;
