//! Exports the spec of a server: its state is read into the desired form, and written from there.

mod contents;
mod databases;
mod defaults;
mod fold;
mod foreign;
mod found;
mod privileges;
mod query;
mod roles;
mod write;

use init_core::export::{Export, Scope};

use self::found::Found;
use crate::desired::Desired;
use crate::error::Error;
use crate::observe::slot;
use crate::observed::Slot;
use crate::wire::{Pool, Purpose, Server};

/// The sections of an exported spec.
pub(crate) const SECTIONS: &[&str] = &["roles", "databases", "replicationSlots"];

/// Reads the state of a server and writes it as a spec.
pub(crate) async fn export(server: &Server, desired: &Desired, scope: &Scope) -> Result<Export, Error> {
    let mut found = Found::new(server, desired).await?;
    databases::read(server, scope, &mut found).await?;
    if scope.includes_section("databases") {
        read_contents(server, scope, &mut found).await?;
    }
    if scope.includes_section("replicationSlots") {
        add_slots(server, &mut found).await?;
    }
    Ok(write::export(found))
}

/// Reads the replication slots that are not temporary.
async fn add_slots(server: &Server, found: &mut Found) -> Result<(), Error> {
    for (name, Slot { mut slot, temporary }) in slot::read(&server.main, None).await? {
        if let Some(logical) = &mut slot.logical {
            logical.two_phase = logical.two_phase.filter(|two_phase| *two_phase);
            logical.failover = logical.failover.filter(|failover| *failover);
        }
        if !temporary {
            found.slots.insert(name, slot);
        }
    }
    Ok(())
}

/// Reads the contents of the databases, several at a time.
async fn read_contents(server: &Server, scope: &Scope, found: &mut Found) -> Result<(), Error> {
    let open = found.accessible.iter().filter(|name| scope.includes("databases", name)).cloned();
    let (pool, context) = (&server.pool, &found.context);
    let read = Pool::for_each(pool.width, open.collect::<Vec<_>>(), async |name| {
        let session = pool.session(&name, Purpose::Reading).await?;
        let contents = contents::read(&session, context, &name).await?;
        pool.give_back(session, Purpose::Reading);
        Ok::<_, Error>((name, contents))
    });
    for result in read.await {
        let (name, contents) = result?;
        found.add_contents(&name, contents);
    }
    found.drop_unchanged_maintenance_database();
    Ok(())
}

#[cfg(test)]
mod tests;
