//! Finds objects on which no role that the provisioning role can act as may grant. Where such a role holds the
//! privilege without grant option, PostgreSQL only warns and grants nothing.

use tokio_postgres::types::{ToSql, Type};

use super::own_attributes::OwnAttributes;
use crate::apply::grantors::{ObjectQuery, object_query};
use crate::change::{Change, GrantPrivileges, Privileges};
use crate::desired::PUBLIC;
use crate::error::Error;
use crate::spec::Object;
use crate::validate::{expand_all, privileges_of};
use crate::wire::{Purpose, Server, Session};

/// The index of each grant that PostgreSQL would not carry out, and the error.
pub(super) async fn check(
    server: &Server,
    attributes: &OwnAttributes,
    changes: &[Change],
) -> Result<Vec<(usize, Error)>, Error> {
    let mut refused = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        if let Change::GrantPrivileges(GrantPrivileges(granted)) = change
            && let Some(kind) =
                privilege_function_word(granted.target.object).filter(|_| granted.target.columns.is_empty())
            && server.ownership.knows_schemas_of(&granted.database)
        {
            let session = server.pool.session(&granted.database, Purpose::Reading).await?;
            let lacks = first_ungrantable(server, &session, granted, kind).await?;
            server.pool.give_back(session, Purpose::Reading);
            refused.extend(lacks.map(|lacks| (index, attributes.refuse(change, lacks))));
        }
    }
    Ok(refused)
}

/// The kind of object in the name of `has_…_privilege`. The owner of a schema is known without a session in its
/// database.
fn privilege_function_word(object: Object) -> Option<&'static str> {
    match object {
        Object::Database | Object::Schema => None,
        Object::Tables => Some("table"),
        Object::Sequences => Some("sequence"),
        Object::Functions => Some("function"),
        Object::Types => Some("type"),
    }
}

/// The first object that lacks the grant and on which no joinable role may grant.
async fn first_ungrantable(
    server: &Server,
    session: &Session,
    wanted: &Privileges,
    word: &str,
) -> Result<Option<String>, Error> {
    let (names, target) = (&server.names, &wanted.target);
    let ObjectQuery { name, from, place, acl, owner } = object_query(target.object);
    let question = format!(
        "SELECT {name}, p.word, pg_catalog.pg_get_userbyid({owner})::text FROM {from}, unnest($3::text[]) AS p(word) \
         WHERE {place} AND NOT EXISTS (SELECT FROM unnest($6::text[]) AS j(role) JOIN pg_catalog.pg_roles r ON r.rolname = j.role \
             WHERE pg_catalog.has_{word}_privilege(r.oid, o.oid, p.word || ' WITH GRANT OPTION')) \
         AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode({acl}) a \
             WHERE a.privilege_type = p.word AND (a.is_grantable OR NOT $7) \
             AND a.grantee = coalesce((SELECT g.oid FROM pg_catalog.pg_roles g WHERE g.rolname = $2), 0::oid)) \
         ORDER BY 1, 2 LIMIT 1"
    );
    let grantee = if target.role == PUBLIC { "" } else { names.real(&target.role) };
    let privileges = expand_all(&wanted.privileges, privileges_of(target), session.facts.version);
    let privileges: Vec<String> = privileges.iter().map(|p| p.keyword().to_ascii_uppercase()).collect();
    let (object, arguments) = target.name_and_arguments();
    let ours: Vec<&String> = server.joinable.iter().collect();
    let parameters: [(&(dyn ToSql + Sync), Type); 7] = [
        (&target.schema, Type::TEXT),
        (&grantee, Type::TEXT),
        (&privileges, Type::TEXT_ARRAY),
        (&object, Type::TEXT),
        (&arguments, Type::TEXT),
        (&ours, Type::TEXT_ARRAY),
        (&target.grant_option, Type::BOOL),
    ];
    let rows = session.query("reading which roles may grant", &question, parameters).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let (name, privilege, owner): (&str, &str, &str) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let owner = names.redact(&names.key(owner));
    Ok(Some(format!("{privilege} with grant option on the {name}, which belongs to {owner}")))
}
