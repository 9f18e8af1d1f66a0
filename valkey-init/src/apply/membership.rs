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
use crate::wire::resolve;

/// A handshake that is not done by then was lost; meeting again does no harm.
const AGAIN: Duration = Duration::from_secs(2);

impl Valkey {
    /// The server takes only addresses here, so the name is looked up for each meeting.
    pub(super) async fn meet(&self, node: &Endpoint, by: &[Endpoint]) -> Result<(), Error> {
        let addresses = resolve(node).await?;
        let address = addresses.first().map(ToString::to_string).unwrap_or_default();
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
                    let by: Vec<String> = by.iter().map(ToString::to_string).collect();
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
    let position =
        |endpoint: &Endpoint| topology.desired.nodes.iter().position(|node| node.endpoint == *endpoint);
    let target = position(node)?;
    let unmet = |other: &&Endpoint| position(other).is_some_and(|other| !reaches(topology, other, target));
    let mut missing: Vec<Endpoint> = by.iter().filter(unmet).cloned().collect();
    if missing.is_empty() && !reaches(topology, target, target) {
        missing.extend(by.first().cloned());
    }
    (!missing.is_empty()).then(|| (node.clone(), missing))
}
