//! What one database has inside, read in one session.

use std::collections::BTreeMap;

use init_core::SecretRef;
use init_core::export::secret_name;

use super::defaults::{DEFAULTS, default_privileges};
use super::found::{Inside, Own};
use super::privileges::{Changed, Counted, OfColumn, changed};
use super::query;
use crate::desired::{
    Extension, ForeignServer, PUBLIC, Publication, Publisher, Schema, Subscription, UserMapping,
};
use crate::error::Error;
use crate::observe::objects::OWNERS;
use crate::observe::{foreign, publication, subscription};
use crate::observed;
use crate::spec::Operation;
use crate::wire::{Row, Session};

/// Those that an extension made are its own.
const SCHEMAS: &str = "\
    SELECT n.nspname::text, pg_catalog.pg_get_userbyid(n.nspowner)::text FROM pg_catalog.pg_namespace n \
    WHERE pg_catalog.left(n.nspname::text, 3) <> 'pg_' AND n.nspname <> 'information_schema' \
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = n.oid AND d.deptype = 'e' \
            AND d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass) \
    ORDER BY 1";

/// The schema only where the server would take another one, and so the version.
const EXTENSIONS: &str = "\
    SELECT e.extname::text, nullif(n.nspname::text, coalesce(v.schema::text, 'public')), nullif(e.extversion, a.default_version) \
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace \
    LEFT JOIN pg_catalog.pg_available_extensions a ON a.name = e.extname \
    LEFT JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.extname AND v.version = e.extversion \
    WHERE e.extname <> 'plpgsql' ORDER BY 1";

/// What a spec has no words for, each with how many there are.
const OTHER: &str = "\
    SELECT w.what, w.count FROM (VALUES \
        ('privileges on languages', (SELECT count(*) FROM pg_catalog.pg_language l WHERE l.lanacl IS NOT NULL \
            AND NOT EXISTS (SELECT FROM pg_catalog.pg_init_privs i WHERE i.objoid = l.oid))), \
        ('foreign-data wrappers', (SELECT count(*) FROM pg_catalog.pg_foreign_data_wrapper w WHERE NOT EXISTS ( \
            SELECT FROM pg_catalog.pg_depend d WHERE d.objid = w.oid AND d.deptype = 'e'))), \
        ('privileges on foreign-data wrappers', (SELECT count(*) FROM pg_catalog.pg_foreign_data_wrapper w \
            WHERE w.fdwacl IS NOT NULL AND NOT EXISTS (SELECT FROM pg_catalog.pg_init_privs i WHERE i.objoid = w.oid))), \
        ('event triggers', (SELECT count(*) FROM pg_catalog.pg_event_trigger)) \
    ) w(what, count) WHERE w.count > 0 ORDER BY 1";

pub(super) async fn read(session: &Session, own: &Own, name: &str) -> Result<Inside, Error> {
    let doing = format!("reading what is in the database {name}");
    let (schemas, owners, extensions, publications, defaults, acl, columns, other) = tokio::try_join!(
        session.rows(&doing, SCHEMAS, []),
        session.rows(&doing, OWNERS, []),
        session.rows(&doing, EXTENSIONS, []),
        publication::read(session, None),
        session.rows(&doing, DEFAULTS, []),
        session.rows(&doing, query::INSIDE, []),
        session.rows(&doing, query::COLUMNS, []),
        session.rows(&doing, OTHER, []),
    )?;
    let acl = acl.iter().map(Counted::read).collect::<Result<Vec<_>, _>>()?;
    let columns = columns.iter().map(OfColumn::read).collect::<Result<Vec<_>, _>>()?;
    let mut privileges = changed(&acl, own);
    privileges.columns(&columns, own);
    let Changed { grants, revokes, unsaid } = privileges.settled(own.version);
    let mut inside = Inside { grants, revokes, unsaid: unsaid.into_iter().collect(), ..Inside::default() };
    for row in &schemas {
        schema(row, own, &mut inside)?;
    }
    if !schemas.iter().any(|row| row.get::<&str>(0).is_ok_and(|name| name == PUBLIC)) {
        inside.unsaid.push("that its schema `public` was dropped".to_owned());
    }
    object_owners(&owners, &schemas, own, &mut inside)?;
    for row in &extensions {
        inside.extensions.insert(row.get(0)?, Extension { schema: row.get(1)?, version: row.get(2)? });
    }
    for (name, there) in publications {
        let publication = said(&name, there, &mut inside.unsaid);
        inside.publications.insert(name, publication);
    }
    for (name, there) in subscription::read(session, None, &BTreeMap::new()).await? {
        subscribed(session.database(), name, there, &mut inside);
    }
    foreign_servers(session, own, &mut inside).await?;
    default_privileges(&defaults, own, &mut inside)?;
    for row in &other {
        inside.unsaid.push(format!("{} ({})", row.get::<&str>(0)?, row.get::<i64>(1)?));
    }
    Ok(inside)
}

