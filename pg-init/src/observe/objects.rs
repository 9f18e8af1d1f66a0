//! Reads the owners of the objects in schemas.

use std::collections::BTreeSet;

use tokio_postgres::types::{ToSql, Type};

use crate::desired::Database;
use crate::error::Error;
use crate::observed::OwnedObject;
use crate::wire::{Names, Session};

/// An SQL condition that is true for a type which `ALTER TYPE` and `GRANT` accept. An array type follows its element
/// type, and since PostgreSQL 17 a multirange type follows its range type; before that a multirange has an owner and
/// privileges of its own.
macro_rules! is_separate_type {
    ($type:literal) => {
        concat!(
            "NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = ",
            $type,
            ".oid) AND (",
            $type,
            ".typtype <> 'm' OR pg_catalog.current_setting('server_version_num')::pg_catalog.int4 < 170000)"
        )
    };
}
pub(crate) use is_separate_type;

/// The objects in the schema `n` that `ALTER … OWNER` accepts, as `o`, with the names as the server writes them.
/// Objects that belong to an extension are left out, and so are those that follow another object: the sequence of a
/// column, the type of a row or an array, the constructors of a range.
macro_rules! owned_objects {
    ($columns:literal, $schemas:literal, $and:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM ",
            $schemas,
            ", LATERAL ( \
                SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' \
                        WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'type' ELSE 'table' END AS kind, \
                    c.oid::pg_catalog.regclass::text AS name, c.relowner AS owner, 'pg_class'::pg_catalog.regclass AS catalog, c.oid \
                FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') \
                    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_class'::pg_catalog.regclass \
                        AND d.objid = c.oid AND d.refclassid = 'pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i') \
                        AND c.relkind = 'S') \
                UNION ALL SELECT 'routine', p.oid::pg_catalog.regprocedure::text, p.proowner, 'pg_proc'::pg_catalog.regclass, p.oid \
                FROM pg_catalog.pg_proc p WHERE p.pronamespace = n.oid \
                    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_proc'::pg_catalog.regclass \
                        AND d.objid = p.oid AND d.deptype = 'i') \
                UNION ALL SELECT 'type', y.oid::pg_catalog.regtype::text, y.typowner, 'pg_type'::pg_catalog.regclass, y.oid \
                FROM pg_catalog.pg_type y WHERE y.typnamespace = n.oid AND y.typtype NOT IN ('c', 'p') AND ",
            is_separate_type!("y"),
            ") o \
            WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = o.catalog AND d.objid = o.oid \
                AND d.deptype = 'e') ",
            $and
        )
    };
}

const OBJECTS: &str = owned_objects!(
    "w.place, o.kind, o.name, pg_catalog.pg_get_userbyid(o.owner)::text",
    "unnest($1::text[], $2::text[]) AS w(place, owner) JOIN pg_catalog.pg_namespace n ON n.nspname = w.place",
    "AND pg_catalog.pg_get_userbyid(o.owner) <> w.owner"
);

/// The number of objects of each owner in each schema.
pub(crate) const OWNERS: &str = owned_objects!(
    "n.nspname::text, pg_catalog.pg_get_userbyid(o.owner)::text, count(*)",
    "pg_catalog.pg_namespace n",
    "AND pg_catalog.left(n.nspname::text, 3) <> 'pg_' AND n.nspname <> 'information_schema' GROUP BY 1, 2 ORDER BY 1, 2"
);

/// Reads the objects whose owner is not the declared one.
pub(super) async fn read_objects_of_other_owners(
    session: &Session,
    names: &Names,
    database: &Database,
) -> Result<BTreeSet<OwnedObject>, Error> {
    let wanted = database.schemas.iter().filter_map(|(schema, wanted)| {
        wanted.object_owner.as_ref().map(|owner| (schema.as_str(), names.real(owner)))
    });
    let (places, owners): (Vec<&str>, Vec<&str>) = wanted.unzip();
    if places.is_empty() {
        return Ok(BTreeSet::new());
    }
    let parameters: [(&(dyn ToSql + Sync), Type); 2] =
        [(&places, Type::TEXT_ARRAY), (&owners, Type::TEXT_ARRAY)];
    let mut objects = BTreeSet::new();
    for row in session.query("reading the owners of objects", OBJECTS, parameters).await? {
        let (schema, kind, name) = (row.get(0)?, row.get(1)?, row.get(2)?);
        objects.insert(OwnedObject { schema, kind, name, owner: names.key(row.get(3)?) });
    }
    Ok(objects)
}
