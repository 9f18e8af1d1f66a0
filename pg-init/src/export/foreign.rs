//! Writes foreign servers and user mappings as entries of a spec.

use std::collections::BTreeMap;

use init_core::export::Node;

use crate::desired::{Database, ForeignServer, UserMapping};

pub(super) fn foreign_servers(name: &str, database: &Database) -> Node {
    let mut all = Vec::new();
    for (server, entry) in &database.foreign_servers {
        let mut mappings = Vec::new();
        for ((of, role), mapping) in database.user_mappings.iter().filter(|((of, _), _)| of == server) {
            mappings.push((role.clone(), user_mapping(&format!("{role} on {of} in {name}"), mapping)));
        }
        all.push((server.clone(), foreign_server(entry).with_non_empty("userMappings", Node::Map(mappings))));
    }
    Node::Map(all)
}

fn foreign_server(server: &ForeignServer) -> Node {
    let ForeignServer { wrapper, kind, version, options, owner, usage } = server;
    let options = options.iter().map(|(name, value)| (name.clone(), Node::from(value.as_str())));
    Node::map()
        .with("wrapper", wrapper.as_str())
        .with_some("type", kind.as_deref())
        .with_some("version", version.as_deref())
        .with_non_empty("options", Node::Map(options.collect()))
        .with_some("owner", owner.as_deref())
        .with_non_empty("usage", usage.iter().cloned().collect::<Vec<_>>())
}

fn user_mapping(of: &str, mapping: &UserMapping) -> Node {
    let mut options: BTreeMap<_, _> =
        mapping.options.iter().map(|(name, value)| (name.clone(), Node::from(value.as_str()))).collect();
    for (option, secret) in &mapping.secrets {
        let purpose = format!("the option {option} of the user mapping of {of}");
        options.insert(option.clone(), Node::Secret { name: secret.clone(), purpose });
    }
    Node::map().with_non_empty("options", Node::Map(options.into_iter().collect()))
}
