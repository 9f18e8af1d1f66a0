//! Checks the privileges of a provisioning role without superuser. A change that the catalog proves impossible is
//! refused before the first write. A change that the catalog only does not allow is logged and left to the server,
//! since managed servers allow more than PostgreSQL does.

use std::collections::{BTreeMap, BTreeSet};

use init_core::CheckMode;
use tokio_postgres::types::{ToSql, Type};
use tracing::warn;

use super::needs::{Need, needs};
use super::own_attributes::{OwnAttributes, UncertainAttribute};
use super::{grantable, wrapper};
use crate::change::Change;
use crate::desired::sql::ident;
use crate::error::Error;
use crate::wire::{Server, Session};

/// The existing roles of these names: whether each is a superuser and has REPLICATION, and whether the provisioning
/// role has ADMIN OPTION on it and its privileges.
const ROLES: &str = "\
    SELECT r.rolname::text, r.rolsuper, pg_catalog.pg_has_role(r.oid, 'USAGE WITH ADMIN OPTION'), \
        pg_catalog.pg_has_role(r.oid, 'USAGE'), r.rolreplication \
    FROM pg_catalog.pg_roles r WHERE r.rolname = ANY($1)";

/// The existing databases of these names: their owners, and whether the provisioning role may create in them, grant
/// on them and copy them.
const DATABASES: &str = "\
    SELECT d.datname::text, pg_catalog.pg_get_userbyid(d.datdba)::text, \
        pg_catalog.has_database_privilege(d.oid, 'CREATE'), \
        pg_catalog.has_database_privilege(d.oid, 'CONNECT WITH GRANT OPTION, CREATE WITH GRANT OPTION, TEMPORARY WITH GRANT OPTION'), \
        d.datistemplate OR pg_catalog.pg_has_role(d.datdba, 'USAGE') \
    FROM pg_catalog.pg_database d WHERE d.datname = ANY($1)";

/// The extensions of these names that only a superuser may create.
const UNTRUSTED: &str = "\
    SELECT DISTINCT v.name::text FROM pg_catalog.pg_available_extension_versions v \
    WHERE v.name = ANY($1) AND v.superuser AND NOT v.trusted";

/// The tablespaces of these names on which the provisioning role lacks CREATE.
const TABLESPACES: &str = "\
    SELECT t.spcname::text FROM pg_catalog.pg_tablespace t \
    WHERE t.spcname = ANY($1) AND NOT pg_catalog.has_tablespace_privilege(t.oid, 'CREATE')";

/// The privileges on parameters that the provisioning role may not grant.
const UNGRANTABLE_PARAMETERS: &str = "\
    SELECT p.name, p.word FROM unnest($1::text[], $2::text[]) AS p(name, word) \
    WHERE NOT pg_catalog.has_parameter_privilege(p.name, p.word || ' WITH GRANT OPTION')";

/// The catalog's state of the objects that the plan's requirements name.
struct Catalog {
    roles: BTreeMap<String, Role>,
    databases: BTreeMap<String, Database>,
    untrusted: BTreeSet<String>,
    closed_tablespaces: BTreeSet<String>,
    /// The privileges on parameters that may not be granted, by parameter and keyword.
    ungrantable: BTreeSet<(String, String)>,
    /// The roles that the plan creates: the creator of a role has ADMIN OPTION on it.
    created: BTreeSet<String>,
}

#[expect(clippy::struct_excessive_bools, reason = "PostgreSQL's own answers")]
struct Role {
    superuser: bool,
    admin: bool,
    member: bool,
    replication: bool,
}

struct Database {
    owner: String,
    create: bool,
    grant: bool,
    copy: bool,
}

