//! Failovers of a real cluster, a connection that is cut after every single request, and a tool that is killed anywhere: `just
//! fault postgres`.

mod cluster;
mod cuts;
mod kills;
