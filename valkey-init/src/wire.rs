//! Connections to the nodes: login, one deadline on every exchange, bounds on every answer.

mod address;
mod bounds;
pub(crate) mod commands;
mod connection;
mod connections;
mod instances;
mod mask;
mod reply;
mod values;

pub(crate) use address::addresses;
pub(crate) use connection::Connection;
pub(crate) use connections::Connections;
pub(crate) use reply::{array, pairs, text};