/// The index of each change that would be refused, and the error.
pub(super) async fn check(
    server: &Server,
    changes: &[Change],
    mode: CheckMode,
) -> Result<Vec<(usize, Error)>, Error> {
    let attributes = OwnAttributes::read(&server.main, &server.names).await?;
    let catalog = read_catalog(server, changes).await?;
    let mut refused = Vec::new();
    let mut tried: BTreeMap<&'static str, bool> = BTreeMap::new();
    for (index, change) in changes.iter().enumerate() {
        let (needs, own) = (
            needs(change, &server.names, &server.ownership),
            attributes.is_own_password_or_settings(change, &server.names),
        );
        let replication = needs.iter().any(|need| catalog.has_replication(need));
        let mut lacks = attributes.missing_attribute(change).filter(|_| !own).map(str::to_owned);
        for need in needs.iter().filter(|_| !own) {
            lacks = lacks.or_else(|| catalog.missing_privilege(server, &attributes, need, change));
        }
        // A plan tries nothing, not even in a transaction.
        let uncertain = attributes.uncertain_attributes(change, replication);
        for UncertainAttribute { word, lacks: missing } in
            uncertain.into_iter().filter(|_| mode == CheckMode::Apply)
        {
            let may = match tried.get(word) {
                Some(may) => *may,
                None => *tried.entry(word).or_insert(may_set_attribute(&server.main, word).await?),
            };
            if !may {
                lacks = lacks.or(Some(missing.to_owned()));
            }
        }
        refused.extend(lacks.map(|lacks| (index, attributes.refuse(change, lacks))));
    }
    refused.extend(grantable::check(server, &attributes, changes).await?);
    refused.extend(wrapper::check(server, &attributes, changes).await?);
    Ok(refused)
}

/// True when the server lets the provisioning role set an attribute: tried on a role that is never committed.
async fn may_set_attribute(session: &Session, word: &str) -> Result<bool, Error> {
    let role = ident(&format!("pg-init trial {}", std::process::id()));
    let trial = format!("BEGIN; CREATE ROLE {role}; ALTER ROLE {role} {word}; ROLLBACK");
    let doing = format!("trying whether the provisioning role may set {word}");
    match session.execute(&trial, &doing).await {
        Ok(_) => Ok(true),
        Err(Error::Server { .. }) => session.execute("ROLLBACK", &doing).await.map(|_| false),
        Err(lost) => Err(lost),
    }
}

async fn read_catalog(server: &Server, changes: &[Change]) -> Result<Catalog, Error> {
    let (mut roles, mut databases) = (Vec::new(), Vec::new());
    let (mut extensions, mut tablespaces) = (Vec::new(), Vec::new());
    let mut parameters: Vec<(&str, &str)> = Vec::new();
    for need in changes.iter().flat_map(|change| needs(change, &server.names, &server.ownership)) {
        match need {
            Need::Admin(role) | Need::Role(role) | Need::Member(role) => roles.push(role),
            Need::Create(name) | Need::Grant(name) | Need::Copy(name) => databases.push(name),
            Need::Trusted(extension) => extensions.push(extension),
            Need::Tablespace(tablespace) => tablespaces.push(tablespace),
            Need::Parameter(parameter, privilege) => parameters.push((parameter, privilege.keyword())),
            Need::Superuser(_) => {}
        }
    }
    let text = Type::TEXT_ARRAY;
    let (roles, databases, extensions, tablespaces) = tokio::try_join!(
        server.main.query("reading roles of the plan", ROLES, [(&roles, text.clone())]),
        server.main.query("reading databases of the plan", DATABASES, [(&databases, text.clone())]),
        server.main.query("asking for trusted extensions", UNTRUSTED, [(&extensions, text.clone())]),
        server.main.query("reading tablespaces of the plan", TABLESPACES, [(&tablespaces, text.clone())]),
    )?;
    let mut catalog = Catalog {
        roles: BTreeMap::new(),
        databases: BTreeMap::new(),
        untrusted: extensions.iter().map(|row| row.get(0)).collect::<Result<_, Error>>()?,
        closed_tablespaces: tablespaces.iter().map(|row| row.get(0)).collect::<Result<_, Error>>()?,
        ungrantable: ungrantable_parameters(server, parameters).await?,
        created: BTreeSet::new(),
    };
    for row in &roles {
        let role = Role {
            superuser: row.get(1)?,
            admin: row.get(2)?,
            member: row.get(3)?,
            replication: row.get(4)?,
        };
        catalog.roles.insert(row.get(0)?, role);
    }
    for row in &databases {
        let (owner, create, grant, copy) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
        catalog.databases.insert(row.get(0)?, Database { owner, create, grant, copy });
    }
    for change in changes {
        if let Change::CreateRole(c) = change {
            catalog.created.insert(server.names.real(&c.role).to_owned());
        }
    }
    Ok(catalog)
}

