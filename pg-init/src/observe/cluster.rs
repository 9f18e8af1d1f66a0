//! Reads roles, memberships, databases and their settings, which are visible in every session of the server.

use std::collections::{BTreeMap, BTreeSet};

use tokio_postgres::types::Type;

use super::access::{self, Oids};
use crate::desired::{Attributes, DatabaseOptions, Desired, Until};
use crate::error::Error;
use crate::observed::{Database, Locale, MemberRow, Observed, Provisioner, Role, Stored};
use crate::spec::{LocaleProvider, ParameterPrivilege};
use crate::wire::{Names, Row, Server};

const ROLES: &str = "\
    SELECT r.rolname::text, r.rolcanlogin, r.rolsuper, r.rolcreatedb, r.rolcreaterole, r.rolreplication, \
        r.rolbypassrls, r.rolinherit, r.rolconnlimit, \
        pg_catalog.date_part('epoch', r.rolvaliduntil), r.oid, \
        coalesce(r.rolvaliduntil < pg_catalog.now(), false) \
    FROM pg_catalog.pg_roles r WHERE r.rolname = ANY($1)";

/// Memberships, from the roles of the spec upwards, so that cycles are found. Memberships have options since
/// PostgreSQL 16; before that, a member had INHERIT and SET.
const MEMBERSHIPS: &str = "\
    WITH RECURSIVE below AS (SELECT r.oid FROM pg_catalog.pg_roles r WHERE r.rolname = ANY($1) \
        UNION SELECT u.roleid FROM pg_catalog.pg_auth_members u JOIN below ON u.member = below.oid) \
    SELECT m.rolname::text, g.rolname::text, pg_catalog.pg_get_userbyid(a.grantor)::text, a.admin_option, \
        coalesce((pg_catalog.to_jsonb(a)->>'inherit_option')::bool, true), \
        coalesce((pg_catalog.to_jsonb(a)->>'set_option')::bool, true) \
    FROM below JOIN pg_catalog.pg_auth_members a ON a.member = below.oid \
    JOIN pg_catalog.pg_roles m ON m.oid = a.member JOIN pg_catalog.pg_roles g ON g.oid = a.roleid";

/// Locale providers other than the C library exist since PostgreSQL 15. Up to 16 their locale is in `daticulocale`.
const DATABASES: &str = "\
    SELECT d.datname::text, pg_catalog.pg_get_userbyid(d.datdba)::text, pg_catalog.pg_encoding_to_char(d.encoding)::text, \
        coalesce(pg_catalog.to_jsonb(d)->>'datlocprovider', 'c'), d.datcollate::text, d.datctype::text, \
        coalesce(pg_catalog.to_jsonb(d)->>'datlocale', pg_catalog.to_jsonb(d)->>'daticulocale'), d.datconnlimit, d.datallowconn, \
        d.datistemplate, (SELECT t.spcname::text FROM pg_catalog.pg_tablespace t WHERE t.oid = d.dattablespace), \
        ARRAY(SELECT CASE a.grantee WHEN 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(a.grantee)::text END \
            FROM pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a \
            WHERE a.privilege_type = 'CONNECT') \
    FROM pg_catalog.pg_database d WHERE d.datname = ANY($1)";

const SETTINGS: &str = "\
    SELECT d.datname::text, r.rolname::text, s.setconfig \
    FROM pg_catalog.pg_db_role_setting s \
    LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole \
    WHERE (s.setdatabase = 0 OR d.datname = ANY($2)) AND (s.setrole = 0 OR r.rolname = ANY($1))";

/// The roles that the provisioning role can use or act as, including itself. `$1` is true for PostgreSQL 16 or later;
/// before that, CREATEROLE is equivalent to ADMIN OPTION on every role that is not a superuser. The first role of a
/// cluster has the object identifier 10.
const USABLE_ROLES: &str = "\
    SELECT u.role, u.usable, u.joinable, pg_catalog.date_part('epoch', pg_catalog.now()), \
        (SELECT f.rolname::text FROM pg_catalog.pg_roles f WHERE f.oid = 10), u.superuser \
    FROM (SELECT r.rolname::text AS role, r.rolsuper AS superuser, pg_catalog.pg_has_role(r.oid, 'USAGE') AS usable, \
            CASE WHEN $1 THEN pg_catalog.pg_has_role(r.oid, 'SET') \
                    OR NOT r.rolsuper AND pg_catalog.pg_has_role(r.oid, 'USAGE WITH ADMIN OPTION') \
                ELSE pg_catalog.pg_has_role(r.oid, 'MEMBER') OR NOT r.rolsuper \
                    AND (me.rolcreaterole OR pg_catalog.pg_has_role(r.oid, 'USAGE WITH ADMIN OPTION')) \
            END AS joinable \
        FROM pg_catalog.pg_roles r JOIN pg_catalog.pg_roles me ON me.rolname = CURRENT_USER) u \
    WHERE u.usable OR u.joinable";

