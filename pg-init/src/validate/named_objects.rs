//! Validates the names of objects and columns in grants and revokes.

use std::collections::BTreeSet;

use init_core::{SpecPath, Violations};

use super::names;
use crate::spec::{NameOrList, Object};

/// The names of the objects, or one `None` for all objects of the kind.
pub(super) fn object_names(
    object: Object,
    names: Option<NameOrList>,
    at: &SpecPath,
    violations: &mut Violations,
) -> Vec<Option<String>> {
    let at = at.key("names");
    let Some(NameOrList(names)) = names else {
        if object == Object::Types {
            violations.push(&at, "PostgreSQL grants on types one by one: name them");
        }
        return vec![None];
    };
    if matches!(object, Object::Database | Object::Schema) {
        violations.push(&at, "only tables, sequences, functions and types are named here");
    }
    if names.is_empty() {
        violations.push(&at, "the list is empty: name at least one, or leave the key out for all");
    }
    for name in &names {
        let (plain, arguments) = match name.find('(').filter(|_| object == Object::Functions) {
            Some(bracket) => name.split_at(bracket),
            None => (name.as_str(), "()"),
        };
        violations.check(&at, names::object_name(plain));
        if !is_argument_list(arguments) {
            violations.push(
                &at,
                format!("`{name}` is no function: write NAME, or NAME(TYPE, TYPE) with plain types"),
            );
        }
    }
    names.into_iter().map(Some).collect()
}

/// True when the text is a list of plain argument types in brackets.
pub(crate) fn is_argument_list(text: &str) -> bool {
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let known = |c: char| c.is_alphanumeric() || "_$., []\"".contains(c);
    inner.is_some_and(|inner| inner.chars().all(known))
}

/// The columns of the named tables.
pub(super) fn column_names(
    object: Object,
    columns: Option<NameOrList>,
    names: &[Option<String>],
    at: &SpecPath,
    violations: &mut Violations,
) -> BTreeSet<String> {
    let at = at.key("columns");
    let Some(NameOrList(columns)) = columns else { return BTreeSet::new() };
    if object != Object::Tables || names.iter().any(Option::is_none) {
        violations.push(&at, "only named tables have columns here: write `object: tables` and `names`");
    }
    if columns.is_empty() {
        violations.push(
            &at,
            "the list is empty: name at least one column, or leave the key out for the whole table",
        );
    }
    for column in &columns {
        violations.check(&at, names::object_name(column));
    }
    columns.into_iter().collect()
}