/// The privileges on parameters that the provisioning role may not grant. Before PostgreSQL 15 there are none.
async fn ungrantable_parameters(
    server: &Server,
    parameters: Vec<(&str, &str)>,
) -> Result<BTreeSet<(String, String)>, Error> {
    let (names, words): (Vec<&str>, Vec<&str>) = parameters.into_iter().unzip();
    if names.is_empty() {
        return Ok(BTreeSet::new());
    }
    let parameters: [(&(dyn ToSql + Sync), Type); 2] =
        [(&names, Type::TEXT_ARRAY), (&words, Type::TEXT_ARRAY)];
    let rows =
        server.main.query("asking for privileges on parameters", UNGRANTABLE_PARAMETERS, parameters).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

impl Catalog {
    /// True when the change alters a role with REPLICATION.
    fn has_replication(&self, need: &Need<'_>) -> bool {
        matches!(need, Need::Admin(role) if self.roles.get(role).is_some_and(|role| role.replication))
    }

    /// The privilege that the provisioning role lacks for a requirement with certainty. An uncertain requirement is
    /// logged.
    fn missing_privilege(
        &self,
        server: &Server,
        attributes: &OwnAttributes,
        need: &Need<'_>,
        change: &Change,
    ) -> Option<String> {
        let shown = |role: &String| server.names.redact(&server.names.key(role));
        let owner = |role: &String| format!("membership in the role {}, or ADMIN OPTION on it", shown(role));
        let joins = |role: &String| server.joinable.contains(role) || self.created.contains(role);
        let of_owner = |name: &str, may: fn(&Database) -> bool| {
            let existing =
                self.databases.get(name).filter(|database| !may(database) && !joins(&database.owner));
            existing.map(|database| owner(&database.owner))
        };
        match need {
            Need::Admin(role) => {
                let existing = self.roles.get(role)?;
                if existing.superuser {
                    return Some("SUPERUSER".to_owned());
                }
                let ours = existing.admin || attributes.administers_all();
                (!ours).then(|| format!("ADMIN OPTION on the role {}", shown(role)))
            }
            Need::Role(role) => (!joins(role)).then(|| owner(role)),
            Need::Member(role) => {
                let member = self.roles.get(role).is_none_or(|existing| existing.member);
                (!member && attributes.checks_grantors())
                    .then(|| format!("membership in the role {}, which has granted it", shown(role)))
            }
            Need::Create(name) => of_owner(name, |database| database.create),
            Need::Grant(name) => of_owner(name, |database| database.grant),
            Need::Copy(name) => {
                let existing = self.databases.get(*name).filter(|database| !database.copy)?;
                Some(format!("membership in the role {}, which owns the template", shown(&existing.owner)))
            }
            Need::Tablespace(tablespace) => self
                .closed_tablespaces
                .contains(*tablespace)
                .then(|| format!("CREATE on the tablespace {tablespace}")),
            Need::Parameter(parameter, privilege) => {
                let word = privilege.keyword();
                let lacks = self.ungrantable.contains(&((*parameter).to_owned(), word.to_owned()));
                let word = word.to_ascii_uppercase();
                lacks.then(|| format!("{word} with grant option on the parameter {parameter}"))
            }
            Need::Trusted(extension) => {
                if self.untrusted.contains(*extension) {
                    warn!(%change, "PostgreSQL lets only a superuser create this extension: this server decides");
                }
                None
            }
            Need::Superuser(what) => {
                warn!(%change, "PostgreSQL lets only a superuser {what}: this server decides");
                None
            }
        }
    }
}