/// Privileges on parameters exist since PostgreSQL 15.
const PARAMETER_PRIVILEGES: &str = "\
    SELECT r.rolname::text, p.parname, a.privilege_type \
    FROM pg_catalog.pg_parameter_acl p, LATERAL pg_catalog.aclexplode(p.paracl) a \
    JOIN pg_catalog.pg_roles r ON r.oid = a.grantee WHERE r.rolname = ANY($1)";

const ENCODINGS: &str = "\
    SELECT e, pg_catalog.pg_encoding_to_char(pg_catalog.pg_char_to_encoding(e::name))::text \
    FROM pg_catalog.unnest($1::text[]) e";

const TABLESPACES: &str = "\
    SELECT t.spcname::text FROM pg_catalog.pg_tablespace t WHERE t.spcname = ANY($1)";

/// Reads the roles and databases of the spec, and the object identifiers of the roles, by real name.
pub(super) async fn observe(
    server: &Server,
    desired: &Desired,
) -> Result<(Observed, BTreeMap<String, u32>), Error> {
    let (main, names) = (&server.main, &server.names);
    let roles = names.real_names(desired.referenced_roles());
    let databases: Vec<&str> = desired.referenced_databases().into_iter().collect();
    let encodings: BTreeSet<&str> =
        desired.databases.values().filter_map(|d| d.encoding.as_deref()).collect();
    let encodings: Vec<&str> = encodings.into_iter().collect();
    let tablespaces: Vec<&str> =
        desired.databases.values().filter_map(|database| database.tablespace.as_deref()).collect();
    let (listed, encodings, tablespaces) = tokio::try_join!(
        read_roles_and_databases(server, &roles, &databases),
        main.query("reading encodings", ENCODINGS, [(&encodings, Type::TEXT_ARRAY)]),
        async {
            if tablespaces.is_empty() {
                return Ok(Vec::new());
            }
            main.query("reading tablespaces", TABLESPACES, [(&tablespaces, Type::TEXT_ARRAY)]).await
        },
    )?;
    let (mut observed, oids) = listed;
    for row in &encodings {
        let (written, canonical): (String, String) = (row.get(0)?, row.get(1)?);
        if canonical.is_empty() {
            return Err(Error::Missing(format!("the server knows no encoding {written}")));
        }
        observed.encodings.insert(written, canonical);
    }
    observed.tablespaces = tablespaces.iter().map(|row| row.get(0)).collect::<Result<_, _>>()?;
    read_provisioner(server, desired, &mut observed).await?;
    for (name, acl) in access::read_database_acls(main, &Oids { names, roles: &oids }, desired).await? {
        if let Some(database) = observed.databases.get_mut(&name) {
            database.acl = acl;
        }
    }
    Ok((observed, oids))
}

/// Reads the roles and databases of these names, and the object identifiers of the roles.
pub(crate) async fn read_roles_and_databases(
    server: &Server,
    roles: &[String],
    databases: &[&str],
) -> Result<(Observed, BTreeMap<String, u32>), Error> {
    let (main, names) = (&server.main, &server.names);
    let text = Type::TEXT_ARRAY;
    let (roles, members, databases, settings, parameters) = tokio::try_join!(
        main.query("reading roles", ROLES, [(&roles, text.clone())]),
        main.query("reading memberships", MEMBERSHIPS, [(&roles, text.clone())]),
        main.query("reading databases", DATABASES, [(&databases, text.clone())]),
        main.query("reading settings", SETTINGS, [(&roles, text.clone()), (&databases, text.clone())]),
        async {
            if main.facts.version < 15 {
                return Ok(Vec::new());
            }
            main.query("reading privileges on parameters", PARAMETER_PRIVILEGES, [(&roles, text.clone())])
                .await
        },
    )?;
    let mut observed = Observed { version: main.facts.version, ..Observed::default() };
    let oids = roles.iter().map(|row| Ok((row.get(0)?, row.get(10)?))).collect::<Result<_, Error>>()?;
    for row in &roles {
        observed.roles.insert(names.key(row.get(0)?), role(row)?);
    }
    for row in &members {
        add_membership(row, names, &mut observed)?;
    }
    for row in &databases {
        observed.databases.insert(row.get(0)?, database(row, names)?);
    }
    for row in &settings {
        add_setting(row, names, &mut observed)?;
    }
    for row in &parameters {
        let privilege = ParameterPrivilege::from_word(row.get(2)?);
        if let Some(role) = observed.roles.get_mut(&names.key(row.get(0)?)) {
            role.parameter_privileges.entry(row.get(1)?).or_default().extend(privilege);
        }
    }
    Ok((observed, oids))
}

