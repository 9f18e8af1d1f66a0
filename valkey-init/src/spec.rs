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
    /// How the nodes belong together.
    pub(crate) mode: ModeSpec,
    /// The nodes. In a cluster the order decides who is a primary; in replication the first is the primary.
    pub(crate) nodes: Vec<NodeSpec>,
    /// sentinel: the Sentinels that watch the nodes. Their word says which node is the primary.
    pub(crate) sentinels: Option<SentinelsSpec>,
    /// cluster: how many replicas each primary has; none when absent.
    pub(crate) replicas_per_primary: Option<u16>,
    /// cluster, replication, sentinel: whether clients are told names instead of addresses.
    #[serde(default)]
    pub(crate) announce_hostnames: bool,
    /// TLS to every node; plain TCP when absent.
    pub(crate) tls: Option<TlsSpec>,
    /// Who logs in; `default` when absent.
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
    /// Streams by their keys, in database 0: what is missing is made, nothing is taken away.
    #[serde(default)]
    pub(crate) streams: BTreeMap<String, StreamSpec>,
    /// cluster, replication, sentinel: how many nodes, and how many Sentinels, have to be there for a run that finds
    /// nothing to change.
    #[serde(default)]
    pub(crate) require: Require,
    /// cluster: whether slots are moved until every primary owns as many; none that has an owner is moved when absent.
    #[serde(default)]
    pub(crate) rebalance: bool,
    /// cluster: members that are gone and that every node of `nodes` is to forget, by their ids, or as HOST:PORT where that
    /// is announced.
    #[serde(default)]
    pub(crate) forget: Vec<String>,
    /// Whether what is set outlives a restart of the servers; true when absent.
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
