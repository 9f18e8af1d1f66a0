//! Exports default privileges: those that a creator's new objects have in addition to the built-in ones, and the
//! built-in ones that they lack.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SpecPath;

use super::found::{Contents, Context};
use crate::desired::{DefaultTarget, PUBLIC, Privileges};
use crate::error::Error;
use crate::spec::{FutureObject, Privilege};
use crate::validate::{expand_all, privileges_on_new};
use crate::wire::Row;

/// A creator's list for the whole database replaces the built-in one, and a list for a schema is added to it. `now`
/// is true for the entries of the list, and false for those of the list that it replaces.
pub(super) const DEFAULTS: &str = "\
    SELECT g.rolname::text, n.nspname::text, d.defaclobjtype::text, coalesce(r.rolname::text, 'public'), \
        pg_catalog.lower(a.privilege_type), pg_catalog.bool_or(a.is_grantable), a.now \
    FROM pg_catalog.pg_default_acl d JOIN pg_catalog.pg_roles g ON g.oid = d.defaclrole \
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace, \
    LATERAL (SELECT x.grantee, x.privilege_type, x.is_grantable, true AS now FROM pg_catalog.aclexplode(d.defaclacl) x \
        UNION ALL SELECT x.grantee, x.privilege_type, x.is_grantable, false \
        FROM pg_catalog.aclexplode(CASE WHEN d.defaclnamespace = 0 AND d.defaclobjtype <> 'L' THEN pg_catalog.acldefault( \
            (CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END)::\"char\", d.defaclrole) END) x) a \
    LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee \
    WHERE a.grantee = 0 OR r.oid IS NOT NULL \
    GROUP BY 1, 2, 3, 4, 5, 7 ORDER BY 1, 2, 3, 4, 5, 7";

type Known = BTreeSet<(DefaultTarget, Privilege)>;

pub(super) fn add_default_privileges(
    rows: &[Row],
    context: &Context,
    contents: &mut Contents,
) -> Result<(), Error> {
    let (mut now, mut before) = (Known::new(), Known::new());
    for row in rows {
        let (creator, letter): (&str, &str) = (row.get(0)?, row.get(2)?);
        let kinds = [
            FutureObject::Tables,
            FutureObject::Sequences,
            FutureObject::Functions,
            FutureObject::Types,
            FutureObject::Schemas,
        ];
        let Some(object) = kinds.into_iter().find(|kind| kind.letter() == letter) else {
            contents.notes.push(format!("default privileges of {} on large objects", context.key(creator)));
            continue;
        };
        let (schema, role): (Option<String>, &str) = (row.get(1)?, row.get(3)?);
        let role = if role == PUBLIC { PUBLIC.to_owned() } else { context.key(role) };
        let target =
            DefaultTarget { creator: context.key(creator), schema, object, role, grant_option: row.get(5)? };
        let word: &str = row.get(4)?;
        let known = privileges_on_new(object).iter().copied().filter(|privilege| privilege.keyword() == word);
        let set = if row.get(6)? { &mut now } else { &mut before };
        set.extend(known.map(|privilege| (target.clone(), privilege)));
    }
    (contents.defaults, contents.default_revokes) = gained_and_lost(&now, &before, context.version);
    Ok(())
}

type Targets = BTreeMap<DefaultTarget, Privileges>;

/// The default privileges that were gained, and those that were lost.
fn gained_and_lost(now: &Known, before: &Known, version: u32) -> (Targets, Targets) {
    let passed_on = |(target, privilege): &(DefaultTarget, Privilege)| {
        now.contains(&(DefaultTarget { grant_option: true, ..target.clone() }, *privilege))
    };
    let lost = before.difference(now).filter(|held| !passed_on(held));
    (targets(now.difference(before), version), targets(lost, version))
}

fn targets<'k>(known: impl Iterator<Item = &'k (DefaultTarget, Privilege)>, version: u32) -> Targets {
    let mut targets = Targets::new();
    for (target, privilege) in known {
        let empty = || Privileges { at: SpecPath::root(), set: [].into() };
        targets.entry(target.clone()).or_insert_with(empty).set.insert(*privilege);
    }
    for (target, privileges) in &mut targets {
        let (all, known) = ([Privilege::All].into(), privileges_on_new(target.object));
        if known.len() > 1 && expand_all(&all, known, version) == privileges.set {
            privileges.set = all;
        }
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_functions(role: &str, grant_option: bool) -> (DefaultTarget, Privilege) {
        let (creator, object) = ("app".to_owned(), FutureObject::Functions);
        let target = DefaultTarget { creator, schema: None, object, role: role.to_owned(), grant_option };
        (target, Privilege::Execute)
    }

    #[test]
    fn a_lost_default_privilege_is_revoked_unless_it_is_held_with_grant_option() {
        let before = [on_functions("app", false), on_functions("public", false)].into();
        let now = [on_functions("app", true), on_functions("other", false)].into();
        let (held, lost) = gained_and_lost(&now, &before, 17);
        let roles = |targets: &Targets| targets.keys().map(|target| target.role.clone()).collect::<Vec<_>>();
        assert_eq!(roles(&held), ["app", "other"]);
        assert_eq!(roles(&lost), ["public"]);
    }
}
