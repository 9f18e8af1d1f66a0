//! Foreign-data wrappers that whoever is to own a foreign server may not use.

use tokio_postgres::types::{ToSql, Type};

use super::powers::Powers;
use crate::change::Change;
use crate::error::Error;
use crate::wire::{Server, Use};

/// Whether the role `$2` has USAGE on the wrapper `$1`: nothing while either is still to be made.
const USAGE: &str = "\
    SELECT pg_catalog.has_foreign_data_wrapper_privilege(r.oid, w.oid, 'USAGE') \
    FROM pg_catalog.pg_foreign_data_wrapper w, pg_catalog.pg_roles r WHERE w.fdwname = $1 AND r.rolname = $2";

/// The index of each foreign server that PostgreSQL would refuse to its owner.
pub(super) async fn check(
    server: &Server,
    powers: &Powers,
    changes: &[Change],
) -> Result<Vec<(usize, Error)>, Error> {
    let mut refused = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        let (database, wrapper, owner) = if let Change::CreateForeignServer(c) = change {
            (&c.database, &c.of.wrapper, c.of.owner.as_ref())
        } else if let Change::AlterForeignServer(c) = change
            && let Some(owner) = &c.owner
        {
            (&c.database, &c.wrapper, Some(&owner.to))
        } else {
            continue;
        };
        if !server.ownership.is_read(database) {
            continue;
        }
        let session = server.pool.session(database, Use::Reading).await?;
        let role = owner.map_or(session.facts.me.as_str(), |owner| server.names.real(owner));
        let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(wrapper, Type::TEXT), (&role, Type::TEXT)];
        let rows = session.rows("asking who may use a foreign-data wrapper", USAGE, parameters).await?;
        let may: Option<bool> = rows.first().map(|row| row.get(0)).transpose()?;
        server.pool.keep(session, Use::Reading);
        if may == Some(false) {
            let whom = owner.map(|owner| format!(" for the role {owner}")).unwrap_or_default();
            let lacks = format!("USAGE on the foreign-data wrapper {wrapper}{whom}");
            refused.push((index, powers.refuse(change, lacks)));
        }
    }
    Ok(refused)
}
