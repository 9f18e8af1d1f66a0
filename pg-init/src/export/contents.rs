//! Reads the contents of one database in one session.

use std::collections::BTreeMap;

use init_core::SecretRef;
use init_core::export::secret_name;

use super::defaults::{DEFAULTS, add_default_privileges};
use super::found::{Contents, Context};
use super::privileges::{ChangedPrivileges, ColumnPrivilege, PrivilegeCounts, changed_privileges};
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

/// The schemas of users. Schemas that an extension created belong to the extension.
const SCHEMAS: &str = "\
    SELECT n.nspname::text, pg_catalog.pg_get_userbyid(n.nspowner)::text FROM pg_catalog.pg_namespace n \
    WHERE pg_catalog.left(n.nspname::text, 3) <> 'pg_' AND n.nspname <> 'information_schema' \
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = n.oid AND d.deptype = 'e' \
            AND d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass) \
    ORDER BY 1";

/// The extensions, each with its schema and version where they differ from those that the server would use.
const EXTENSIONS: &str = "\
    SELECT e.extname::text, nullif(n.nspname::text, coalesce(v.schema::text, 'public')), nullif(e.extversion, a.default_version) \
    FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace \
    LEFT JOIN pg_catalog.pg_available_extensions a ON a.name = e.extname \
    LEFT JOIN pg_catalog.pg_available_extension_versions v ON v.name = e.extname AND v.version = e.extversion \
    WHERE e.extname <> 'plpgsql' ORDER BY 1";

/// Objects that a spec cannot declare, with their numbers.
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

pub(super) async fn read(session: &Session, context: &Context, name: &str) -> Result<Contents, Error> {
    let doing = format!("reading what is in the database {name}");
    let (schemas, owners, extensions, publications, defaults, acl, columns, other) = tokio::try_join!(
        session.query(&doing, SCHEMAS, []),
        session.query(&doing, OWNERS, []),
        session.query(&doing, EXTENSIONS, []),
        publication::read(session, None),
        session.query(&doing, DEFAULTS, []),
        session.query(&doing, query::OBJECTS, []),
        session.query(&doing, query::COLUMNS, []),
        session.query(&doing, OTHER, []),
    )?;
    let acl = acl.iter().map(PrivilegeCounts::read).collect::<Result<Vec<_>, _>>()?;
    let columns = columns.iter().map(ColumnPrivilege::read).collect::<Result<Vec<_>, _>>()?;
    let mut privileges = changed_privileges(&acl, context);
    privileges.columns(&columns, context);
    let ChangedPrivileges { grants, revokes, notes } = privileges.resolve_contradictions(context.version);
    let mut contents =
        Contents { grants, revokes, notes: notes.into_iter().collect(), ..Contents::default() };
    for row in &schemas {
        add_schema(row, context, &mut contents)?;
    }
    if !schemas.iter().any(|row| row.get::<&str>(0).is_ok_and(|name| name == PUBLIC)) {
        contents.notes.push("that its schema `public` was dropped".to_owned());
    }
    add_object_owners(&owners, &schemas, context, &mut contents)?;
    for row in &extensions {
        contents.extensions.insert(row.get(0)?, Extension { schema: row.get(1)?, version: row.get(2)? });
    }
    for (name, existing) in publications {
        let publication = publication_entry(&name, existing, &mut contents.notes);
        contents.publications.insert(name, publication);
    }
    for (name, existing) in subscription::read(session, None, &BTreeMap::new()).await? {
        add_subscription(session.database(), name, existing, &mut contents);
    }
    add_foreign_servers(session, context, &mut contents).await?;
    add_default_privileges(&defaults, context, &mut contents)?;
    for row in &other {
        contents.notes.push(format!("{} ({})", row.get::<&str>(0)?, row.get::<i64>(1)?));
    }
    Ok(contents)
}

/// Adds a schema. Every database has the schema `public`, which belongs to the owner of the database, and before
/// PostgreSQL 15 to the first superuser.
fn add_schema(row: &Row, context: &Context, contents: &mut Contents) -> Result<(), Error> {
    let (name, owner): (String, &str) = (row.get(0)?, row.get(1)?);
    let usual = if context.version < 15 { context.first_superuser.as_str() } else { "pg_database_owner" };
    let owner = match name.as_str() {
        PUBLIC if owner == usual => return Ok(()),
        PUBLIC => Some(context.key(owner)),
        _ => context.owner(owner),
    };
    contents.schemas.insert(name, Schema { owner, object_owner: None });
    Ok(())
}

