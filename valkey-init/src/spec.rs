//! The spec as written: serde's view. What it means is `spec/desired`, what is wrong with it `spec/validate`.

mod desired;
mod node;
mod rules;
mod scalar;
mod validate;

use std::collections::BTreeMap;

use init_core::{FileRef, SecretRef, Text};
use init_net::TlsSpec;
use schemars::JsonSchema;
use serde::Deserialize;

pub(crate) use desired::requires;
pub use desired::{Desired, Library, Login, Mode, Node, User};
pub(crate) use rules::{tokens, without_password};
pub(crate) use validate::validate;

use node::NodeSpec;
use scalar::Scalar;

/// A Valkey deployment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Spec {
    /// How the nodes belong together.
    mode: Mode,
    /// The nodes. In a cluster the order decides who is a primary; in replication the first is the primary.
    nodes: Vec<NodeSpec>,
    /// cluster: how many replicas each primary has; none when absent.
    replicas_per_primary: Option<u16>,
    /// cluster, replication: whether clients are told names instead of addresses.
    #[serde(default)]
    announce_hostnames: bool,
    /// TLS to every node; plain TCP when absent.
    tls: Option<TlsSpec>,
    /// Who logs in; `default` when absent.
    user: Option<Text>,
    /// The password to log in with; none when absent.
    password: Option<SecretRef>,
    /// The password of `default`, tried when the login above is refused: on the first run, and while it rotates.
    bootstrap_password: Option<SecretRef>,
    /// ACL users, on every node.
    #[serde(default)]
    users: BTreeMap<String, UserSpec>,
    /// The user of `users` that replicas log in to their primary as; the nodes' own `masterauth` when absent.
    replication_user: Option<String>,
    /// Parameters, on every node, persisted.
    #[serde(default)]
    config: BTreeMap<String, Scalar>,
    /// Function libraries by name.
    #[serde(default)]
    functions: BTreeMap<String, FileRef>,
    /// Whether what is set outlives a restart of the servers; true when absent.
    #[serde(default = "yes")]
    persist: bool,
    /// The servers take all their modules and users from their configuration file itself, none from the command line or
    /// an included file: `CONFIG REWRITE` then leaves nothing that would be loaded twice.
    #[serde(default)]
    starts_from_config_file: bool,
}

/// One ACL user. What is absent is left as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UserSpec {
    /// The name, when the key is only a label.
    name: Option<Text>,
    /// Whether the user may log in; true when absent.
    #[serde(default = "yes")]
    enabled: bool,
    /// The passwords, all of them: two while one rotates.
    passwords: Option<Vec<SecretRef>>,
    /// ACL rules as the server writes them: `~app:* &app:* +@read`.
    rules: Option<String>,
}

fn yes() -> bool {
    true
}
