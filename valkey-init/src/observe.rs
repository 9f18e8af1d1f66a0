//! Reads the state of all nodes, and waits as long as nothing but waiting is left to do.

mod accounts;
mod catalog;
mod info;
pub(crate) mod migrations;
mod node;
mod parameters;
mod primary_login;
mod read;
mod sentinel_login;
pub(crate) mod sentinels;
mod settled;
mod streams;
pub(crate) mod users;
pub(crate) mod values;
mod version;
mod waiting;

use init_core::Secrets;
use tracing::{info, warn};

use crate::desired::{Desired, Mode};
use crate::error::Error;
use crate::observed::Observed;
use crate::plan::plan;
use crate::plan::shape::empty_primaries;
use crate::plan::topology::Topology;
use crate::wire::Connections;

pub(crate) use catalog::{Catalogs, rehearse};
pub(crate) use read::views;
pub(crate) use settled::disagreement;
pub(crate) use waiting::pause;

use waiting::Waiting;

/// Reads the nodes that are there. Where some are missing, that is enough as long as nothing is to be changed.
pub(crate) async fn observe(
    connections: &Connections,
    catalogs: &mut Catalogs,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Observed, Error> {
    let Some(missing) = connections.missing() else {
        return of_all(connections, catalogs, desired, secrets).await;
    };
    let observed = of_all(connections, catalogs, &desired.without(&missing.nodes), secrets).await?;
    if !plan(desired, &observed).is_empty() {
        let problem = format!(
            "the others are not as the spec says, a change takes all nodes, and not there is {missing}"
        );
        return Err(Error::Unsettled(problem));
    }
    warn!(%missing, "a majority of the nodes is as the spec says, and nothing is known of those that are not there");
    Ok(observed)
}

/// Reads everything once, and then what settles by itself until it has settled.
async fn of_all(
    connections: &Connections,
    catalogs: &mut Catalogs,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Observed, Error> {
    catalogs.read(connections, desired).await?;
    sentinel_login::try_login(connections, (desired, secrets)).await?;
    let mut observed = read::in_full(connections, (desired, secrets), catalogs).await?;
    let mut waiting = Waiting::new(&observed);
    while let Some(reason) = waiting.reason(desired, &mut observed) {
        if waiting.is_over() {
            primary_login::explain(connections, desired, &observed, false).await?;
            sentinels::explain(desired, &observed)?;
            return Err(Error::Unsettled(reason));
        }
        waiting.pause(connections, desired, &observed).await?;
        observed = read::views(connections, desired, &observed).await?;
    }
    streams::read_unserved(connections, desired, &mut observed).await?;
    if plan(desired, &observed).is_empty() {
        if let Some(stream) = streams::unserved(&observed) {
            return Err(Error::Unsettled(format!(
                "the cluster does not serve the key of the stream {stream}"
            )));
        }
        primary_login::explain(connections, desired, &observed, true).await?;
        tell_empty_primaries(desired, &observed);
        tell_drained(desired, &observed);
        sentinels::tell_strangers(desired, &observed);
    }
    Ok(observed)
}

/// A primary without slots is right where the spec has so many primaries, and nothing is on it.
fn tell_empty_primaries(desired: &Desired, observed: &Observed) {
    if desired.mode == Mode::Cluster {
        for node in empty_primaries(&Topology::new(desired, observed)) {
            warn!(
                node,
                "this primary owns no slot, and none that has an owner is moved unless the spec says `rebalance: true`"
            );
        }
    }
}

/// A node that was drained may go. What it is called is known only as long as it is there.
fn tell_drained(desired: &Desired, observed: &Observed) {
    for node in desired.nodes.iter().filter(|node| node.drain) {
        let (state, node) = (observed.state(&node.endpoint), &node.endpoint);
        info!(%node, id = state.id, "this node owns no slot: stop it, take it away from `nodes`, and name its id under `forget`");
    }
}

/// Parses a value as every answer that is parsed here, for a fuzzer.
pub(crate) fn any_answer(value: &redis::Value) {
    let text = crate::wire::text(value).unwrap_or_default();
    for line in text.lines() {
        let _ = crate::observed::Entry::parse(line);
    }
    let _ = info::Info::parse(&text).keys();
    let _ = node::shards(value);
    accounts::any_answer(value);
    let _ = (streams::names(value), migrations::jobs(value));
    sentinels::any_answer(value);
}
