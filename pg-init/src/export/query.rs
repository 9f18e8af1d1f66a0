//! The queries about privileges. Each object is compared with its initial privileges: those of `initdb`, of its
//! extension, or the defaults of its kind.

use crate::observe::objects::is_separate_type;

/// Wraps a list of objects, each with its current and its initial access control list, into a query that counts by
/// place, kind, grantee and privilege: all objects, those with the privilege now, and those with the privilege
/// initially. Objects are named where not all have the privilege.
macro_rules! count_privileges {
    ($objects:expr) => {
        concat!(
            "WITH o(place, kind, name, oid, acl, base) AS (",
            $objects,
            "), totals AS (SELECT o.place, o.kind, count(*) AS total FROM o GROUP BY 1, 2), \
             each AS ( \
                SELECT o.place, o.kind, o.name::text AS name, a.grantee, a.privilege_type AS privilege, \
                    pg_catalog.bool_or(a.now) AS now, pg_catalog.bool_or(NOT a.now) AS made, \
                    pg_catalog.bool_or(a.now AND a.is_grantable) AS grantable, \
                    pg_catalog.bool_or(NOT a.now AND a.is_grantable) AS made_grantable \
                FROM o, LATERAL (SELECT x.*, true AS now FROM pg_catalog.aclexplode(o.acl) x \
                    UNION ALL SELECT x.*, false FROM pg_catalog.aclexplode(o.base) x) a \
                GROUP BY o.place, o.kind, o.oid, o.name, a.grantee, a.privilege_type), \
             counts AS ( \
                SELECT e.place, e.kind, e.grantee, e.privilege, count(*) FILTER (WHERE e.now) AS held, \
                    count(*) FILTER (WHERE e.grantable) AS grantable, count(*) FILTER (WHERE e.made) AS made, \
                    pg_catalog.array_agg(e.name) FILTER (WHERE e.now AND NOT e.made AND NOT e.grantable) AS gained, \
                    pg_catalog.array_agg(e.name) FILTER (WHERE e.grantable AND NOT e.made_grantable) AS optioned, \
                    pg_catalog.array_agg(e.name) FILTER (WHERE e.made AND NOT e.now) AS lost \
                FROM each e GROUP BY 1, 2, 3, 4) \
             SELECT c.place::text, c.kind::text, coalesce(r.rolname::text, 'public'), pg_catalog.lower(c.privilege), \
                t.total, c.held, c.grantable, c.made, \
                CASE WHEN c.kind = 'types' OR c.held < t.total THEN coalesce(c.gained, '{}') ELSE '{}' END, \
                CASE WHEN c.kind = 'types' OR c.grantable < t.total THEN coalesce(c.optioned, '{}') ELSE '{}' END, \
                CASE WHEN c.kind = 'types' OR c.held > 0 THEN coalesce(c.lost, '{}') ELSE '{}' END \
             FROM counts c JOIN totals t ON t.place = c.place AND t.kind = c.kind \
             LEFT JOIN pg_catalog.pg_roles r ON r.oid = c.grantee \
             WHERE (c.grantee = 0 OR r.oid IS NOT NULL) \
                AND (c.gained IS NOT NULL OR c.optioned IS NOT NULL OR c.lost IS NOT NULL) \
             ORDER BY 1, 2, 3, 4"
        )
    };
}

/// An SQL condition that is true for the schemas of users.
macro_rules! is_user_schema {
    () => {
        "pg_catalog.left(n.nspname::text, 3) <> 'pg_' AND n.nspname <> 'information_schema'"
    };
}

/// The initial access control list of an object.
macro_rules! initial_acl {
    ($catalog:literal, $oid:literal, $default:literal) => {
        concat!(
            "coalesce((SELECT i.initprivs FROM pg_catalog.pg_init_privs i WHERE i.objsubid = 0 AND i.objoid = ",
            $oid,
            " AND i.classoid = 'pg_catalog.",
            $catalog,
            "'::pg_catalog.regclass), ",
            $default,
            ")"
        )
    };
}

/// The access control lists of databases, compared with those of a new database.
pub(super) const DATABASES: &str = count_privileges!(
    "SELECT d.datname, 'database', d.datname, d.oid, \
        coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba)), pg_catalog.acldefault('d', d.datdba) \
     FROM pg_catalog.pg_database d WHERE d.datname NOT IN ('template0', 'template1')"
);

/// The access control lists of schemas and of the objects in them. The schema `public` initially grants USAGE to
/// everyone, and before PostgreSQL 15 also CREATE.
pub(super) const OBJECTS: &str = count_privileges!(concat!(
    "SELECT n.nspname, 'schema', n.nspname, n.oid, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner)), \
        CASE n.nspname WHEN 'public' \
            THEN pg_catalog.acldefault('n', n.nspowner) || pg_catalog.makeaclitem(0, n.nspowner, 'USAGE', false) \
                || CASE WHEN pg_catalog.current_setting('server_version_num')::int < 150000 \
                    THEN ARRAY[pg_catalog.makeaclitem(0, n.nspowner, 'CREATE', false)] ELSE '{}' END \
            ELSE ",
    initial_acl!("pg_namespace", "n.oid", "pg_catalog.acldefault('n', n.nspowner)"),
    " END FROM pg_catalog.pg_namespace n WHERE ",
    is_user_schema!(),
    " UNION ALL \
     SELECT n.nspname, CASE c.relkind WHEN 'S' THEN 'sequences' ELSE 'tables' END, c.relname, c.oid, \
        coalesce(c.relacl, pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", c.relowner)), ",
    initial_acl!(
        "pg_class",
        "c.oid",
        "pg_catalog.acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", c.relowner)"
    ),
    " FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND ",
    is_user_schema!(),
    " UNION ALL \
     SELECT n.nspname, 'functions', p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')', p.oid, \
        coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)), ",
    initial_acl!("pg_proc", "p.oid", "pg_catalog.acldefault('f', p.proowner)"),
    " FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE ",
    is_user_schema!(),
    " UNION ALL \
     SELECT n.nspname, 'types', y.typname, y.oid, coalesce(y.typacl, pg_catalog.acldefault('T', y.typowner)), ",
    initial_acl!("pg_type", "y.oid", "pg_catalog.acldefault('T', y.typowner)"),
    " FROM pg_catalog.pg_type y JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace WHERE y.typacl IS NOT NULL AND ",
    is_separate_type!("y"),
    " AND ",
    is_user_schema!()
));

/// Privileges on columns, except those that an extension granted.
pub(super) const COLUMNS: &str = concat!(
    "SELECT n.nspname::text, c.relname::text, t.attname::text, coalesce(r.rolname::text, 'public'), \
        pg_catalog.lower(a.privilege_type), pg_catalog.bool_or(a.is_grantable) \
     FROM pg_catalog.pg_attribute t JOIN pg_catalog.pg_class c ON c.oid = t.attrelid \
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, LATERAL pg_catalog.aclexplode(t.attacl) a \
     LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee \
     WHERE t.attacl IS NOT NULL AND NOT t.attisdropped AND t.attnum > 0 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') \
        AND (a.grantee = 0 OR r.oid IS NOT NULL) \
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_init_privs i WHERE i.objoid = c.oid AND i.objsubid = t.attnum \
            AND i.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass) AND ",
    is_user_schema!(),
    " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5"
);
