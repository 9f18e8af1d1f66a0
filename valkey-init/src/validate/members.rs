//! Validates the members that are to be forgotten (`forget`), and the mode of `rebalance`.

use init_core::{SpecPath, Violations};

use crate::desired::{Member, Mode, Node};
use crate::spec::Spec;

pub(super) fn validate(spec: &Spec, nodes: &[Node], found: &mut Violations) -> Vec<Member> {
    let root = SpecPath::root();
    if spec.rebalance && spec.mode.of_nodes() != Mode::Cluster {
        found.push(&root.key("rebalance"), "only a cluster has slots");
    }
    if !spec.forget.is_empty() && spec.mode.of_nodes() != Mode::Cluster {
        found.push(&root.key("forget"), "only a cluster has members");
    }
    let mut members = Vec::new();
    for (position, text) in spec.forget.iter().enumerate() {
        let at = root.key("forget").index(position);
        let Some(member) = found.check(&at, text.parse::<Member>()) else { continue };
        if nodes.iter().any(|node| member == Member::Name(node.endpoint.clone())) {
            found.push(&at, "it is one of `nodes`: take it away there first");
        }
        members.push(member);
    }
    members
}
