//! Connections to the nodes: the login, a time limit on each exchange, and bounds on the size of each answer.

mod address;
mod bounds;
pub(crate) mod commands;
mod connection;
mod connections;
mod distinct_servers;
mod instances;
mod mask;
mod reply;
mod secret_values;

pub(crate) use address::addresses;
pub(crate) use connection::Connection;
pub(crate) use connections::Connections;
pub(crate) use reply::{array, pairs, text};
