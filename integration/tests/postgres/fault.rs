//! Failovers of a real cluster, and a connection that is cut after every single request: `just fault postgres`.

mod cluster;
mod cuts;
