//! The cluster as its nodes report it, by positions in the spec's node list.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Endpoint;

use crate::desired::Desired;
use crate::desired::slots::{COUNT, Slots};
use crate::observed::{LinkState, NodeEntry, NodeState, Observed};

/// The nodes of the spec with their states.
pub(crate) struct Topology<'a> {
    pub(crate) desired: &'a Desired,
    pub(crate) states: Vec<NodeState>,
    /// The nodes by id; a node that was not read has none.
    pub(crate) ids: BTreeMap<String, usize>,
    /// The ids of the members that are to be forgotten and that some node knows.
    pub(crate) to_forget: BTreeSet<String>,
}

impl<'a> Topology<'a> {
    pub(crate) fn new(desired: &'a Desired, observed: &Observed) -> Self {
        let states: Vec<NodeState> =
            desired.nodes.iter().map(|node| observed.state(&node.endpoint).into_owned()).collect();
        let ids = states.iter().enumerate().filter(|(_, state)| !state.id.is_empty());
        let ids = ids.map(|(node, state)| (state.id.clone(), node)).collect();
        let mut topology = Self { desired, states, ids, to_forget: BTreeSet::new() };
        let is_declared_member = |entry: &NodeEntry| {
            desired.forget.iter().any(|member| observed.is_declared_member(member, entry))
        };
        let others = topology.undeclared_members().into_iter();
        topology.to_forget = others
            .filter(|(_, seen)| seen.iter().any(|(_, entry)| is_declared_member(entry)))
            .map(|(id, _)| id)
            .collect();
        topology
    }

    /// All nodes, by position.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (usize, &NodeState)> {
        self.states.iter().enumerate()
    }

    /// The endpoints of nodes.
    pub(crate) fn endpoints(&self, nodes: impl IntoIterator<Item = usize>) -> Vec<Endpoint> {
        nodes.into_iter().filter_map(|node| self.endpoint(node)).collect()
    }

    /// The endpoint of the node at a position.
    pub(crate) fn endpoint(&self, node: usize) -> Option<Endpoint> {
        Some(self.desired.nodes.get(node)?.endpoint.clone())
    }

    /// The position of the node with this endpoint.
    pub(crate) fn position(&self, endpoint: &Endpoint) -> Option<usize> {
        self.desired.nodes.iter().position(|node| node.endpoint == *endpoint)
    }

    /// The entry of a node about itself.
    pub(crate) fn own_entry(&self, node: usize) -> Option<&NodeEntry> {
        let state = self.states.get(node)?;
        state.view.get(&state.id)
    }

    /// The entry of a node about another.
    pub(crate) fn entry_of(&self, node: usize, other: usize) -> Option<&NodeEntry> {
        self.states.get(node)?.view.get(&self.states.get(other)?.id)
    }

    /// The slots that a node reports as its own.
    pub(crate) fn owned_slots(&self, node: usize) -> Slots {
        self.own_entry(node).map(|own| own.slots.clone()).unwrap_or_default()
    }

    /// True when a node knows no other node.
    pub(crate) fn is_isolated(&self, node: usize) -> bool {
        self.states.get(node).is_none_or(|state| state.view.keys().all(|id| *id == state.id))
    }

    /// The id of the primary of a replica.
    pub(crate) fn primary_id(&self, node: usize) -> Option<&str> {
        self.own_entry(node)?.primary.as_deref()
    }

    /// The position of the primary of a replica, if the spec names that primary.
    pub(crate) fn primary_of(&self, node: usize) -> Option<usize> {
        self.ids.get(self.primary_id(node)?).copied()
    }

    /// The owner of each slot, as the owners report it. Of two owners the one with the higher configuration epoch
    /// counts.
    pub(crate) fn owners(&self) -> Vec<Option<usize>> {
        let mut owners: Vec<Option<(u64, usize)>> = vec![None; usize::from(COUNT)];
        for (node, _) in self.nodes() {
            let Some(own) = self.own_entry(node) else { continue };
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

    /// The ids of members that the spec names neither as nodes nor under `forget`, each with its entries at the nodes
    /// that know it.
    pub(crate) fn unnamed_nodes(&self) -> BTreeMap<String, Vec<(usize, &NodeEntry)>> {
        let mut unnamed = self.undeclared_members();
        unnamed.retain(|id, _| !self.to_forget.contains(id));
        unnamed
    }

    /// The ids of members that are not nodes of the spec, each with its entries at the nodes that know it.
    pub(crate) fn undeclared_members(&self) -> BTreeMap<String, Vec<(usize, &NodeEntry)>> {
        let mut others: BTreeMap<String, Vec<(usize, &NodeEntry)>> = BTreeMap::new();
        for (node, state) in self.nodes() {
            for (id, entry) in &state.view {
                if !self.ids.contains_key(id) && entry.link != LinkState::Handshake {
                    others.entry(id.clone()).or_default().push((node, entry));
                }
            }
        }
        others
    }

    /// True for a node whose slots are to be moved away.
    pub(crate) fn is_drained(&self, node: usize) -> bool {
        self.desired.rebalance && self.desired.nodes.get(node).is_some_and(|node| node.drain)
    }

    /// The number of handshakes in all views.
    pub(crate) fn handshake_count(&self) -> usize {
        let entries = self.states.iter().flat_map(|state| state.view.values());
        entries.filter(|entry| entry.link == LinkState::Handshake).count()
    }

    /// The connected components: the nodes that know each other, directly or through others.
    pub(crate) fn connected_components(&self) -> Vec<BTreeSet<usize>> {
        let mut connected_components: Vec<BTreeSet<usize>> = Vec::new();
        for (node, state) in self.nodes() {
            let mut joined: BTreeSet<usize> =
                state.view.keys().filter_map(|id| self.ids.get(id).copied()).collect();
            joined.insert(node);
            let (touching, rest) =
                connected_components.into_iter().partition::<Vec<_>, _>(|c| !c.is_disjoint(&joined));
            connected_components = rest;
            connected_components.push(touching.into_iter().flatten().chain(joined).collect());
        }
        connected_components
    }
}