/// Every database has the schema `public`, which whoever owns the database owns, and the first superuser before
/// PostgreSQL 15.
fn schema(row: &Row, own: &Own, inside: &mut Inside) -> Result<(), Error> {
    let (name, owner): (String, &str) = (row.get(0)?, row.get(1)?);
    let usual = if own.version < 15 { own.first.as_str() } else { "pg_database_owner" };
    let owner = match name.as_str() {
        PUBLIC if owner == usual => return Ok(()),
        PUBLIC => Some(own.key(owner)),
        _ => own.owner(owner),
    };
    inside.schemas.insert(name, Schema { owner, object_owner: None });
    Ok(())
}

/// The owner of what is in each schema, where it is one and not the role that provisions.
fn object_owners(owners: &[Row], schemas: &[Row], own: &Own, inside: &mut Inside) -> Result<(), Error> {
    let mut by_schema: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
    for row in owners {
        by_schema.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
    }
    for row in schemas {
        let name: &str = row.get(0)?;
        match by_schema.remove(name).as_deref() {
            None => {}
            Some([(owner, _)]) => {
                if let Some(owner) = own.owner(owner) {
                    inside.schemas.entry(name.to_owned()).or_default().object_owner = Some(owner);
                }
            }
            Some(several) => {
                let each = several.iter().map(|(owner, count)| format!("{} ({count})", own.key(owner)));
                let each = each.collect::<Vec<_>>().join(", ");
                inside
                    .unsaid
                    .push(format!("that the objects in the schema {name} have several owners: {each}"));
            }
        }
    }
    Ok(())
}

/// Whether the connection has a password is seen where it can be read at all.
fn subscribed(database: &str, name: String, there: observed::Subscription, inside: &mut Inside) {
    let (Some(stored), Some(slot)) = (there.publisher, there.slot) else {
        let text = format!("the subscription {name}, whose connection cannot be read, or which has no slot");
        return inside.unsaid.push(text);
    };
    let password = (!stored.password).then(|| secret_name(&format!("{database}_{name}"), "password"));
    let publisher = Publisher { parts: stored.parts, password };
    let (publications, enabled) = (there.publications, Some(there.enabled).filter(|enabled| !enabled));
    let slot = Some(slot).filter(|slot| *slot != name);
    let subscription = Subscription { publisher, publications, enabled, slot, ..Subscription::default() };
    inside.subscriptions.insert(name, subscription);
}

/// The options of a user mapping are seen by few: those that are not are told.
async fn foreign_servers(session: &Session, own: &Own, inside: &mut Inside) -> Result<(), Error> {
    let key = |role: &str| own.key(role);
    let (servers, mappings) = foreign::read(session, None, &BTreeMap::new(), key).await?;
    for (name, there) in servers {
        let usage = there.usage.iter().filter(|role| **role != there.owner);
        let server = ForeignServer {
            usage: usage.filter_map(|role| own.grantee(role)).collect(),
            owner: Some(there.owner).filter(|owner| *owner != own.key(&own.me)),
            wrapper: there.wrapper,
            kind: there.kind,
            version: there.version,
            options: there.options,
        };
        inside.foreign_servers.insert(name, server);
    }
    for ((server, role), there) in mappings {
        if !inside.foreign_servers.contains_key(&server) || !there.readable {
            let text = format!("the user mapping of {role} on {server}, whose options cannot be read");
            inside.unsaid.push(text);
            continue;
        }
        let of = format!("{}_{server}_{role}", session.database());
        let secret = |name: &String| (name.clone(), secret_of(&of, name));
        let secrets = there.secrets.keys().map(secret).collect();
        let mapping = UserMapping { options: there.options, secrets };
        inside.user_mappings.insert((server, role), mapping);
    }
    Ok(())
}

/// The name of the secret of an option, whose own name may be any.
fn secret_of(of: &str, option: &str) -> SecretRef {
    if option.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        secret_name(of, option)
    } else {
        secret_name(&format!("{of}_{option}"), "password")
    }
}

fn said(name: &str, there: observed::Publication, unsaid: &mut Vec<String>) -> Publication {
    let operations = [Operation::Insert, Operation::Update, Operation::Delete, Operation::Truncate];
    let publish = there.publish;
    if publish.is_empty() {
        unsaid.push(format!("that the publication {name} carries no operation"));
    }
    Publication {
        all_tables: there.all_tables,
        tables: there.tables,
        schemas: there.schemas,
        publish: Some(publish).filter(|publish| !publish.is_empty() && publish.len() < operations.len()),
        via_root: Some(there.via_root).filter(|via_root| *via_root),
    }
}
