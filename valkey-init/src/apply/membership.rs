//! Introduces nodes to each other, and waits until everybody knows everybody where it is now.
//!
//! A replica must be made only after that: a node that learns of the role before the shard writes a file that it
//! refuses to read at its next start (valkey-io/valkey issues 774 and 2171).

use std::time::Duration;

use futures_util::future::join_all;
use init_core::{Endpoint, Progress};
use redis::cmd;
use tokio::time::Instant;

use crate::Valkey;
use crate::error::Error;
use crate::observe::{Link, Observed};
use crate::plan::cluster::reaches;
use crate::plan::{Change, Topology};
use crate::wire::addresses;

/// A handshake that is not done by then was lost; meeting again does no harm.
const AGAIN: Duration = Duration::from_secs(2);

impl Valkey {
    /// The server takes only addresses here, so the name is looked up for each meeting.
    pub(super) async fn meet(&self, node: &Endpoint, by: &[Endpoint]) -> Result<(), Error> {
        let found = addresses(node).await?;
        let address = found.first().map(ToString::to_string).unwrap_or_default();
        let met = by.iter().map(async |other| {
            let mut command = cmd("CLUSTER");
            command.arg("MEET").arg(&address).arg(node.port());
            self.to(other)?.ask(command).await.map_err(Error::raced)
        });
        join_all(met).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(())
    }

    /// The same results, after all that went well has shown its effect.
    pub(super) async fn met(
        &self,
        stage: &[Change],
        mut results: Vec<Result<(), Error>>,
        progress: &Progress,
    ) -> Vec<Result<(), Error>> {
        if results.iter().any(Result::is_err) {
            return results;
        }
        if let Err(error) = self.acquainted(stage, progress).await
            && let Some(last) = results.last_mut()
        {
            *last = Err(error);
        }
        results
    }

    async fn acquainted(&self, stage: &[Change], progress: &Progress) -> Result<(), Error> {
        let (mut since, mut done) = (Instant::now(), 0);
        let mut observed = Observed::default();
        loop {
            self.look(&mut observed, &self.desired).await?;
            let topology = Topology::new(&self.desired, &observed);
            let missing: Vec<(Endpoint, Vec<Endpoint>)> =
                stage.iter().filter_map(|change| strange(&topology, change)).collect();
            let meeting = topology.states.iter().flat_map(|state| state.view.values());
            let meeting = meeting.filter(|entry| entry.link == Link::Handshake).count();
            let known = stage.len() - missing.len();
            progress.advance(known.saturating_sub(done));
            done = done.max(known);
            match missing.first() {
                None if meeting == 0 => return Ok(()),
                None => progress.waiting_for(format!("{meeting} handshake(s) to end")),
                Some((node, by)) => {
                    let by: Vec<String> = by.iter().map(|other| sight(&topology, other, node)).collect();
                    progress.waiting_for(format!("{node} to be known by {}", by.join(", ")));
                }
            }
            if since.elapsed() > AGAIN {
                since = Instant::now();
                observed = Observed::default();
                let again = missing.iter().map(|(node, by)| self.meet(node, by));
                join_all(again).await.into_iter().collect::<Result<Vec<()>, _>>()?;
            }
            self.pause().await;
        }
    }
}

/// A node that was to be met, and those that do not know it yet.
fn strange(topology: &Topology<'_>, change: &Change) -> Option<(Endpoint, Vec<Endpoint>)> {
    let Change::MeetNode { node, by } = change else { return None };
    let target = topology.position(node)?;
    let unmet =
        |other: &&Endpoint| topology.position(other).is_some_and(|other| !reaches(topology, other, target));
    let mut missing: Vec<Endpoint> = by.iter().filter(unmet).cloned().collect();
    if missing.is_empty() && !reaches(topology, target, target) {
        missing.extend(by.first().cloned());
    }
    (!missing.is_empty()).then(|| (node.clone(), missing))
}

/// The name of `other`, with where it sees `node` if the name of `node` does not lead there: an address that comes back
/// after each meeting was written by whatever translates addresses between the two.
fn sight(topology: &Topology<'_>, other: &Endpoint, node: &Endpoint) -> String {
    if let (Some(by), Some(target)) = (topology.position(other), topology.position(node))
        && let (Some(entry), Some(state)) = (topology.knows(by, target), topology.states.get(target))
        && let Some(address) = entry.address
        && !state.addresses.contains(&address)
    {
        return format!("{other} (who sees it at {address})");
    }
    other.to_string()
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::path::Path;

    use init_core::{Backend, Files};
    use serde_json::json;

    use super::*;
    use crate::observe::{Entry, NodeState};

    #[test]
    fn an_address_that_the_name_does_not_lead_to_is_told() {
        let names = ["n0:6379", "n1:6379", "n2:6379"];
        let spec =
            json!({"mode": "cluster", "nodes": names, "password": {"secret": "p"}, "replicasPerPrimary": 0});
        let files = Files::relative_to(Path::new(""));
        let desired = Valkey::validate(serde_json::from_value(spec).unwrap(), &files).unwrap();
        let address = |node: usize| IpAddr::from([10, 0, 0, u8::try_from(node).unwrap() + 2]);
        let entry =
            |id: usize, address| Entry { id: id.to_string(), address: Some(address), ..Entry::default() };
        let state = |node: usize, zero: IpAddr| NodeState {
            id: node.to_string(),
            addresses: [address(node)].into(),
            view: [("0".to_owned(), entry(0, zero)), (node.to_string(), entry(node, address(node)))].into(),
            ..NodeState::default()
        };
        let states = [state(0, address(0)), state(1, IpAddr::from([10, 0, 0, 1])), state(2, address(0))];
        let nodes = desired.nodes.iter().map(|node| node.endpoint.clone()).zip(states).collect();
        let observed = Observed { nodes, ..Observed::default() };
        let topology = Topology::new(&desired, &observed);
        let [zero, one, two] = [0, 1, 2].map(|node| topology.endpoint(node).unwrap());
        let change = Change::MeetNode { node: zero.clone(), by: vec![one.clone(), two.clone()] };
        assert_eq!(strange(&topology, &change), Some((zero.clone(), vec![one.clone()])));
        assert_eq!(sight(&topology, &one, &zero), "n1:6379 (who sees it at 10.0.0.1)");
        assert_eq!(sight(&topology, &two, &zero), "n2:6379");
    }
}
