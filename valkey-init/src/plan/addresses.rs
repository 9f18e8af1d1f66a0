//! Finds the node of the spec at an address, and the primary that the Sentinels report.

use std::collections::BTreeMap;

use init_core::Endpoint;

use crate::desired::{Desired, Node};
use crate::observed::{MonitoredPrimary, Observed};

/// The node of the spec at `host:port`: by its name, by its announced name, or by a current address of its name.
pub(crate) fn node_at(
    desired: &Desired,
    observed: &Observed,
    (host, port): &(String, u16),
) -> Option<Endpoint> {
    // A name that leads to several nodes tells none of them.
    let alone = |node: &&Node| node.endpoint.address().is_none();
    let named =
        |node: &&Node| node.endpoint.port() == *port && node.endpoint.host().eq_ignore_ascii_case(host);
    let told = |node: &Node| {
        node.endpoint.port() == *port
            || node.ports.get("replica-announce-port").is_some_and(|told| told == port)
    };
    let announced = |node: &&Node| told(node) && node.hostname.eq_ignore_ascii_case(host);
    let addressed = |node: &&Node| {
        let addresses = &observed.state(&node.endpoint).addresses;
        node.endpoint.port() == *port && host.parse().is_ok_and(|address| addresses.contains(&address))
    };
    let nodes = || desired.nodes.iter();
    let found = nodes()
        .filter(alone)
        .find(named)
        .or_else(|| nodes().filter(alone).find(announced))
        .or_else(|| nodes().find(addressed));
    found.map(|node| node.endpoint.clone())
}

/// The monitored primary at each Sentinel that has the monitor.
pub(crate) fn monitors<'a>(
    desired: &Desired,
    observed: &'a Observed,
) -> impl Iterator<Item = (Endpoint, &'a MonitoredPrimary)> + use<'a> {
    let sentinels = desired.sentinels.iter().flat_map(|sentinels| sentinels.endpoints().cloned());
    let sentinels: Vec<Endpoint> = sentinels.collect();
    sentinels
        .into_iter()
        .filter_map(|node| Some((node.clone(), observed.sentinels.get(&node)?.monitored.as_ref()?)))
}

/// The primary that the Sentinels report: that of the newest failover epoch, then that of most Sentinels.
pub(crate) fn primary_by_sentinels(desired: &Desired, observed: &Observed) -> Option<Endpoint> {
    let mut votes: BTreeMap<Endpoint, (u64, usize)> = BTreeMap::new();
    for (_, monitored) in monitors(desired, observed) {
        if let Some(node) = node_at(desired, observed, &monitored.address) {
            let (epoch, count) = votes.entry(node).or_default();
            *epoch = monitored.epoch.max(*epoch);
            *count += 1;
        }
    }
    // With equal votes it is the first node of the spec; the disagreement is a conflict then.
    let place = |node: &Endpoint| desired.nodes.iter().position(|declared| declared.endpoint == *node);
    let best = votes.into_iter().max_by_key(|(node, votes)| (*votes, std::cmp::Reverse(place(node))));
    best.map(|(node, _)| node)
}
