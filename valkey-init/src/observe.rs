//! Reads the state of all nodes, and reads it again while the servers are in a transition that ends by itself.

mod all_nodes;
mod catalog;
pub(crate) mod dry_run;
mod info;
mod local_state;
pub(crate) mod migrations;
mod node;
mod parameters;
mod replication_login;
mod sentinel_login;
pub(crate) mod sentinels;
mod streams;
pub(crate) mod users;
mod version;
mod wait;
mod wait_reasons;

use init_core::Secrets;
use tracing::{info, warn};

use crate::desired::{Desired, Mode};
use crate::error::Error;
use crate::observed::Observed;
use crate::plan::plan;
use crate::plan::primary_count::empty_primaries;
use crate::plan::topology::Topology;
use crate::wire::Connections;

pub(crate) use all_nodes::read_views;
pub(crate) use catalog::{Catalogs, dry_run_rules};
pub(crate) use wait::pause;
pub(crate) use wait_reasons::disagreement;

use wait::Wait;

/// Observes the nodes that can be reached. Where some are missing (`require: majority`), that is enough as long as
/// nothing is to be changed.
pub(crate) async fn observe(
    connections: &Connections,
    catalogs: &mut Catalogs,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Observed, Error> {
    let Some(missing) = connections.missing() else {
        return observe_present_nodes(connections, catalogs, desired, secrets).await;
    };
    let observed =
        observe_present_nodes(connections, catalogs, &desired.without_nodes(&missing.nodes), secrets).await?;
    if !plan(desired, &observed).is_empty() {
        let problem = format!(
            "the nodes differ from the spec, and a change takes all nodes; these could not be reached: {missing}"
        );
        return Err(Error::Unsettled(problem));
    }
    warn!(%missing, "a majority of the nodes is as the spec says, and the others could not be reached");
    Ok(observed)
}

/// Reads everything once, and then views, roles and links again until there is no reason to wait.
async fn observe_present_nodes(
    connections: &Connections,
    catalogs: &mut Catalogs,
    desired: &Desired,
    secrets: &Secrets,
) -> Result<Observed, Error> {
    catalogs.read(connections, desired).await?;
    sentinel_login::try_login(connections, (desired, secrets)).await?;
    let mut observed = all_nodes::read(connections, (desired, secrets), catalogs).await?;
    let mut waiting = Wait::new(&observed);
    while let Some(reason) = waiting.reason(desired, &mut observed) {
        if waiting.is_over() {
            replication_login::check_logins(connections, desired, &observed, false).await?;
            sentinels::check_refused(desired, &observed)?;
            return Err(Error::Unsettled(reason));
        }
        waiting.pause(connections, desired, &observed).await?;
        observed = all_nodes::read_views(connections, desired, &observed).await?;
    }
    streams::read_unserved(connections, desired, &mut observed).await?;
    if plan(desired, &observed).is_empty() {
        if let Some(stream) = streams::first_unserved(&observed) {
            return Err(Error::Unsettled(format!(
                "the cluster does not serve the key of the stream {stream}"
            )));
        }
        replication_login::check_logins(connections, desired, &observed, true).await?;
        warn_of_empty_primaries(desired, &observed);
        log_drained_nodes(desired, &observed);
        sentinels::warn_of_undeclared_sentinels(desired, &observed);
    }
    Ok(observed)
}

/// Warns of primaries without slots: the spec has as many primaries, but no key can be on these.
fn warn_of_empty_primaries(desired: &Desired, observed: &Observed) {
    if desired.mode == Mode::Cluster {
        for node in empty_primaries(&Topology::new(desired, observed)) {
            warn!(
                node,
                "this primary owns no slot, and none that has an owner is moved unless the spec says `rebalance: true`"
            );
        }
    }
}

/// Logs the id of each drained node, which `forget` needs and which is known only while the node runs.
fn log_drained_nodes(desired: &Desired, observed: &Observed) {
    for node in desired.nodes.iter().filter(|node| node.drain) {
        let (state, node) = (observed.state(&node.endpoint), &node.endpoint);
        info!(%node, id = state.id, "this node owns no slot: stop it, take it away from `nodes`, and name its id under `forget`");
    }
}

/// Parses a value as each kind of answer, for the fuzzer.
pub(crate) fn parse_any_answer(value: &redis::Value) {
    let text = crate::wire::text(value).unwrap_or_default();
    for line in text.lines() {
        let _ = crate::observed::NodeEntry::parse(line);
    }
    let _ = info::Info::parse(&text).keys();
    let _ = node::parse_shards(value);
    local_state::parse_any_answer(value);
    let _ = (streams::group_names(value), migrations::parse(value));
    sentinels::parse_any_answer(value);
}