/// Adds the owner of each schema's objects, where they have one owner that is not the provisioning role.
fn add_object_owners(
    owners: &[Row],
    schemas: &[Row],
    context: &Context,
    contents: &mut Contents,
) -> Result<(), Error> {
    let mut by_schema: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
    for row in owners {
        by_schema.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
    }
    for row in schemas {
        let name: &str = row.get(0)?;
        match by_schema.remove(name).as_deref() {
            None => {}
            Some([(owner, _)]) => {
                if let Some(owner) = context.owner(owner) {
                    contents.schemas.entry(name.to_owned()).or_default().object_owner = Some(owner);
                }
            }
            Some(several) => {
                let each = several.iter().map(|(owner, count)| format!("{} ({count})", context.key(owner)));
                let each = each.collect::<Vec<_>>().join(", ");
                contents
                    .notes
                    .push(format!("that the objects in the schema {name} have several owners: {each}"));
            }
        }
    }
    Ok(())
}

/// Adds a subscription. Its password is known only where the connection can be read.
fn add_subscription(database: &str, name: String, existing: observed::Subscription, contents: &mut Contents) {
    let (Some(stored), Some(slot)) = (existing.publisher, existing.slot) else {
        let text = format!("the subscription {name}, whose connection cannot be read, or which has no slot");
        return contents.notes.push(text);
    };
    let password = (!stored.password).then(|| secret_name(&format!("{database}_{name}"), "password"));
    let publisher = Publisher { parameters: stored.parameters, password };
    let (publications, enabled) = (existing.publications, Some(existing.enabled).filter(|enabled| !enabled));
    let slot = Some(slot).filter(|slot| *slot != name);
    let subscription = Subscription { publisher, publications, enabled, slot, ..Subscription::default() };
    contents.subscriptions.insert(name, subscription);
}

/// Adds foreign servers and user mappings. User mappings whose options cannot be read are noted.
async fn add_foreign_servers(
    session: &Session,
    context: &Context,
    contents: &mut Contents,
) -> Result<(), Error> {
    let key = |role: &str| context.key(role);
    let (servers, mappings) = foreign::read(session, None, &BTreeMap::new(), key).await?;
    for (name, existing) in servers {
        let usage = existing.usage.iter().filter(|role| **role != existing.owner);
        let server = ForeignServer {
            usage: usage.filter_map(|role| context.grantee(role)).collect(),
            owner: Some(existing.owner).filter(|owner| *owner != context.key(&context.me)),
            wrapper: existing.wrapper,
            kind: existing.kind,
            version: existing.version,
            options: existing.options,
        };
        contents.foreign_servers.insert(name, server);
    }
    for ((server, role), existing) in mappings {
        if !contents.foreign_servers.contains_key(&server) || !existing.readable {
            let text = format!("the user mapping of {role} on {server}, whose options cannot be read");
            contents.notes.push(text);
            continue;
        }
        let of = format!("{}_{server}_{role}", session.database());
        let secret = |name: &String| (name.clone(), option_secret(&of, name));
        let secrets = existing.secrets.keys().map(secret).collect();
        let mapping = UserMapping { options: existing.options, secrets };
        contents.user_mappings.insert((server, role), mapping);
    }
    Ok(())
}

/// The name of the secret for an option, whose name may contain any character.
fn option_secret(of: &str, option: &str) -> SecretRef {
    if option.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        secret_name(of, option)
    } else {
        secret_name(&format!("{of}_{option}"), "password")
    }
}

/// The publication as a spec declares it.
fn publication_entry(name: &str, existing: observed::Publication, notes: &mut Vec<String>) -> Publication {
    let operations = [Operation::Insert, Operation::Update, Operation::Delete, Operation::Truncate];
    let publish = existing.publish;
    if publish.is_empty() {
        notes.push(format!("that the publication {name} carries no operation"));
    }
    Publication {
        all_tables: existing.all_tables,
        tables: existing.tables,
        schemas: existing.schemas,
        publish: Some(publish).filter(|publish| !publish.is_empty() && publish.len() < operations.len()),
        via_root: Some(existing.via_root).filter(|via_root| *via_root),
    }
}
