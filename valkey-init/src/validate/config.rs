//! Validates the parameters of a spec.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use crate::spec::scalar::Scalar;

/// Parameters that hold a secret, or that another field of the spec sets.
const RESERVED: [(&str, &str); 20] = [
    ("requirepass", "it is the password of the user `default`: declare that under `users`"),
    ("masterauth", "it holds a password: name the user under `replicationUser`"),
    ("primaryauth", "it holds a password: name the user under `replicationUser`"),
    ("masteruser", "name the user under `replicationUser`"),
    ("primaryuser", "name the user under `replicationUser`"),
    ("tls-key-file-pass", "it holds a password, and a spec holds none"),
    ("tls-client-key-file-pass", "it holds a password, and a spec holds none"),
    ("user", "declare it under `users`"),
    ("replicaof", "the mode says who replicates whom"),
    ("slaveof", "the mode says who replicates whom"),
    ("cluster-announce-hostname", "write `announceHostnames` and the node's `announceHostname`"),
    ("cluster-preferred-endpoint-type", "write `announceHostnames`"),
    ("replica-announce-ip", "write `announceHostnames` and the node's `announceHostname`"),
    ("slave-announce-ip", "write `announceHostnames` and the node's `announceHostname`"),
    ("cluster-announce-ip", "an address does not survive a restart: write `announceHostnames`"),
    ("cluster-announce-port", "write the node's `announcePort`"),
    ("cluster-announce-tls-port", "write the node's `announceTlsPort`"),
    ("cluster-announce-bus-port", "write the node's `announceBusPort`"),
    ("replica-announce-port", "write the node's `announcePort`"),
    ("cluster-enabled", "it is set when the server starts, not by a client"),
];

/// The parameters that have been renamed, each with its new name.
const RENAMED: [(&str, &str); 4] = [
    ("lua-time-limit", "busy-reply-threshold"),
    ("slowlog-log-slower-than", "commandlog-execution-slower-than"),
    ("slowlog-max-len", "commandlog-slow-execution-max-len"),
    ("list-max-ziplist-size", "list-max-listpack-size"),
];

/// True for a parameter that a spec may not set under `config`.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|(reserved, _)| *reserved == name)
}

/// The newest name of a parameter. Servers accept a parameter under each name that it ever had.
pub(crate) fn newest_name(name: &str) -> String {
    let renamed = RENAMED.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new);
    renamed.replace("slave", "replica").replace("ziplist", "listpack")
}

pub(super) fn validate(
    at: &SpecPath,
    config: &BTreeMap<String, Scalar>,
    found: &mut Violations,
) -> BTreeMap<String, String> {
    for (name, value) in config {
        let at = at.key(name);
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.');
        if name.is_empty() || !name.bytes().all(plain) {
            found.push(&at, "a parameter's name is lower case, as `CONFIG GET` prints it");
        }
        if let Some((_, why)) = RESERVED.iter().find(|(reserved, _)| reserved == name) {
            found.push(&at, format!("`{name}` cannot be set here: {why}"));
        }
        if value.0.contains('\0') {
            found.push(&at, "a value has no NUL");
        }
    }
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for name in config.keys() {
        if let Some(other) = seen.insert(newest_name(name), name) {
            let problem = format!("`{other}` is another name of the same parameter: keep one of them");
            found.push(&at.key(name), problem);
        }
    }
    config.iter().map(|(name, value)| (name.clone(), value.0.clone())).collect()
}
