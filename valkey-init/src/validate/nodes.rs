//! The nodes of a spec.

use std::collections::BTreeSet;

use init_core::{DnsName, Endpoint, SpecPath, Violations};

use crate::desired::{Mode, Node};
use crate::spec::Spec;
use crate::spec::node::NodeSpec;

/// The cluster bus listens this far above the port.
const BUS: u16 = 10_000;

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
        if spec.mode == Mode::Cluster && endpoint.port() > u16::MAX - BUS {
            found.push(
                &place,
                format!("the cluster bus listens {BUS} above the port, and that is past 65535"),
            );
        }
        check_mode(spec, node, &at, found);
        let announced = node.announce_hostname.as_ref().map(|name| name.parse::<DnsName>());
        let announced = announced.and_then(|name| found.check(&at.key("announceHostname"), name));
        let hostname = announced.map_or_else(|| endpoint.host().to_owned(), |name| name.as_str().to_owned());
        nodes.push(Node { endpoint, zone: node.zone.clone(), hostname });
    }
    nodes
}

fn check_mode(spec: &Spec, node: &NodeSpec, at: &SpecPath, found: &mut Violations) {
    if node.zone.is_some() && spec.mode != Mode::Cluster {
        found.push(&at.key("zone"), "only a cluster has zones");
    }
    if node.announce_hostname.is_some() && !spec.announce_hostnames {
        found.push(&at.key("announceHostname"), "clients are told names only with `announceHostnames: true`");
    }
}
