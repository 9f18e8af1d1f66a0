//! The spec as serde reads it. `validate` turns it into a `Desired`.

pub(crate) mod node;
pub(crate) mod scalar;
pub(crate) mod sentinels;
pub(crate) mod stream;
pub(crate) mod user;

use std::collections::BTreeMap;
use std::path::PathBuf;

use init_core::{SecretRef, Text};
use init_net::TlsSpec;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desired::Require;

use node::NodeSpec;
use scalar::Scalar;
use sentinels::{ModeSpec, SentinelsSpec};
use stream::StreamSpec;
use user::UserSpec;

/// A Valkey deployment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Spec {
    /// The mode of the deployment: a single node, replication, Sentinels, or a cluster.
    pub(crate) mode: ModeSpec,
    /// The nodes. In a new cluster the order decides which nodes are primaries; in replication the first node is the
    /// primary.
    pub(crate) nodes: Vec<NodeSpec>,
    /// sentinel: the Sentinels that monitor the nodes. They decide which node is the primary.
    pub(crate) sentinels: Option<SentinelsSpec>,
    /// cluster: the number of replicas of each primary; 0 when absent.
    pub(crate) replicas_per_primary: Option<u16>,
    /// cluster, replication, sentinel: true to have the nodes announce names instead of addresses.
    #[serde(default)]
    pub(crate) announce_hostnames: bool,
    /// TLS to every node; plain TCP when absent.
    pub(crate) tls: Option<TlsSpec>,
    /// The user to log in as; `default` when absent.
    pub(crate) user: Option<Text>,
    /// The password to log in with; none when absent.
    pub(crate) password: Option<SecretRef>,
    /// The password of `default`, tried when the login above is refused: on the first run, and while it rotates.
    pub(crate) bootstrap_password: Option<SecretRef>,
    /// ACL users, on every node.
    #[serde(default)]
    pub(crate) users: BTreeMap<String, UserSpec>,
    /// The user of `users` that replicas log in to their primary as; the nodes' own `masterauth` when absent.
    pub(crate) replication_user: Option<String>,
    /// Parameters, on every node, persisted.
    #[serde(default)]
    pub(crate) config: BTreeMap<String, Scalar>,
    /// Modules that every node has loaded, by the names that `MODULE LIST` shows.
    #[serde(default)]
    pub(crate) modules: Vec<String>,
    /// Function libraries by name.
    #[serde(default)]
    pub(crate) functions: BTreeMap<String, LibrarySpec>,
    /// Streams by their keys, in database 0: missing ones are created, and none is deleted.
    #[serde(default)]
    pub(crate) streams: BTreeMap<String, StreamSpec>,
    /// cluster, replication, sentinel: the number of nodes, and of Sentinels, that have to be reached by a run that
    /// finds nothing to change.
    #[serde(default)]
    pub(crate) require: Require,
    /// cluster: true to move slots until all primaries own equally many; when absent, no slot that has an owner is
    /// moved.
    #[serde(default)]
    pub(crate) rebalance: bool,
    /// cluster: members that do not run any more and that every node of `nodes` is to forget, by their ids, or by their
    /// announced HOST:PORT.
    #[serde(default)]
    pub(crate) forget: Vec<String>,
    /// True to persist users and parameters, so that they survive a restart of the servers; true when absent.
    #[serde(default = "yes")]
    pub(crate) persist: bool,
    /// The servers take all their modules and users from their configuration file itself, none from the command line or
    /// an included file: `CONFIG REWRITE` then leaves nothing that would be loaded twice.
    #[serde(default)]
    pub(crate) starts_from_config_file: bool,
}

/// A function library: the path of a file with its source text, or the text itself.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LibrarySpec {
    /// The path.
    pub(crate) file: Option<PathBuf>,
    /// The source text.
    pub(crate) code: Option<String>,
}

fn yes() -> bool {
    true
}
