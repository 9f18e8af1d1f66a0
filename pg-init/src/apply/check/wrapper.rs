//! Finds foreign servers whose owner lacks USAGE on the foreign-data wrapper.

use tokio_postgres::types::{ToSql, Type};

use super::own_attributes::OwnAttributes;
use crate::change::Change;
use crate::error::Error;
use crate::wire::{Purpose, Server};

/// The answer to whether the role `$2` has USAGE on the wrapper `$1`; no row when one of them does not exist yet.
const USAGE: &str = "\
    SELECT pg_catalog.has_foreign_data_wrapper_privilege(r.oid, w.oid, 'USAGE') \
    FROM pg_catalog.pg_foreign_data_wrapper w, pg_catalog.pg_roles r WHERE w.fdwname = $1 AND r.rolname = $2";

/// The index of each change that gives a foreign server to such an owner, and the error.
pub(super) async fn check(
    server: &Server,
    attributes: &OwnAttributes,
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
        if !server.ownership.knows_schemas_of(database) {
            continue;
        }
        let session = server.pool.session(database, Purpose::Reading).await?;
        let role = owner.map_or(session.facts.user.as_str(), |owner| server.names.real(owner));
        let parameters: [(&(dyn ToSql + Sync), Type); 2] = [(wrapper, Type::TEXT), (&role, Type::TEXT)];
        let rows =
            session.query("reading the privileges on a foreign-data wrapper", USAGE, parameters).await?;
        let may: Option<bool> = rows.first().map(|row| row.get(0)).transpose()?;
        server.pool.give_back(session, Purpose::Reading);
        if may == Some(false) {
            let whom = owner.map(|owner| format!(" for the role {owner}")).unwrap_or_default();
            let lacks = format!("USAGE on the foreign-data wrapper {wrapper}{whom}");
            refused.push((index, attributes.refuse(change, lacks)));
        }
    }
    Ok(refused)
}
