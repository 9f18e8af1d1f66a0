//! Temporary memberships: the provisioning role is a member of other roles for one transaction.
//!
//! Its memberships, their options and their grantors are the same afterwards as before: the catalog is read before the grants and after them, what they changed is set back, and the
//! transaction is committed only when a third reading equals the first.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tokio_postgres::types::Type;

use super::job::AsMember;
use crate::desired::sql::ident;
use crate::error::Error;
use crate::wire::Session;

/// PostgreSQL has the options of a membership from 16 on; before that, a member had both.
const OURS: &str = "\
    SELECT r.rolname::text, g.rolname::text, a.admin_option, \
        coalesce((pg_catalog.to_jsonb(a)->>'inherit_option')::bool, true), \
        coalesce((pg_catalog.to_jsonb(a)->>'set_option')::bool, true) \
    FROM pg_catalog.pg_auth_members a \
    JOIN pg_catalog.pg_roles r ON r.oid = a.roleid JOIN pg_catalog.pg_roles g ON g.oid = a.grantor \
    JOIN pg_catalog.pg_roles m ON m.oid = a.member WHERE m.rolname = CURRENT_USER AND r.rolname = ANY($1)";

/// Options by role and grantor.
type Memberships = BTreeMap<(String, String), Options>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Options {
    admin: bool,
    inherit: bool,
    set: bool,
}

/// Carries `sql` out as a member of the roles.
pub(super) async fn during(session: &Session, statements: &AsMember, doing: &str) -> Result<(), Error> {
    let done = transaction(session, statements, doing).await;
    if done.is_err() && !session.is_lost() {
        // It has failed already, and this ends it.
        let _ = session.simple("ROLLBACK", doing).await;
    }
    done
}

async fn transaction(
    session: &Session,
    AsMember { roles, sql }: &AsMember,
    doing: &str,
) -> Result<(), Error> {
    let version = session.facts.version;
    // Sent in this order. Of several answers the first error is the cause: what follows in the same transaction fails for it.
    let (begun, before) = tokio::join!(biased; session.simple("BEGIN", doing), read(session, roles));
    let before = begun.and(before)?;
    let grants = grants(roles, &session.facts.me, version);
    let (granted, during) = tokio::join!(biased; session.simple(&grants, doing), read(session, roles));
    let during = granted.and(during)?;
    let back = set_back(&before, &during, &session.facts.me, version);
    let (done, back, after) =
        tokio::join!(biased; session.simple(sql, doing), session.simple(&back, doing), read(session, roles));
    let after = done.and(back).and(after)?;
    if after != before {
        return Err(Error::Internal(format!(
            "{doing}: the memberships of the provisioning role would change"
        )));
    }
    session.simple("COMMIT", doing).await.map(drop)
}

async fn read(session: &Session, roles: &Vec<String>) -> Result<Memberships, Error> {
    let rows = session.rows("reading our own memberships", OURS, [(roles, Type::TEXT_ARRAY)]).await?;
    let row = |row: &crate::wire::Row| {
        let options = Options { admin: row.get(2)?, inherit: row.get(3)?, set: row.get(4)? };
        Ok(((row.get(0)?, row.get(1)?), options))
    };
    rows.iter().map(row).collect()
}

/// An existing grant keeps its ADMIN OPTION, as that is not named.
fn grants(roles: &[String], me: &str, version: u32) -> String {
    let options = if version >= 16 { " WITH INHERIT TRUE, SET TRUE" } else { "" };
    roles.iter().map(|role| format!("GRANT {} TO {}{options};", ident(role), ident(me))).collect()
}

/// New grants are revoked and altered ones altered back, each by the grantor that it has.
fn set_back(before: &Memberships, during: &Memberships, me: &str, version: u32) -> String {
    let mut sql = String::new();
    for ((role, grantor), now) in during {
        let was = before.get(&(role.clone(), grantor.clone()));
        let (role, me) = (ident(role), ident(me));
        let by = if version >= 16 { format!(" GRANTED BY {}", ident(grantor)) } else { String::new() };
        match was {
            None => drop(write!(sql, "REVOKE {role} FROM {me}{by};")),
            Some(was) if was != now => {
                let Options { admin, inherit, set } = was;
                let _ =
                    write!(sql, "GRANT {role} TO {me} WITH ADMIN {admin}, INHERIT {inherit}, SET {set}{by};");
            }
            Some(_) => {}
        }
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[(&str, &str, bool)]) -> Memberships {
        let row = |(role, grantor, inherit): &(&str, &str, bool)| {
            (
                ((*role).to_owned(), (*grantor).to_owned()),
                Options { admin: false, inherit: *inherit, set: true },
            )
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn what_was_there_is_set_back_and_what_is_new_is_revoked_by_its_grantor() {
        let before = rows(&[("app", "postgres", false), ("app", "me", false)]);
        let during = rows(&[("app", "postgres", false), ("app", "me", true), ("other", "group", true)]);
        assert_eq!(
            set_back(&before, &during, "me", 16),
            "GRANT \"app\" TO \"me\" WITH ADMIN false, INHERIT false, SET true GRANTED BY \"me\";\
             REVOKE \"other\" FROM \"me\" GRANTED BY \"group\";"
        );
        assert_eq!(set_back(&before, &before, "me", 16), "");
        let granted = rows(&[("app", "me", true)]);
        assert_eq!(set_back(&Memberships::new(), &granted, "me", 15), "REVOKE \"app\" FROM \"me\";");
    }
}
