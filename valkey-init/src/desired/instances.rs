//! The nodes behind one name, as nodes of the spec, and the layout of all nodes.

use std::borrow::Cow;

use super::{Desired, Instances, Layout, Mode, Node};

impl Desired {
    /// Replaces each name with `replicas` by the nodes that it leads to.
    pub(crate) fn with_instances(&self, instances: &Instances) -> Cow<'_, Self> {
        if instances.is_empty() {
            return Cow::Borrowed(self);
        }
        let nodes = self.nodes.iter().flat_map(|node| match instances.get(&node.endpoint) {
            Some(instances) => {
                instances.iter().map(|at| Node { endpoint: at.clone(), ..node.clone() }).collect()
            }
            None => vec![node.clone()],
        });
        let nodes: Vec<Node> = nodes.collect();
        let layout = new_layout(self.mode, &nodes, self.replicas_per_primary);
        Cow::Owned(Self { nodes, layout, ..self.clone() })
    }
}

/// The layout of a new cluster of these nodes; the other modes have none.
pub(crate) fn new_layout(mode: Mode, nodes: &[Node], replicas_per_primary: Option<u16>) -> Layout {
    if mode != Mode::Cluster {
        return Layout::default();
    }
    Layout::without_drained(nodes.iter().map(|node| (node.zone.as_deref(), node.drain)), replicas_per_primary)
}
