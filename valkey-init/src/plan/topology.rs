//! A cluster by positions in the spec's node list, with each node's own word for what it is.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Endpoint;

use crate::desired::Desired;
use crate::desired::slots::{COUNT, Slots};
use crate::observed::{Entry, Link, NodeState, Observed};

/// The nodes of the spec and what they say.
pub(crate) struct Topology<'a> {
    pub(crate) desired: &'a Desired,
    pub(crate) states: Vec<NodeState>,
    /// The nodes by id; a node that was not read has none.
    pub(crate) ids: BTreeMap<String, usize>,
    /// The ids of the members that are to be forgotten and that some node knows.
    pub(crate) forgotten: BTreeSet<String>,
}

impl<'a> Topology<'a> {
    pub(crate) fn new(desired: &'a Desired, observed: &Observed) -> Self {
        let states: Vec<NodeState> =
            desired.nodes.iter().map(|node| observed.state(&node.endpoint).into_owned()).collect();
        let ids = states.iter().enumerate().filter(|(_, state)| !state.id.is_empty());
        let ids = ids.map(|(node, state)| (state.id.clone(), node)).collect();
        let mut topology = Self { desired, states, ids, forgotten: BTreeSet::new() };
        let is_meant = |entry: &Entry| desired.forget.iter().any(|member| observed.is_meant(member, entry));
        let others = topology.other_members().into_iter();
        topology.forgotten = others
            .filter(|(_, seen)| seen.iter().any(|(_, entry)| is_meant(entry)))
            .map(|(id, _)| id)
            .collect();
        topology
    }

    /// All nodes, by position.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (usize, &NodeState)> {
        self.states.iter().enumerate()
    }

    /// The names of nodes.
    pub(crate) fn endpoints(&self, nodes: impl IntoIterator<Item = usize>) -> Vec<Endpoint> {
        nodes.into_iter().filter_map(|node| self.endpoint(node)).collect()
    }

    /// The name of the node at a position.
    pub(crate) fn endpoint(&self, node: usize) -> Option<Endpoint> {
        Some(self.desired.nodes.get(node)?.endpoint.clone())
    }

    /// Where the node of a name is in the list.
    pub(crate) fn position(&self, endpoint: &Endpoint) -> Option<usize> {
        self.desired.nodes.iter().position(|node| node.endpoint == *endpoint)
    }

    /// What a node says of itself.
    pub(crate) fn own(&self, node: usize) -> Option<&Entry> {
        let state = self.states.get(node)?;
        state.view.get(&state.id)
    }

    /// What a node knows of another.
    pub(crate) fn knows(&self, node: usize, other: usize) -> Option<&Entry> {
        self.states.get(node)?.view.get(&self.states.get(other)?.id)
    }

    /// The slots that a node says are its own.
    pub(crate) fn claims(&self, node: usize) -> Slots {
        self.own(node).map(|own| own.slots.clone()).unwrap_or_default()
    }

    /// Whether a node knows no other node.
    pub(crate) fn isolated(&self, node: usize) -> bool {
        self.states.get(node).is_none_or(|state| state.view.keys().all(|id| *id == state.id))
    }

    /// The id of the primary that a replica follows.
    pub(crate) fn follows(&self, node: usize) -> Option<&str> {
        self.own(node)?.primary.as_deref()
    }

    /// The same as a position, if the spec names that primary.
    pub(crate) fn primary_of(&self, node: usize) -> Option<usize> {
        self.ids.get(self.follows(node)?).copied()
    }

    /// The owner of each slot by the owners' own word; between two the newer configuration is right.
    pub(crate) fn owners(&self) -> Vec<Option<usize>> {
        let mut owners: Vec<Option<(u64, usize)>> = vec![None; usize::from(COUNT)];
        for (node, _) in self.nodes() {
            let Some(own) = self.own(node) else { continue };
            for slot in own.slots.iter() {
                if let Some(owner) = owners.get_mut(usize::from(slot))
                    && owner.is_none_or(|(epoch, _)| epoch < own.epoch)
                {
                    *owner = Some((own.epoch, node));
                }
            }
        }
        owners.into_iter().map(|owner| owner.map(|(_, node)| node)).collect()
    }

    /// Ids that a node knows and the spec does not name, neither as nodes nor as members to forget, each with the entries of
    /// the nodes that know it.
    pub(crate) fn unnamed_nodes(&self) -> BTreeMap<String, Vec<(usize, &Entry)>> {
        let mut unnamed = self.other_members();
        unnamed.retain(|id, _| !self.forgotten.contains(id));
        unnamed
    }

    /// The same with those that are to be forgotten.
    pub(crate) fn other_members(&self) -> BTreeMap<String, Vec<(usize, &Entry)>> {
        let mut others: BTreeMap<String, Vec<(usize, &Entry)>> = BTreeMap::new();
        for (node, state) in self.nodes() {
            for (id, entry) in &state.view {
                if !self.ids.contains_key(id) && entry.link != Link::Handshake {
                    others.entry(id.clone()).or_default().push((node, entry));
                }
            }
        }
        others
    }

    /// Whether a node is to own no slot.
    pub(crate) fn drains(&self, node: usize) -> bool {
        self.desired.rebalance && self.desired.nodes.get(node).is_some_and(|node| node.drain)
    }

    /// How many nodes are being met, by all views together.
    pub(crate) fn handshakes(&self) -> usize {
        let entries = self.states.iter().flat_map(|state| state.view.values());
        entries.filter(|entry| entry.link == Link::Handshake).count()
    }

    /// The nodes that know each other, directly or through others.
    pub(crate) fn components(&self) -> Vec<BTreeSet<usize>> {
        let mut components: Vec<BTreeSet<usize>> = Vec::new();
        for (node, state) in self.nodes() {
            let mut joined: BTreeSet<usize> =
                state.view.keys().filter_map(|id| self.ids.get(id).copied()).collect();
            joined.insert(node);
            let (touching, rest) = components.into_iter().partition::<Vec<_>, _>(|c| !c.is_disjoint(&joined));
            components = rest;
            components.push(touching.into_iter().flatten().chain(joined).collect());
        }
        components
    }
}
