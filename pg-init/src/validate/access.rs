//! `access`: what a role may do with all that is in the schemas of a database, in one word. It stands for grants and default
//! privileges, and becomes those here.

use init_core::{SpecPath, Violations};

use super::privileges::{self, Targets};
use crate::desired::{Database, DefaultTarget, PUBLIC, Privileges, Target};
use crate::spec::{Access, Future, Level, Object, Privilege};

/// Adds what the entries stand for to the grants and default privileges of the database.
pub(super) fn expand(written: Vec<Access>, database: &mut Database, at: &SpecPath, wrong: &mut Violations) {
    for (index, Access { role, level, schema }) in written.into_iter().enumerate() {
        let at = at.index(index);
        let schemas = match schema {
            Some(many) => privileges::schemas(many, &at.key("schema"), wrong),
            None if database.schemas.is_empty() => vec![Some("public".to_owned())],
            None => database.schemas.keys().cloned().map(Some).collect(),
        };
        for role in privileges::roles(role, &at.key("role"), wrong) {
            let mut add = |object, schema: Option<&String>, privileges: &[Privilege]| {
                let target = Target::all(object, schema.cloned(), role.clone());
                note(&mut database.grants, target, privileges, &at);
            };
            add(Object::Database, None, &[Privilege::Connect]);
            for schema in schemas.iter().flatten() {
                add(Object::Schema, Some(schema), &[Privilege::Usage]);
                add(Object::Tables, Some(schema), level.on_tables());
                add(Object::Sequences, Some(schema), level.on_sequences());
            }
            for schema in schemas.iter().flatten() {
                let declared = database.schemas.get(schema);
                let owner =
                    declared.and_then(|schema| schema.object_owner.as_ref().or(schema.owner.as_ref()));
                let owner = owner.or(database.owner.as_ref());
                let Some(creator) = owner.cloned() else {
                    let problem = format!(
                        "whose new tables in the schema {schema}? Neither it nor the database has an `owner` in the spec"
                    );
                    wrong.push(&at, problem);
                    continue;
                };
                // An owner may do everything with what it creates.
                if creator == role {
                    continue;
                }
                for (object, privileges) in
                    [(Future::Tables, level.on_tables()), (Future::Sequences, level.on_sequences())]
                {
                    let (creator, schema, role) = (creator.clone(), Some(schema.clone()), role.clone());
                    let target = DefaultTarget { creator, schema, object, role, grant_option: false };
                    note(&mut database.defaults, target, privileges, &at);
                }
            }
            if role == PUBLIC && level == Level::Write {
                wrong.push(&at.key("role"), "everyone would write: name the roles that do");
            }
        }
    }
}

fn note<T: Ord>(targets: &mut Targets<T>, target: T, privileges: &[Privilege], at: &SpecPath) {
    let entry = targets.entry(target).or_insert_with(|| Privileges { at: at.clone(), set: [].into() });
    entry.set.extend(privileges);
}

impl Level {
    fn on_tables(self) -> &'static [Privilege] {
        match self {
            Self::Read => &[Privilege::Select],
            Self::Write => &[Privilege::Select, Privilege::Insert, Privilege::Update, Privilege::Delete],
        }
    }

    /// Whoever inserts takes the next number.
    fn on_sequences(self) -> &'static [Privilege] {
        match self {
            Self::Read => &[Privilege::Select],
            Self::Write => &[Privilege::Usage, Privilege::Select, Privilege::Update],
        }
    }
}
