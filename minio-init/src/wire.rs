//! The transport: signed requests to the server, and the meaning of its answers.
//!
//! ```text
//! connect -> client (signs, classifies answers) -> http (connections)
//! s3: the sub-resources of buckets, in xml      admin: MinIO's own API, whose bodies are sealed
//! versity, garage, ceph, iam: the APIs of Versity's gateway, Garage, Ceph's gateway and SeaweedFS
//! ```

mod address;
pub(crate) mod admin;
pub(crate) mod ceph;
pub(crate) mod client;
pub(crate) mod connect;
pub(crate) mod credential;
pub(crate) mod garage;
pub(crate) mod http;
pub(crate) mod iam;
pub(crate) mod memory;
mod opening;
pub(crate) mod parallel;
pub(crate) mod release;
pub(crate) mod s3;
pub(crate) mod sealed;
pub(crate) mod sealing;
pub(crate) mod shared_writes;
pub(crate) mod versity;
pub(crate) mod xml;
