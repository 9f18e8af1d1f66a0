//! Which node of the spec an address leads to, and which one the Sentinels name as the primary.

use std::collections::BTreeMap;

use init_core::Endpoint;

use crate::desired::{Desired, Node};
use crate::observed::{Monitored, Observed};

/// The node of the spec that `host:port` leads to: by its name, or by an address that its name has now.
pub(crate) fn member(
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

/// What each Sentinel that has the monitor says of it.
pub(crate) fn monitors<'a>(
    desired: &Desired,
    observed: &'a Observed,
) -> impl Iterator<Item = (Endpoint, &'a Monitored)> + use<'a> {
    let sentinels = desired.sentinels.iter().flat_map(|sentinels| sentinels.endpoints().cloned());
    let sentinels: Vec<Endpoint> = sentinels.collect();
    sentinels
        .into_iter()
        .filter_map(|node| Some((node.clone(), observed.sentinels.get(&node)?.monitored.as_ref()?)))
}

/// The primary by the Sentinels' word: of the newest failover that any of them knows, by most of them.
pub(crate) fn word(desired: &Desired, observed: &Observed) -> Option<Endpoint> {
    let mut votes: BTreeMap<Endpoint, (u64, usize)> = BTreeMap::new();
    for (_, monitored) in monitors(desired, observed) {
        if let Some(node) = member(desired, observed, &monitored.address) {
            let (epoch, count) = votes.entry(node).or_default();
            *epoch = monitored.epoch.max(*epoch);
            *count += 1;
        }
    }
    // The first of the spec where nothing else tells them apart; what differs is a conflict then.
    let place = |node: &Endpoint| desired.nodes.iter().position(|declared| declared.endpoint == *node);
    let best = votes.into_iter().max_by_key(|(node, votes)| (*votes, std::cmp::Reverse(place(node))));
    best.map(|(node, _)| node)
}
