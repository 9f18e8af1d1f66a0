//! Validates grants, revokes and default privileges: expands their lists, and checks that each kind of object has the
//! privileges.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{SpecPath, Violations};

use super::{named_objects, names};
use crate::desired::{Database, DefaultTarget, PUBLIC, Privileges, Target};
use crate::spec::{DefaultPrivilege, FutureObject, Grant, NameOrList, Object, Privilege, Revoke};

pub(super) type Targets<T> = BTreeMap<T, Privileges>;

pub(super) fn grants(written: Vec<Grant>, at: &SpecPath, violations: &mut Violations) -> Targets<Target> {
    let mut targets = Targets::new();
    for (index, grant) in written.into_iter().enumerate() {
        let at = at.index(index);
        let roles = role_names(grant.to, &at.key("to"), violations);
        if grant.grant_option && roles.iter().any(|role| role == PUBLIC) {
            violations.push(&at.key("grantOption"), "everyone cannot have the right to pass a privilege on");
        }
        let (object, grant_option) = (grant.object, grant.grant_option);
        let names = named_objects::object_names(object, grant.names, &at, violations);
        let columns = named_objects::column_names(object, grant.columns, &names, &at, violations);
        let entry = Entry { at, object, names, columns, roles, grant_option };
        entry.expand(grant.schema, &grant.privileges, &mut targets, violations);
    }
    targets
}

pub(super) fn revokes(written: Vec<Revoke>, at: &SpecPath, violations: &mut Violations) -> Targets<Target> {
    let mut targets = Targets::new();
    for (index, revoke) in written.into_iter().enumerate() {
        let at = at.index(index);
        let roles = role_names(revoke.from, &at.key("from"), violations);
        let (object, columns) = (revoke.object, BTreeSet::new());
        let names = named_objects::object_names(object, revoke.names, &at, violations);
        let entry = Entry { at, object, names, columns, roles, grant_option: false };
        entry.expand(revoke.schema, &revoke.privileges, &mut targets, violations);
    }
    targets
}

/// Reports a privilege that is both granted to a role and revoked from it: such a spec never converges.
pub(super) fn check_contradictions(database: &Database, violations: &mut Violations) {
    let Database { grants, revokes, defaults, default_revokes, .. } = database;
    for (target, granted) in grants {
        let opposite = revokes
            .iter()
            .find(|(other, opposite)| target.overlaps(other) && have_common_privilege(granted, opposite));
        if let Some((_, opposite)) = opposite {
            violations.push(&opposite.at, format!("the same privilege is granted at {}", granted.at));
        }
    }
    for (target, granted) in defaults {
        // A default privilege of a schema is added to those of the whole database, so an entry for the one does not
        // contradict an entry for the other.
        let plain = DefaultTarget { grant_option: false, ..target.clone() };
        if let Some(opposite) =
            default_revokes.get(&plain).filter(|opposite| have_common_privilege(granted, opposite))
        {
            violations.push(&opposite.at, format!("the same privilege is granted at {}", granted.at));
        }
    }
}

/// Expands default privileges: first those that must be held, then those that must not be held.
pub(super) fn defaults(
    written: Vec<DefaultPrivilege>,
    at: &SpecPath,
    violations: &mut Violations,
) -> (Targets<DefaultTarget>, Targets<DefaultTarget>) {
    let (mut held, mut revoked) = (Targets::new(), Targets::new());
    for (index, mut written) in written.into_iter().enumerate() {
        let at = at.index(index);
        match (written.to.take(), written.from.take()) {
            (Some(to), None) => expand_default(written, (to, "to"), &at, &mut held, violations),
            (None, Some(from)) => {
                if written.grant_option {
                    violations
                        .push(&at.key("grantOption"), "what is not held is not passed on: leave the key out");
                }
                expand_default(written, (from, "from"), &at, &mut revoked, violations);
            }
            _ => violations.push(&at, "write either `to`, who must hold them, or `from`, who must not"),
        }
    }
    (held, revoked)
}

/// True when both entries name the same privilege.
fn have_common_privilege(granted: &Privileges, opposite: &Privileges) -> bool {
    let all = granted.set.contains(&Privilege::All) || opposite.set.contains(&Privilege::All);
    all || granted.set.intersection(&opposite.set).next().is_some()
}

/// Expands one entry of default privileges into its targets.
fn expand_default(
    written: DefaultPrivilege,
    (roles_of, key): (NameOrList, &str),
    at: &SpecPath,
    targets: &mut Targets<DefaultTarget>,
    violations: &mut Violations,
) {
    let (object, grant_option) = (written.object, written.grant_option);
    check_privileges(&written.privileges, privileges_on_new(object), at, violations);
    let creators = role_names(written.creator, &at.key("for"), violations);
    if creators.iter().any(|role| role == PUBLIC) {
        violations.push(&at.key("for"), "`public` creates nothing: name the role that creates the objects");
    }
    let holders = role_names(roles_of, &at.key(key), violations);
    if grant_option && holders.iter().any(|role| role == PUBLIC) {
        violations.push(&at.key("grantOption"), "everyone cannot have the right to pass a privilege on");
    }
    let schemas = match written.schema {
        None => vec![None],
        Some(_) if object == FutureObject::Schemas => {
            violations.push(&at.key("schema"), "a schema is in no schema: leave the key out");
            Vec::new()
        }
        Some(many) => schema_names(many, &at.key("schema"), violations),
    };
    for (creator, schema, role) in combinations(&creators, &schemas, &holders) {
        let target = DefaultTarget { creator, schema, object, role, grant_option };
        let entry = targets.entry(target).or_insert_with(|| Privileges { at: at.clone(), set: [].into() });
        entry.set.extend(&written.privileges);
    }
}

