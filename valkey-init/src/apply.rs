//! From a change to commands. A stage runs on all its nodes at once; what changes a node's own settings is
//! followed, once the node has taken it, by what keeps it over a restart.

mod accounts;
mod judge;
mod membership;
mod persist;

use futures_util::future::join_all;
use init_core::{Endpoint, Progress, Secrets};
use redis::{Cmd, cmd};

use crate::error::Error;
use crate::plan::Change;
use crate::spec::Mode;
use crate::wire::Connection;
use crate::{Slots, Valkey};

impl Valkey {
    /// One stage: changes of one kind.
    pub(crate) async fn carry_out(
        &mut self,
        stage: &[Change],
        secrets: &Secrets,
        progress: &Progress,
    ) -> Vec<Result<(), Error>> {
        if matches!(stage.first(), Some(Change::CloseUser { .. })) {
            return self.lock_out(stage, secrets, progress).await;
        }
        let this = &*self;
        let results = join_all(stage.iter().map(|change| this.one(change, secrets))).await;
        if matches!(stage.first(), Some(Change::MeetNode { .. })) {
            return this.met(stage, results, progress).await;
        }
        progress.advance(results.iter().filter(|result| result.is_ok()).count());
        results
    }

    async fn one(&self, change: &Change, secrets: &Secrets) -> Result<(), Error> {
        let connection = self.to(change.node())?;
        match change {
            Change::StabilizeSlots { slots, .. } => stabilize(connection, slots).await,
            Change::AssignSlots { slots, .. } => {
                connection.ask(assign(slots)).await.map_err(Error::raced)?;
                Ok(())
            }
            Change::SetEpoch { epoch, .. } => {
                let mut command = cmd("CLUSTER");
                command.arg("SET-CONFIG-EPOCH").arg(*epoch);
                connection.ask(command).await.map_err(Error::raced)?;
                Ok(())
            }
            Change::MeetNode { node, by } => self.meet(node, by).await,
            Change::ReplicateNode { primary, .. } => self.replicate(connection, &primary.to).await,
            Change::SetAnnounce { parameters, .. } => {
                let pairs = parameters.iter().map(|(name, drift)| (name.as_str(), drift.to.as_str()));
                self.set_config(connection, pairs).await
            }
            Change::SetConfig { parameters, .. } => {
                self.set_parameters(connection, parameters, secrets).await
            }
            Change::CreateUser { key, .. }
            | Change::AlterUser { key, .. }
            | Change::CloseUser { key, .. } => self.set_user(connection, change, key, secrets).await,
            Change::LoadFunction { library, .. } => self.load(connection, library).await,
        }
    }

    /// The connection to a node of the plan.
    pub(crate) fn to(&self, node: &Endpoint) -> Result<&Connection, Error> {
        let gone = || Error::Unsettled(format!("there is no connection to {node}"));
        self.connections.get(node).ok_or_else(gone)
    }

    async fn replicate(&self, connection: &Connection, primary: &Endpoint) -> Result<(), Error> {
        if self.desired.mode == Mode::Cluster {
            let mut who = cmd("CLUSTER");
            who.arg("MYID");
            let id = crate::wire::text(&self.to(primary)?.ask(who).await?).unwrap_or_default();
            let mut command = cmd("CLUSTER");
            command.arg("REPLICATE").arg(id);
            connection.ask(command).await.map_err(Error::raced)?;
            return Ok(());
        }
        let mut command = cmd("REPLICAOF");
        command.arg(primary.host()).arg(primary.port());
        connection.ask(command).await?;
        self.keep_parameters(connection).await
    }

    async fn load(&self, connection: &Connection, library: &str) -> Result<(), Error> {
        let Some(declared) = self.desired.functions.get(library) else { return Ok(()) };
        let mut command = cmd("FUNCTION");
        command.arg("LOAD").arg("REPLACE").arg(&declared.code);
        connection.ask(command).await?;
        Ok(())
    }
}

/// Closes slots that this node has open; the plan has seen that no key of them is where it does not belong.
async fn stabilize(connection: &Connection, slots: &Slots) -> Result<(), Error> {
    let stable = |slot: u16| {
        let mut command = cmd("CLUSTER");
        command.arg("SETSLOT").arg(slot).arg("STABLE");
        command
    };
    connection.ask_each(slots.iter().map(stable).collect()).await.map_err(Error::raced)?;
    Ok(())
}

fn assign(slots: &Slots) -> Cmd {
    let mut command = cmd("CLUSTER");
    command.arg("ADDSLOTSRANGE");
    for (first, last) in slots.ranges() {
        command.arg(*first).arg(*last);
    }
    command
}
