//! Expands `access`: each entry stands for grants and default privileges on everything in the schemas of a database.

use init_core::{SpecPath, Violations};

use super::privileges::{self, Targets};
use crate::desired::{Database, DefaultTarget, PUBLIC, Privileges, Target};
use crate::spec::{Access, FutureObject, Level, Object, Privilege};

/// Adds the grants and default privileges that the entries stand for.
pub(super) fn expand(
    written: Vec<Access>,
    database: &mut Database,
    at: &SpecPath,
    violations: &mut Violations,
) {
    for (index, Access { role, level, schema }) in written.into_iter().enumerate() {
        let at = at.index(index);
        let schemas = match schema {
            Some(many) => privileges::schema_names(many, &at.key("schema"), violations),
            None if database.schemas.is_empty() => vec![Some("public".to_owned())],
            None => database.schemas.keys().cloned().map(Some).collect(),
        };
        for role in privileges::role_names(role, &at.key("role"), violations) {
            let mut grant = |object, schema: Option<&String>, privileges: &[Privilege]| {
                let target = Target::all(object, schema.cloned(), role.clone());
                add(&mut database.grants, target, privileges, &at);
            };
            grant(Object::Database, None, &[Privilege::Connect]);
            for schema in schemas.iter().flatten() {
                grant(Object::Schema, Some(schema), &[Privilege::Usage]);
                grant(Object::Tables, Some(schema), level.on_tables());
                grant(Object::Sequences, Some(schema), level.on_sequences());
            }
            for schema in schemas.iter().flatten() {
                let declared = database.schemas.get(schema);
                let owner =
                    declared.and_then(|schema| schema.object_owner.as_ref().or(schema.owner.as_ref()));
                let owner = owner.or(database.owner.as_ref());
                let Some(creator) = owner.cloned() else {
                    let problem = format!(
                        "the creator of new tables in the schema {schema} is unknown: neither the schema nor the database has an `owner` in the spec"
                    );
                    violations.push(&at, problem);
                    continue;
                };
                // A role has all privileges on the objects that it creates.
                if creator == role {
                    continue;
                }
                for (object, privileges) in [
                    (FutureObject::Tables, level.on_tables()),
                    (FutureObject::Sequences, level.on_sequences()),
                ] {
                    let (creator, schema, role) = (creator.clone(), Some(schema.clone()), role.clone());
                    let target = DefaultTarget { creator, schema, object, role, grant_option: false };
                    add(&mut database.defaults, target, privileges, &at);
                }
            }
            if role == PUBLIC && level == Level::Write {
                violations.push(&at.key("role"), "with `public`, everyone could write: name the roles");
            }
        }
    }
}

/// Adds privileges to those of the target.
fn add<T: Ord>(targets: &mut Targets<T>, target: T, privileges: &[Privilege], at: &SpecPath) {
    let entry = targets.entry(target).or_insert_with(|| Privileges { at: at.clone(), set: [].into() });
    entry.set.extend(privileges);
}

impl Level {
    /// The privileges of this level on tables.
    fn on_tables(self) -> &'static [Privilege] {
        match self {
            Self::Read => &[Privilege::Select],
            Self::Write => &[Privilege::Select, Privilege::Insert, Privilege::Update, Privilege::Delete],
        }
    }

    /// The privileges of this level on sequences. An INSERT may call `nextval`, so a writer needs USAGE and UPDATE.
    fn on_sequences(self) -> &'static [Privilege] {
        match self {
            Self::Read => &[Privilege::Select],
            Self::Write => &[Privilege::Usage, Privilege::Select, Privilege::Update],
        }
    }
}
