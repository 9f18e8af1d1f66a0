//! Temporary memberships: the provisioning role is a member of other roles for one transaction.
//!
//! Its memberships, their options and their grantors are the same afterwards as before. The catalog is read before
//! and after the grants, the differences are restored, and the transaction is committed only when a third reading
//! equals the first.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use tokio_postgres::types::Type;

use super::job::AsMember;
use crate::desired::sql::ident;
use crate::error::Error;
use crate::wire::Session;

/// The memberships of the provisioning role in these roles. Memberships have options since PostgreSQL 16; before
/// that, a member had INHERIT and SET.
const OWN_MEMBERSHIPS: &str = "\
    SELECT r.rolname::text, g.rolname::text, a.admin_option, \
        coalesce((pg_catalog.to_jsonb(a)->>'inherit_option')::bool, true), \
        coalesce((pg_catalog.to_jsonb(a)->>'set_option')::bool, true) \
    FROM pg_catalog.pg_auth_members a \
    JOIN pg_catalog.pg_roles r ON r.oid = a.roleid JOIN pg_catalog.pg_roles g ON g.oid = a.grantor \
    JOIN pg_catalog.pg_roles m ON m.oid = a.member WHERE m.rolname = CURRENT_USER AND r.rolname = ANY($1)";

/// The options of memberships, by role and grantor.
type Memberships = BTreeMap<(String, String), Options>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Options {
    admin: bool,
    inherit: bool,
    set: bool,
}

/// Runs the statements as a member of the roles.
pub(super) async fn execute_as_member(
    session: &Session,
    statements: &AsMember,
    doing: &str,
) -> Result<(), Error> {
    let done = run_transaction(session, statements, doing).await;
    if done.is_err() && !session.is_lost() {
        // The transaction has failed already, and ROLLBACK ends it.
        let _ = session.execute("ROLLBACK", doing).await;
    }
    done
}

async fn run_transaction(
    session: &Session,
    AsMember { roles, sql }: &AsMember,
    doing: &str,
) -> Result<(), Error> {
    let version = session.facts.version;
    // The messages are sent in this order. Of several errors the first is the cause: later statements fail because
    // the transaction has failed.
    let (begun, before) =
        tokio::join!(biased; session.execute("BEGIN", doing), read_memberships(session, roles));
    let before = begun.and(before)?;
    let grants = grant_statements(roles, &session.facts.user, version);
    let (granted, during) =
        tokio::join!(biased; session.execute(&grants, doing), read_memberships(session, roles));
    let during = granted.and(during)?;
    let back = restore_statements(&before, &during, &session.facts.user, version);
    let (done, back, after) = tokio::join!(biased; session.execute(sql, doing), session.execute(&back, doing), read_memberships(session, roles));
    let after = done.and(back).and(after)?;
    if after != before {
        return Err(Error::Internal(format!(
            "{doing}: the memberships of the provisioning role would change"
        )));
    }
    session.execute("COMMIT", doing).await.map(drop)
}

async fn read_memberships(session: &Session, roles: &Vec<String>) -> Result<Memberships, Error> {
    let rows = session
        .query(
            "reading the memberships of the provisioning role",
            OWN_MEMBERSHIPS,
            [(roles, Type::TEXT_ARRAY)],
        )
        .await?;
    let row = |row: &crate::wire::Row| {
        let options = Options { admin: row.get(2)?, inherit: row.get(3)?, set: row.get(4)? };
        Ok(((row.get(0)?, row.get(1)?), options))
    };
    rows.iter().map(row).collect()
}

/// The statements that grant the memberships. They do not name ADMIN OPTION, so an existing grant keeps it.
fn grant_statements(roles: &[String], me: &str, version: u32) -> String {
    let options = if version >= 16 { " WITH INHERIT TRUE, SET TRUE" } else { "" };
    roles.iter().map(|role| format!("GRANT {} TO {}{options};", ident(role), ident(me))).collect()
}

/// The statements that restore the memberships: new grants are revoked and altered grants are altered back, each by
/// its grantor.
fn restore_statements(before: &Memberships, during: &Memberships, me: &str, version: u32) -> String {
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
    fn altered_memberships_are_restored_and_new_ones_are_revoked_by_their_grantor() {
        let before = rows(&[("app", "postgres", false), ("app", "me", false)]);
        let during = rows(&[("app", "postgres", false), ("app", "me", true), ("other", "group", true)]);
        assert_eq!(
            restore_statements(&before, &during, "me", 16),
            "GRANT \"app\" TO \"me\" WITH ADMIN false, INHERIT false, SET true GRANTED BY \"me\";\
             REVOKE \"other\" FROM \"me\" GRANTED BY \"group\";"
        );
        assert_eq!(restore_statements(&before, &before, "me", 16), "");
        let granted = rows(&[("app", "me", true)]);
        assert_eq!(
            restore_statements(&Memberships::new(), &granted, "me", 15),
            "REVOKE \"app\" FROM \"me\";"
        );
    }
}
