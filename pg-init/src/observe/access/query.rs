//! The queries about privileges. The server compares the declared privileges with the access control lists of all
//! objects that they are for.

use std::collections::BTreeSet;

use crate::desired::sql;
use crate::observe::objects::is_separate_type;
use crate::spec::Object;

/// A creator's default access control list for the whole database replaces the built-in one, and a list for a schema
/// is added to them.
pub(super) const DEFAULTS: &str = "\
    WITH w AS (SELECT w.*, (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = w.place) AS namespace, \
            coalesce((SELECT d.defaclacl FROM pg_catalog.pg_default_acl d WHERE d.defaclrole = w.owner \
                    AND d.defaclobjtype::text = w.kind AND d.defaclnamespace = 0), \
                pg_catalog.acldefault((CASE w.kind WHEN 'S' THEN 's' ELSE w.kind END)::\"char\", w.owner)) AS whole \
        FROM unnest($1::int4[], $2::text[], $3::oid[], $4::text[], $5::oid[], $6::text[], $7::bool[]) \
            AS w(id, kind, owner, place, grantee, privilege, grantable)) \
    SELECT w.id, EXISTS (SELECT FROM pg_catalog.aclexplode(CASE WHEN w.place IS NULL THEN w.whole ELSE \
            (SELECT d.defaclacl FROM pg_catalog.pg_default_acl d WHERE d.defaclrole = w.owner \
                AND d.defaclobjtype::text = w.kind AND d.defaclnamespace = w.namespace) END) a \
        WHERE a.grantee = w.grantee AND a.privilege_type = w.privilege AND (a.is_grantable OR NOT w.grantable)), \
        w.place IS NOT NULL AND EXISTS (SELECT FROM pg_catalog.aclexplode(w.whole) a \
            WHERE a.grantee = w.grantee AND a.privilege_type = w.privilege) \
    FROM w WHERE w.owner IS NOT NULL";

/// The query about the access control lists of the declared kinds of objects. Each session plans a query anew, so
/// kinds that are not declared are left out.
pub(super) fn privileges_query(kinds: &BTreeSet<Object>, answer: &str) -> String {
    let lists =
        kinds.iter().map(|kind| format!("{} WHERE w.object = '{}'", access_lists(*kind), kind.keyword()));
    let lists = lists.collect::<Vec<_>>().join(" UNION ALL ");
    // An object without an access control list has the defaults of its kind. A schema without objects of the kind
    // lacks no privilege. `unnest` of several arrays is part of SQL's grammar and takes no schema in front.
    format!(
        "\
         WITH w AS (SELECT * FROM unnest($1::int4[], $2::text[], $3::text[], $4::oid[], $5::text[], $6::bool[], $7::text[], $8::text[]) \
                 AS w(id, object, place, grantee, privilege, grantable, name, detail)), \
         o(id, grantee, privilege, grantable, object, there, owner, acl) AS ({lists}) {answer}"
    )
}

/// The subquery for the access control lists of one kind of objects. `detail` is a column of a table, or the argument
/// types of a function.
fn access_lists(kind: Object) -> String {
    const OF: &str = "w.id, w.grantee, w.privilege, w.grantable";
    let contents = |catalog: &str, of_schema: &str, acl: &str, owner: &str| {
        format!(
            "SELECT {OF}, o.oid, o.oid IS NOT NULL, o.{owner}, CASE WHEN o.oid IS NOT NULL THEN {acl} END \
             FROM w JOIN pg_catalog.pg_namespace n ON n.nspname = w.place \
             LEFT JOIN pg_catalog.{catalog} o ON {of_schema}"
        )
    };
    match kind {
        Object::Database => format!(
            "SELECT {OF}, d.oid, true, d.datdba, coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba)) \
             FROM w JOIN pg_catalog.pg_database d ON d.datname = w.place"
        ),
        Object::Schema => format!(
            "SELECT {OF}, n.oid, true, n.nspowner, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner)) \
             FROM w JOIN pg_catalog.pg_namespace n ON n.nspname = w.place"
        ),
        // A privilege on a table is held on its columns too.
        Object::Tables => format!(
            "SELECT {OF}, c.oid, c.oid IS NOT NULL AND (w.detail IS NULL OR t.attname IS NOT NULL), c.relowner, \
                CASE WHEN c.oid IS NOT NULL THEN coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner)) \
                    || coalesce(t.attacl, '{{}}') END \
             FROM w JOIN pg_catalog.pg_namespace n ON n.nspname = w.place \
             LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
                AND (w.name IS NULL OR c.relname = w.name) \
             LEFT JOIN pg_catalog.pg_attribute t ON t.attrelid = c.oid AND t.attname = w.detail AND t.attnum > 0 AND NOT t.attisdropped"
        ),
        Object::Sequences => {
            let of_schema =
                "o.relnamespace = n.oid AND o.relkind = 'S' AND (w.name IS NULL OR o.relname = w.name)";
            let acl = "coalesce(o.relacl, pg_catalog.acldefault('s', o.relowner))";
            contents("pg_class", of_schema, acl, "relowner")
        }
        Object::Functions => {
            let of_schema = format!(
                "o.pronamespace = n.oid AND (w.name IS NULL OR o.proname = w.name) AND (w.detail IS NULL OR {})",
                sql::same_arguments("o", "w.detail")
            );
            let acl = "coalesce(o.proacl, pg_catalog.acldefault('f', o.proowner))";
            contents("pg_proc", &of_schema, acl, "proowner")
        }
        Object::Types => {
            let acl = "coalesce(o.typacl, pg_catalog.acldefault('T', o.typowner))";
            let of_schema =
                concat!("o.typnamespace = n.oid AND o.typname = w.name AND ", is_separate_type!("o"));
            contents("pg_type", of_schema, acl, "typowner")
        }
    }
}

pub(super) const HELD: &str = "\
    SELECT o.id, coalesce(pg_catalog.bool_and(h.held), true), coalesce(pg_catalog.bool_or(h.held), false), \
        pg_catalog.bool_and(o.there), pg_catalog.count(DISTINCT o.object) > 1 \
    FROM o, LATERAL (SELECT CASE WHEN o.acl IS NOT NULL THEN EXISTS (SELECT FROM pg_catalog.aclexplode(o.acl) a \
            WHERE a.grantee = o.grantee AND a.privilege_type = o.privilege AND (a.is_grantable OR NOT o.grantable)) END AS held) h \
    GROUP BY o.id";

/// The grantors other than the owner. Every role that can act as the owner revokes the owner's grants, but only the
/// grantor revokes another grant.
pub(super) const GRANTORS: &str = "\
    SELECT DISTINCT o.id, pg_catalog.pg_get_userbyid(a.grantor)::text FROM o, LATERAL pg_catalog.aclexplode(o.acl) a \
    WHERE a.grantee = o.grantee AND a.privilege_type = o.privilege AND a.grantor <> o.owner";
