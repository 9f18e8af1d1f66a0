//! Grants, revokes and default privileges: lists expanded, and each privilege one that its object has.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{SpecPath, Violations};

use super::{named, names};
use crate::desired::{Database, DefaultTarget, PUBLIC, Privileges, Target};
use crate::spec::{DefaultPrivilege, Future, Grant, Many, Object, Privilege, Revoke};

pub(super) type Targets<T> = BTreeMap<T, Privileges>;

pub(super) fn grants(written: Vec<Grant>, at: &SpecPath, wrong: &mut Violations) -> Targets<Target> {
    let mut targets = Targets::new();
    for (index, grant) in written.into_iter().enumerate() {
        let at = at.index(index);
        let roles = roles(grant.to, &at.key("to"), wrong);
        if grant.grant_option && roles.iter().any(|role| role == PUBLIC) {
            wrong.push(&at.key("grantOption"), "everyone cannot have the right to pass a privilege on");
        }
        let (object, grant_option) = (grant.object, grant.grant_option);
        let names = named::objects(object, grant.names, &at, wrong);
        let columns = named::columns(object, grant.columns, &names, &at, wrong);
        let row = Row { at, object, names, columns, roles, grant_option };
        row.expand(grant.schema, &grant.privileges, &mut targets, wrong);
    }
    targets
}

pub(super) fn revokes(written: Vec<Revoke>, at: &SpecPath, wrong: &mut Violations) -> Targets<Target> {
    let mut targets = Targets::new();
    for (index, revoke) in written.into_iter().enumerate() {
        let at = at.index(index);
        let roles = roles(revoke.from, &at.key("from"), wrong);
        let (object, columns) = (revoke.object, BTreeSet::new());
        let names = named::objects(object, revoke.names, &at, wrong);
        let row = Row { at, object, names, columns, roles, grant_option: false };
        row.expand(revoke.schema, &revoke.privileges, &mut targets, wrong);
    }
    targets
}

/// What is granted and revoked at once, to and from the same role, would never converge.
pub(super) fn opposites(database: &Database, wrong: &mut Violations) {
    let Database { grants, revokes, defaults, default_revokes, .. } = database;
    for (target, granted) in grants {
        let opposite =
            revokes.iter().find(|(other, opposite)| target.overlaps(other) && clash(granted, opposite));
        if let Some((_, opposite)) = opposite {
            wrong.push(&opposite.at, format!("the same privilege is granted at {}", granted.at));
        }
    }
    for (target, granted) in defaults {
        // One for a schema only adds to those of the whole database, so those two contradict each other not at all.
        let plain = DefaultTarget { grant_option: false, ..target.clone() };
        if let Some(opposite) = default_revokes.get(&plain).filter(|opposite| clash(granted, opposite)) {
            wrong.push(&opposite.at, format!("the same privilege is granted at {}", granted.at));
        }
    }
}

/// Privileges on new objects: those that must be held, and those that must not.
pub(super) fn defaults(
    written: Vec<DefaultPrivilege>,
    at: &SpecPath,
    wrong: &mut Violations,
) -> (Targets<DefaultTarget>, Targets<DefaultTarget>) {
    let (mut held, mut revoked) = (Targets::new(), Targets::new());
    for (index, mut written) in written.into_iter().enumerate() {
        let at = at.index(index);
        match (written.to.take(), written.from.take()) {
            (Some(to), None) => future(written, (to, "to"), &at, &mut held, wrong),
            (None, Some(from)) => {
                if written.grant_option {
                    wrong
                        .push(&at.key("grantOption"), "what is not held is not passed on: leave the key out");
                }
                future(written, (from, "from"), &at, &mut revoked, wrong);
            }
            _ => wrong.push(&at, "write either `to`, who must hold them, or `from`, who must not"),
        }
    }
    (held, revoked)
}

fn clash(granted: &Privileges, opposite: &Privileges) -> bool {
    let all = granted.set.contains(&Privilege::All) || opposite.set.contains(&Privilege::All);
    all || granted.set.intersection(&opposite.set).next().is_some()
}

fn future(
    written: DefaultPrivilege,
    (roles_of, key): (Many, &str),
    at: &SpecPath,
    targets: &mut Targets<DefaultTarget>,
    wrong: &mut Violations,
) {
    let (object, grant_option) = (written.object, written.grant_option);
    listed(&written.privileges, privileges_on_new(object), at, wrong);
    let creators = roles(written.creator, &at.key("for"), wrong);
    if creators.iter().any(|role| role == PUBLIC) {
        wrong.push(&at.key("for"), "`public` creates nothing: name the role that creates the objects");
    }
    let holders = roles(roles_of, &at.key(key), wrong);
    if grant_option && holders.iter().any(|role| role == PUBLIC) {
        wrong.push(&at.key("grantOption"), "everyone cannot have the right to pass a privilege on");
    }
    let schemas = match written.schema {
        None => vec![None],
        Some(_) if object == Future::Schemas => {
            wrong.push(&at.key("schema"), "a schema is in no schema: leave the key out");
            Vec::new()
        }
        Some(many) => schemas(many, &at.key("schema"), wrong),
    };
    for (creator, schema, role) in product(&creators, &schemas, &holders) {
        let target = DefaultTarget { creator, schema, object, role, grant_option };
        let entry = targets.entry(target).or_insert_with(|| Privileges { at: at.clone(), set: [].into() });
        entry.set.extend(&written.privileges);
    }
}