/// Every combination of a creator, a schema and a holder.
fn combinations(
    creators: &[String],
    schemas: &[Option<String>],
    holders: &[String],
) -> Vec<(String, Option<String>, String)> {
    let mut rows = Vec::new();
    for creator in creators {
        for schema in schemas {
            rows.extend(holders.iter().map(|role| (creator.clone(), schema.clone(), role.clone())));
        }
    }
    rows
}

/// One entry of grants or revokes.
struct Entry {
    at: SpecPath,
    object: Object,
    /// The names of the objects, or one `None` for all objects of the kind.
    names: Vec<Option<String>>,
    columns: BTreeSet<String>,
    roles: Vec<String>,
    grant_option: bool,
}

impl Entry {
    fn expand(
        self,
        schema: Option<NameOrList>,
        privileges: &[Privilege],
        targets: &mut Targets<Target>,
        violations: &mut Violations,
    ) {
        let Self { at, object, names, columns, roles, grant_option } = self;
        check_privileges(
            privileges,
            if columns.is_empty() { privileges_of_kind(object) } else { COLUMNS },
            &at,
            violations,
        );
        let schemas = match (object, schema) {
            (Object::Database, None) => vec![None],
            (Object::Database, Some(_)) => {
                violations
                    .push(&at.key("schema"), "`object: database` is the database itself: leave `schema` out");
                Vec::new()
            }
            (_, None) => {
                violations.push(&at, "the key `schema` is missing");
                Vec::new()
            }
            (_, Some(many)) => schema_names(many, &at.key("schema"), violations),
        };
        for (schema, name) in schemas.iter().flat_map(|schema| names.iter().map(move |name| (schema, name))) {
            for role in &roles {
                let (schema, name, role) = (schema.clone(), name.clone(), role.clone());
                let target = Target { object, schema, name, columns: columns.clone(), role, grant_option };
                let entry =
                    targets.entry(target).or_insert_with(|| Privileges { at: at.clone(), set: [].into() });
                entry.set.extend(privileges);
            }
        }
    }
}

pub(super) fn role_names(
    NameOrList(names): NameOrList,
    at: &SpecPath,
    violations: &mut Violations,
) -> Vec<String> {
    if names.is_empty() {
        violations.push(at, "the list is empty: name at least one role, or `public`");
    }
    for name in &names {
        violations.check(at, names::object_name(name));
    }
    names
}

pub(super) fn schema_names(
    NameOrList(names): NameOrList,
    at: &SpecPath,
    violations: &mut Violations,
) -> Vec<Option<String>> {
    if names.is_empty() {
        violations.push(at, "the list is empty: name at least one schema");
    }
    for name in &names {
        violations.check(at, names::object_name(name));
    }
    names.into_iter().map(Some).collect()
}

/// Checks that the kind of object has each privilege.
fn check_privileges(
    privileges: &[Privilege],
    known: &[Privilege],
    at: &SpecPath,
    violations: &mut Violations,
) {
    let at = at.key("privileges");
    if privileges.is_empty() {
        violations.push(&at, "the list is empty: name at least one privilege, or `all`");
    }
    for privilege in privileges {
        if *privilege != Privilege::All && !known.contains(privilege) {
            let known: Vec<_> = known.iter().map(|privilege| privilege.keyword()).collect();
            let (word, known) = (privilege.keyword(), known.join(", "));
            violations.push(&at, format!("this kind of object has no privilege `{word}`; it has {known}"));
        }
    }
}

const TABLES: &[Privilege] = &[
    Privilege::Select,
    Privilege::Insert,
    Privilege::Update,
    Privilege::Delete,
    Privilege::Truncate,
    Privilege::References,
    Privilege::Trigger,
    Privilege::Maintain,
];
const SEQUENCES: &[Privilege] = &[Privilege::Usage, Privilege::Select, Privilege::Update];
const SCHEMAS: &[Privilege] = &[Privilege::Usage, Privilege::Create];

const COLUMNS: &[Privilege] =
    &[Privilege::Select, Privilege::Insert, Privilege::Update, Privilege::References];

/// The privileges that the objects of a target can have.
pub(crate) fn privileges_of(target: &Target) -> &'static [Privilege] {
    if target.columns.is_empty() { privileges_of_kind(target.object) } else { COLUMNS }
}

fn privileges_of_kind(object: Object) -> &'static [Privilege] {
    match object {
        Object::Database => &[Privilege::Connect, Privilege::Create, Privilege::Temporary],
        Object::Schema => SCHEMAS,
        Object::Tables => TABLES,
        Object::Sequences => SEQUENCES,
        Object::Functions => &[Privilege::Execute],
        Object::Types => &[Privilege::Usage],
    }
}

/// The privileges that a kind of future object can have.
pub(crate) fn privileges_on_new(object: FutureObject) -> &'static [Privilege] {
    match object {
        FutureObject::Tables => TABLES,
        FutureObject::Sequences => SEQUENCES,
        FutureObject::Functions => &[Privilege::Execute],
        FutureObject::Types => &[Privilege::Usage],
        FutureObject::Schemas => SCHEMAS,
    }
}

/// The privileges, with `all` replaced by every privilege that a server of this major version has.
pub(crate) fn expand_all(
    wanted: &BTreeSet<Privilege>,
    known: &[Privilege],
    version: u32,
) -> BTreeSet<Privilege> {
    if !wanted.contains(&Privilege::All) {
        return wanted.clone();
    }
    known.iter().copied().filter(|privilege| *privilege != Privilege::Maintain || version >= 17).collect()
}
