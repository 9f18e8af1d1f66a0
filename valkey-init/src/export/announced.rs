//! Exports the announced names and ports of nodes.

use std::collections::BTreeMap;

use init_core::Endpoint;

use super::found::Found;
use super::read::Node;
use crate::desired::{self, Desired, Mode};

/// The parameters of announced ports.
const PORTS: [&str; 4] = [
    "cluster-announce-bus-port",
    "cluster-announce-port",
    "cluster-announce-tls-port",
    "replica-announce-port",
];

pub(super) fn all(nodes: &BTreeMap<Endpoint, Node>, desired: &Desired, found: &mut Found) {
    let each: Vec<(&desired::Node, &Node)> =
        desired.nodes.iter().filter_map(|node| Some((node, nodes.get(&node.endpoint)?))).collect();
    let announced =
        |node: &&(&desired::Node, &Node)| announced_name(desired.mode, &node.1.parameters).is_some();
    let right = |(node, there): &(&desired::Node, &Node)| {
        announced_name(desired.mode, &there.parameters).is_some_and(|name| name == node.hostname)
    };
    if !each.is_empty() && each.iter().all(right) {
        found.announce = true;
    } else {
        for (node, there) in each.iter().filter(announced) {
            let name = announced_name(desired.mode, &there.parameters).unwrap_or_default();
            let text = format!("{} announces the name {name}: write it as `announceHostname`", node.endpoint);
            found.note("announceHostnames", "", text);
        }
    }
    for (node, there) in each {
        for port in PORTS {
            let told = there.parameters.get(port).filter(|told| *told != "0");
            if let Some(told) =
                told.filter(|told| node.ports.get(port).map(u16::to_string).as_ref() != Some(*told))
            {
                let text =
                    format!("{} announces the port {told} ({port}): write it at the node", node.endpoint);
                found.note("announceHostnames", "", text);
            }
        }
    }
}

/// The name that a node announces, if it does.
fn announced_name(mode: Mode, parameters: &BTreeMap<String, String>) -> Option<&str> {
    let get = |name: &str| parameters.get(name).map(String::as_str).filter(|value| !value.is_empty());
    match mode {
        Mode::Standalone => None,
        Mode::Replication => get("replica-announce-ip"),
        Mode::Cluster => get("cluster-announce-hostname")
            .filter(|_| get("cluster-preferred-endpoint-type") == Some("hostname")),
    }
}
