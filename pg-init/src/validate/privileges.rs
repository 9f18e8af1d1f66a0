//! Grants, revokes and default privileges: lists expanded, and each privilege one that its object has.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use super::names;
use crate::desired::{DefaultTarget, PUBLIC, Privileges, Target};
use crate::spec::{DefaultPrivilege, Future, Grant, Many, Object, Privilege, Revoke};

type Targets<T> = BTreeMap<T, Privileges>;

pub(super) fn grants(written: Vec<Grant>, at: &SpecPath, wrong: &mut Violations) -> Targets<Target> {
    let mut targets = Targets::new();
    for (index, grant) in written.into_iter().enumerate() {
        let at = at.index(index);
        let roles = roles(grant.to, &at.key("to"), wrong);
        if grant.grant_option && roles.iter().any(|role| role == PUBLIC) {
            wrong.push(&at.key("grantOption"), "everyone cannot have the right to pass a privilege on");
        }
        let row = Row { at, object: grant.object, roles, grant_option: grant.grant_option };
        row.expand(grant.schema, &grant.privileges, &mut targets, wrong);
    }
    targets
}

pub(super) fn revokes(written: Vec<Revoke>, at: &SpecPath, wrong: &mut Violations) -> Targets<Target> {
    let mut targets = Targets::new();
    for (index, revoke) in written.into_iter().enumerate() {
        let at = at.index(index);
        let roles = roles(revoke.from, &at.key("from"), wrong);
        let row = Row { at, object: revoke.object, roles, grant_option: false };
        row.expand(revoke.schema, &revoke.privileges, &mut targets, wrong);
    }
    targets
}

/// What is granted and revoked at once, to and from the same role, would never converge.
pub(super) fn opposites(grants: &Targets<Target>, revokes: &Targets<Target>, wrong: &mut Violations) {
    for (target, granted) in grants {
        let plain = Target { grant_option: false, ..target.clone() };
        let Some(opposite) = revokes.get(&plain) else { continue };
        let all = granted.set.contains(&Privilege::All) || opposite.set.contains(&Privilege::All);
        if all || granted.set.intersection(&opposite.set).next().is_some() {
            wrong.push(&opposite.at, format!("the same privilege is granted at {}", granted.at));
        }
    }
}

pub(super) fn defaults(
    written: Vec<DefaultPrivilege>,
    at: &SpecPath,
    wrong: &mut Violations,
) -> Targets<DefaultTarget> {
    let mut targets: Targets<DefaultTarget> = Targets::new();
    for (index, written) in written.into_iter().enumerate() {
        let at = at.index(index);
        let (object, grant_option) = (written.object, written.grant_option);
        listed(&written.privileges, privileges_on_new(object), &at, wrong);
        let creators = roles(written.creator, &at.key("for"), wrong);
        if creators.iter().any(|role| role == PUBLIC) {
            wrong.push(&at.key("for"), "`public` creates nothing: name the role that creates the objects");
        }
        let holders = roles(written.to, &at.key("to"), wrong);
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
            let entry =
                targets.entry(target).or_insert_with(|| Privileges { at: at.clone(), set: [].into() });
            entry.set.extend(&written.privileges);
        }
    }
    targets
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
        let Self { at, object, roles, grant_option } = self;
        listed(privileges, of(object), &at, wrong);
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
        for schema in schemas {
            for role in &roles {
                let target = Target { object, schema: schema.clone(), role: role.clone(), grant_option };
                let entry =
                    targets.entry(target).or_insert_with(|| Privileges { at: at.clone(), set: [].into() });
                entry.set.extend(privileges);
            }
        }
    }
}

fn roles(Many(names): Many, at: &SpecPath, wrong: &mut Violations) -> Vec<String> {
    if names.is_empty() {
        wrong.push(at, "the list is empty: name at least one role, or `public`");
    }
    for name in &names {
        wrong.check(at, names::name(name));
    }
    names
}

fn schemas(Many(names): Many, at: &SpecPath, wrong: &mut Violations) -> Vec<Option<String>> {
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

/// The privileges that a kind of object has.
pub(crate) fn of(object: Object) -> &'static [Privilege] {
    match object {
        Object::Database => &[Privilege::Connect, Privilege::Create, Privilege::Temporary],
        Object::Schema => SCHEMAS,
        Object::Tables => TABLES,
        Object::Sequences => SEQUENCES,
        Object::Functions => &[Privilege::Execute],
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
pub(crate) fn expand(
    wanted: &std::collections::BTreeSet<Privilege>,
    known: &[Privilege],
    version: u32,
) -> std::collections::BTreeSet<Privilege> {
    if !wanted.contains(&Privilege::All) {
        return wanted.clone();
    }
    known.iter().copied().filter(|privilege| *privilege != Privilege::Maintain || version >= 17).collect()
}
