//! The owners of what is inside of schemas.

use std::collections::BTreeSet;

use tokio_postgres::types::{ToSql, Type};

use crate::desired::Database;
use crate::error::Error;
use crate::observed::Object;
use crate::wire::{Names, Session};

/// Whether a type is one by itself, which `ALTER TYPE` and `GRANT` take: the type of an array goes with that of its elements, and
/// since PostgreSQL 17 the multirange of a range with the range. Before that a multirange has an owner and privileges of its own.
macro_rules! on_its_own {
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
pub(crate) use on_its_own;

/// What `ALTER … OWNER` is for in the schema `n`, each as the server itself writes its name, by the name `o`. Left out is what
/// belongs to an extension, and what goes with another: a sequence of a column, the type of a row or of an array, the
/// constructors of a range.
macro_rules! owned {
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
            on_its_own!("y"),
            ") o \
            WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = o.catalog AND d.objid = o.oid \
                AND d.deptype = 'e') ",
            $and
        )
    };
}

const OBJECTS: &str = owned!(
    "w.place, o.kind, o.name, pg_catalog.pg_get_userbyid(o.owner)::text",
    "unnest($1::text[], $2::text[]) AS w(place, owner) JOIN pg_catalog.pg_namespace n ON n.nspname = w.place",
    "AND pg_catalog.pg_get_userbyid(o.owner) <> w.owner"
);

/// Who owns how many of the objects in each schema.
pub(crate) const OWNERS: &str = owned!(
    "n.nspname::text, pg_catalog.pg_get_userbyid(o.owner)::text, count(*)",
    "pg_catalog.pg_namespace n",
    "AND pg_catalog.left(n.nspname::text, 3) <> 'pg_' AND n.nspname <> 'information_schema' GROUP BY 1, 2 ORDER BY 1, 2"
);

/// The objects of each schema that another role owns than the spec wants.
pub(super) async fn of_others(
    session: &Session,
    names: &Names,
    database: &Database,
) -> Result<BTreeSet<Object>, Error> {
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
    for row in session.rows("reading the owners of objects", OBJECTS, parameters).await? {
        let (schema, kind, name) = (row.get(0)?, row.get(1)?, row.get(2)?);
        objects.insert(Object { schema, kind, name, owner: names.key(row.get(3)?) });
    }
    Ok(objects)
}
