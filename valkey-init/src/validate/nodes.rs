//! Validates the nodes of a spec.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{DnsName, Endpoint, SpecPath, Violations};

use super::config;
use crate::desired::{Mode, Node};
use crate::spec::Spec;
use crate::spec::node::{AnnouncedPorts, NodeSpec};
use crate::spec::sentinels::ModeSpec;

pub(super) fn validate(spec: &Spec, found: &mut Violations) -> Vec<Node> {
    let mut seen = BTreeSet::new();
    let mut nodes = Vec::new();
    for (position, node) in spec.nodes.iter().enumerate() {
        let at = SpecPath::root().key("nodes").index(position);
        let place = if node.mapping { at.key("endpoint") } else { at.clone() };
        let Some(endpoint) = found.check(&place, node.endpoint.parse::<Endpoint>()) else { continue };
        if !seen.insert(endpoint.clone()) {
            found.push(&place, format!("{endpoint} is there twice"));
        }
        check_fields_of_mode(spec, node, &at, found);
        let replicas = replicas(spec, (position, node), &at.key("replicas"), found);
        let announced = node.announce_hostname.as_ref().map(|name| name.parse::<DnsName>());
        let announced = announced.and_then(|name| found.check(&at.key("announceHostname"), name));
        let hostname = announced.map_or_else(|| endpoint.host().to_owned(), |name| name.as_str().to_owned());
        let ports = announced_ports(spec.mode.of_nodes(), node, &at, found);
        let config = config::validate(&at.key("config"), &node.config, found);
        let (zone, drain) = (node.zone.clone(), node.drain);
        nodes.push(Node { endpoint, position, replicas, zone, hostname, ports, config, drain });
    }
    nodes
}

/// The ports that a node announces, each by its parameter.
fn announced_ports(
    mode: Mode,
    node: &NodeSpec,
    at: &SpecPath,
    found: &mut Violations,
) -> BTreeMap<&'static str, u16> {
    let AnnouncedPorts { port, tls_port, bus_port } = node.announced;
    let parameters = match mode {
        Mode::Cluster => [
            Some("cluster-announce-port"),
            Some("cluster-announce-tls-port"),
            Some("cluster-announce-bus-port"),
        ],
        Mode::Replication => [Some("replica-announce-port"), None, None],
        Mode::Standalone => [None; 3],
    };
    let keys = ["announcePort", "announceTlsPort", "announceBusPort"];
    let mut announced = BTreeMap::new();
    for ((key, port), parameter) in keys.into_iter().zip([port, tls_port, bus_port]).zip(parameters) {
        match (port, parameter) {
            (Some(0), _) => found.push(&at.key(key), "a port is between 1 and 65535"),
            (Some(port), Some(parameter)) => drop(announced.insert(parameter, port)),
            (Some(_), None) => found.push(&at.key(key), "no node of this mode announces it"),
            (None, _) => {}
        }
    }
    announced
}

/// The number of nodes behind the name, which is one for a node that others have to find by its name.
fn replicas(
    spec: &Spec,
    (position, node): (usize, &NodeSpec),
    at: &SpecPath,
    found: &mut Violations,
) -> usize {
    let replicas = node.replicas.unwrap_or(1);
    if replicas == 0 {
        found.push(at, "a node is there at least once: take it away from `nodes`");
    }
    if replicas > 1 {
        match spec.mode {
            ModeSpec::Cluster | ModeSpec::Replication if spec.announce_hostnames => {
                found.push(
                    at,
                    "several nodes behind one name have none of their own that clients could be told",
                );
            }
            ModeSpec::Replication if position == 0 => {
                found.push(at, "the others follow the first node by its name, which has to lead to it alone");
            }
            ModeSpec::Sentinel => found.push(at, "Sentinels know each node by a name of its own"),
            ModeSpec::Cluster | ModeSpec::Replication | ModeSpec::Standalone => {}
        }
    }
    usize::from(replicas)
}

fn check_fields_of_mode(spec: &Spec, node: &NodeSpec, at: &SpecPath, found: &mut Violations) {
    if node.zone.is_some() && spec.mode.of_nodes() != Mode::Cluster {
        found.push(&at.key("zone"), "only a cluster has zones");
    }
    if node.drain && !spec.rebalance {
        found.push(&at.key("drain"), "slots are moved only with `rebalance: true`");
    }
    if node.announce_hostname.is_some() && !spec.announce_hostnames {
        found.push(&at.key("announceHostname"), "clients are told names only with `announceHostnames: true`");
    }
}