fn role(row: &Row) -> Result<Role, Error> {
    let attributes = Attributes {
        login: row.get(1)?,
        superuser: row.get(2)?,
        createdb: row.get(3)?,
        createrole: row.get(4)?,
        replication: row.get(5)?,
        bypassrls: row.get(6)?,
        inherit: row.get(7)?,
        connection_limit: row.get(8)?,
        valid_until: Some(row.get::<Option<f64>>(9)?.map_or(Until::Infinity, until)),
    };
    Ok(Role { attributes, expired: row.get(11)?, ..Role::default() })
}

/// The time of a timestamp in seconds since 1970.
fn until(seconds: f64) -> Until {
    if seconds.is_finite() {
        #[expect(clippy::cast_possible_truncation, reason = "whole seconds of a timestamp")]
        Until::At(seconds.floor() as i64)
    } else if seconds < 0.0 {
        Until::NegativeInfinity
    } else {
        Until::Infinity
    }
}

fn add_membership(row: &Row, names: &Names, observed: &mut Observed) -> Result<(), Error> {
    let of = MemberRow { grantor: row.get(2)?, admin: row.get(3)?, inherit: row.get(4)?, set: row.get(5)? };
    let (member, role) = (names.key(row.get(0)?), names.key(row.get(1)?));
    if let Some(existing) = observed.roles.get_mut(&member) {
        existing.member_of.entry(role.clone()).or_default().push(of);
    }
    observed.memberships.entry(member).or_default().insert(role);
    Ok(())
}

fn database(row: &Row, names: &Names) -> Result<Database, Error> {
    let locale = Locale {
        provider: LocaleProvider::from_letter(row.get(3)?),
        collate: row.get(4)?,
        ctype: row.get(5)?,
        of_provider: row.get(6)?,
    };
    Ok(Database {
        owner: names.key(row.get(1)?),
        encoding: row.get(2)?,
        locale,
        options: DatabaseOptions {
            connection_limit: row.get(7)?,
            allow_connections: row.get(8)?,
            is_template: row.get(9)?,
        },
        tablespace: row.get(10)?,
        connect: row.texts(11)?.iter().map(|role| names.key(role)).collect(),
        ..Database::default()
    })
}

fn add_setting(row: &Row, names: &Names, observed: &mut Observed) -> Result<(), Error> {
    let (database, role): (Option<&str>, Option<&str>) = (row.get(0)?, row.get(1)?);
    let settings = match (database, role) {
        (Some(name), None) => observed.databases.get_mut(name).map(|database| &mut database.settings),
        (Some(name), Some(role)) => {
            let database = observed.databases.get_mut(name);
            database.map(|database| database.role_settings.entry(names.key(role)).or_default())
        }
        (None, Some(name)) => observed.roles.get_mut(&names.key(name)).map(|role| &mut role.settings),
        (None, None) => None,
    };
    let Some(settings) = settings else { return Ok(()) };
    for pair in row.texts(2)? {
        if let Some((name, text)) = pair.split_once('=') {
            settings.insert(name.to_ascii_lowercase(), Stored { text: text.to_owned(), equal: false });
        }
    }
    Ok(())
}

/// Reads the provisioning role, the roles whose privileges it has as a member, and the roles that it can act as.
async fn read_provisioner(server: &Server, desired: &Desired, observed: &mut Observed) -> Result<(), Error> {
    let (facts, names) = (&server.main.facts, &server.names);
    let modern = facts.version >= 16;
    let rows = server
        .main
        .query(
            "reading the roles that the provisioning role can act as",
            USABLE_ROLES,
            [(&modern, Type::BOOL)],
        )
        .await?;
    let mut provisioner = Provisioner {
        role: names.key(&facts.user),
        superuser: facts.superuser,
        database: desired.database.clone(),
        ..Provisioner::default()
    };
    for row in &rows {
        let role = names.key(row.get(0)?);
        if row.get(1)? {
            provisioner.usable.insert(role.clone());
        }
        if row.get(5)? {
            provisioner.superusers.insert(role.clone());
        }
        if row.get(2)? {
            provisioner.joinable.insert(role);
        }
        provisioner.now = Some(until(row.get(3)?));
        let first: Option<&str> = row.get(4)?;
        observed.public_owner = first.filter(|_| facts.version < 15).map(|first| names.key(first));
    }
    observed.provisioner = Some(provisioner);
    Ok(())
}
