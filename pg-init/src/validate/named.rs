//! Objects that grants and revokes name one by one, and columns of tables.

use std::collections::BTreeSet;

use init_core::{SpecPath, Violations};

use super::names;
use crate::spec::{Many, Object};

/// The objects that are named, or all of their kind.
pub(super) fn objects(
    object: Object,
    names: Option<Many>,
    at: &SpecPath,
    wrong: &mut Violations,
) -> Vec<Option<String>> {
    let at = at.key("names");
    let Some(Many(names)) = names else {
        if object == Object::Types {
            wrong.push(&at, "PostgreSQL grants on types one by one: name them");
        }
        return vec![None];
    };
    if matches!(object, Object::Database | Object::Schema) {
        wrong.push(&at, "only tables, sequences, functions and types are named here");
    }
    if names.is_empty() {
        wrong.push(&at, "the list is empty: name at least one, or leave the key out for all");
    }
    for name in &names {
        let (plain, arguments) = match name.find('(').filter(|_| object == Object::Functions) {
            Some(bracket) => name.split_at(bracket),
            None => (name.as_str(), "()"),
        };
        wrong.check(&at, names::name(plain));
        if !are_arguments(arguments) {
            wrong.push(
                &at,
                format!("`{name}` is no function: write NAME, or NAME(TYPE, TYPE) with plain types"),
            );
        }
    }
    names.into_iter().map(Some).collect()
}

/// Whether a text in brackets has plain types of arguments.
pub(crate) fn are_arguments(text: &str) -> bool {
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let known = |c: char| c.is_alphanumeric() || "_$., []\"".contains(c);
    inner.is_some_and(|inner| inner.chars().all(known))
}

/// The columns of named tables.
pub(super) fn columns(
    object: Object,
    columns: Option<Many>,
    names: &[Option<String>],
    at: &SpecPath,
    wrong: &mut Violations,
) -> BTreeSet<String> {
    let at = at.key("columns");
    let Some(Many(columns)) = columns else { return BTreeSet::new() };
    if object != Object::Tables || names.iter().any(Option::is_none) {
        wrong.push(&at, "only named tables have columns here: write `object: tables` and `names`");
    }
    if columns.is_empty() {
        wrong.push(
            &at,
            "the list is empty: name at least one column, or leave the key out for the whole table",
        );
    }
    for column in &columns {
        wrong.check(&at, names::name(column));
    }
    columns.into_iter().collect()
}