fn product(
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

struct Row {
    at: SpecPath,
    object: Object,
    /// All of the kind, or each by its name.
    names: Vec<Option<String>>,
    columns: BTreeSet<String>,
    roles: Vec<String>,
    grant_option: bool,
}

impl Row {
    fn expand(
        self,
        schema: Option<Many>,
        privileges: &[Privilege],
        targets: &mut Targets<Target>,
        wrong: &mut Violations,
    ) {
        let Self { at, object, names, columns, roles, grant_option } = self;
        listed(privileges, if columns.is_empty() { of_kind(object) } else { COLUMNS }, &at, wrong);
        let schemas = match (object, schema) {
            (Object::Database, None) => vec![None],
            (Object::Database, Some(_)) => {
                wrong
                    .push(&at.key("schema"), "`object: database` is the database itself: leave `schema` out");
                Vec::new()
            }
            (_, None) => {
                wrong.push(&at, "the key `schema` is missing: in which schema?");
                Vec::new()
            }
            (_, Some(many)) => schemas(many, &at.key("schema"), wrong),
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

pub(super) fn roles(Many(names): Many, at: &SpecPath, wrong: &mut Violations) -> Vec<String> {
    if names.is_empty() {
        wrong.push(at, "the list is empty: name at least one role, or `public`");
    }
    for name in &names {
        wrong.check(at, names::name(name));
    }
    names
}

pub(super) fn schemas(Many(names): Many, at: &SpecPath, wrong: &mut Violations) -> Vec<Option<String>> {
    if names.is_empty() {
        wrong.push(at, "the list is empty: name at least one schema");
    }
    for name in &names {
        wrong.check(at, names::name(name));
    }
    names.into_iter().map(Some).collect()
}

fn listed(privileges: &[Privilege], known: &[Privilege], at: &SpecPath, wrong: &mut Violations) {
    let at = at.key("privileges");
    if privileges.is_empty() {
        wrong.push(&at, "the list is empty: name at least one privilege, or `all`");
    }
    for privilege in privileges {
        if *privilege != Privilege::All && !known.contains(privilege) {
            let known: Vec<_> = known.iter().map(|privilege| privilege.word()).collect();
            let (word, known) = (privilege.word(), known.join(", "));
            wrong.push(&at, format!("this kind of object has no privilege `{word}`; it has {known}"));
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

/// The privileges that the objects of a target have.
pub(crate) fn of(target: &Target) -> &'static [Privilege] {
    if target.columns.is_empty() { of_kind(target.object) } else { COLUMNS }
}

fn of_kind(object: Object) -> &'static [Privilege] {
    match object {
        Object::Database => &[Privilege::Connect, Privilege::Create, Privilege::Temporary],
        Object::Schema => SCHEMAS,
        Object::Tables => TABLES,
        Object::Sequences => SEQUENCES,
        Object::Functions => &[Privilege::Execute],
        Object::Types => &[Privilege::Usage],
    }
}

/// The privileges that a kind of future object has.
pub(crate) fn privileges_on_new(object: Future) -> &'static [Privilege] {
    match object {
        Future::Tables => TABLES,
        Future::Sequences => SEQUENCES,
        Future::Functions => &[Privilege::Execute],
        Future::Types => &[Privilege::Usage],
        Future::Schemas => SCHEMAS,
    }
}

impl Privilege {
    /// The word of the spec.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Connect => "connect",
            Self::Create => "create",
            Self::Temporary => "temporary",
            Self::Usage => "usage",
            Self::Select => "select",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Truncate => "truncate",
            Self::References => "references",
            Self::Trigger => "trigger",
            Self::Maintain => "maintain",
            Self::Execute => "execute",
        }
    }
}

/// `all` written out, as far as a server of this version has it.
pub(crate) fn expand(wanted: &BTreeSet<Privilege>, known: &[Privilege], version: u32) -> BTreeSet<Privilege> {
    if !wanted.contains(&Privilege::All) {
        return wanted.clone();
    }
    known.iter().copied().filter(|privilege| *privilege != Privilege::Maintain || version >= 17).collect()
}
