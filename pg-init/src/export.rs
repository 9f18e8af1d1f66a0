//! The spec of a live server: what it has is read into the form that a spec means, and written from there.

mod databases;
mod defaults;
mod fold;
mod foreign;
mod found;
mod inside;
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
use crate::wire::{Pool, Server, Use};

/// The sections that are written.
pub(crate) const SECTIONS: &[&str] = &["roles", "databases", "replicationSlots"];

/// Reads everything and writes it as a spec.
pub(crate) async fn export(server: &Server, desired: &Desired, scope: &Scope) -> Result<Export, Error> {
    let mut found = Found::new(server, desired).await?;
    databases::read(server, scope, &mut found).await?;
    if scope.has("databases") {
        insides(server, scope, &mut found).await?;
    }
    if scope.has("replicationSlots") {
        slots(server, &mut found).await?;
    }
    Ok(write::export(found))
}

/// Those that do not end with a session.
async fn slots(server: &Server, found: &mut Found) -> Result<(), Error> {
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

/// What each database has inside, several at a time.
async fn insides(server: &Server, scope: &Scope, found: &mut Found) -> Result<(), Error> {
    let open = found.open.iter().filter(|name| scope.takes("databases", name)).cloned();
    let (pool, own) = (&server.pool, &found.own);
    let read = Pool::each(pool.width, open.collect::<Vec<_>>(), async |name| {
        let session = pool.session(&name, Use::Reading).await?;
        let inside = inside::read(&session, own, &name).await?;
        pool.keep(session, Use::Reading);
        Ok::<_, Error>((name, inside))
    });
    for result in read.await {
        let (name, inside) = result?;
        found.take_inside(&name, inside);
    }
    found.drop_untouched();
    Ok(())
}

#[cfg(test)]
mod tests;
