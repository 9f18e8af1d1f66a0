//! The YAML document that `export` prints: comments for the reader, the connection of the given spec, and the objects of
//! the server.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;

use super::contents::{Entries, Export, Note, Section};
use super::names::disambiguated;
use super::node::Node;
use super::scope::Scope;
use super::yaml;
use crate::SecretRef;
use crate::escape::printable;
use crate::extension::INTERPOLATE;
use crate::redact::Redactor;
use crate::unexpanded::is_unexpanded;

/// The connection of a spec: its top-level fields that are not sections.
#[derive(Debug)]
pub(crate) struct Connection {
    fields: Vec<(String, Node)>,
    /// The fields that are valid only together with a section, each with that section (`Backend::DEPENDENT_KEYS`).
    carried: Vec<(String, (String, Node))>,
}

impl Connection {
    /// Separates the connection of a spec from its sections. Returns the names of the sections that the spec has.
    pub(crate) fn of(spec: Node, sections: &[&str], carried: &[(&str, &str)]) -> (Self, Vec<String>) {
        let fields = if let Node::Map(fields) = spec { fields } else { Vec::new() };
        let (ignored, kept): (Vec<_>, Vec<_>) =
            fields.into_iter().partition(|(key, _)| sections.contains(&key.as_str()));
        let mut connection = Self { fields: Vec::new(), carried: Vec::new() };
        for field in kept {
            match carried.iter().find(|(key, _)| *key == field.0) {
                Some((_, section)) => connection.carried.push(((*section).to_owned(), field)),
                None => connection.fields.push(field),
            }
        }
        (connection, ignored.into_iter().map(|(key, _)| key).collect())
    }

    /// The connection as a spec without sections.
    pub(crate) fn to_yaml(&self) -> String {
        let mut output = String::new();
        yaml::write_fields(&mut output, 0, &self.fields);
        output
    }

    /// The keys of the fields that are valid only together with a section.
    pub(crate) fn carried(&self) -> Vec<String> {
        self.carried.iter().map(|(_, (key, _))| key.clone()).collect()
    }

    fn all(&self) -> impl Iterator<Item = &(String, Node)> {
        self.fields.iter().chain(self.carried.iter().map(|(_, field)| field))
    }

    /// The fields that are written together with these sections.
    fn fields_for(&self, sections: &[Section]) -> impl Iterator<Item = &(String, Node)> {
        let is_exported = |name: &str| sections.iter().any(|section| section.name == name);
        let carried = self.carried.iter().filter(move |(section, _)| is_exported(section));
        self.fields.iter().chain(carried.map(|(_, field)| field))
    }
}

/// A spec that is deserialized without its type.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Untyped(pub(crate) Node);

/// Writes the document.
pub(crate) fn document(
    (tool, server): (&str, &str),
    connection: &Connection,
    mut export: Export,
    scope: &Scope,
    redactor: &Redactor,
) -> String {
    apply_scope(&mut export, scope);
    remove_secret_values(&mut export, redactor);
    let secrets = name_secrets(&mut export, connection);
    let mut output = String::new();
    write_heading(&mut output, (tool, server), scope);
    write_secrets(&mut output, &secrets);
    write_notes(&mut output, &export);
    output.push('\n');
    let mut connection: Vec<_> = connection.fields_for(&export.sections).cloned().collect();
    if escape_dollars(&mut connection, &mut export) {
        yaml::write_fields(&mut output, 0, &[(INTERPOLATE.to_owned(), Node::from(true))]);
    }
    for field in &connection {
        yaml::write_fields(&mut output, 0, std::slice::from_ref(field));
    }
    for section in &export.sections {
        output.push('\n');
        write_section(&mut output, section);
    }
    output
}

/// Doubles every dollar sign if any text could be taken for a variable, and returns true in that case. The spec then has
/// `interpolate: true`, with which `$$` is read as one dollar sign.
fn escape_dollars(connection: &mut [(String, Node)], export: &mut Export) -> bool {
    let mut needs_escape = false;
    for_each_text(connection, export, &mut |text| needs_escape |= is_unexpanded(text));
    if needs_escape {
        for_each_text(connection, export, &mut |text| *text = text.replace('$', "$$"));
    }
    needs_escape
}

fn for_each_text(
    connection: &mut [(String, Node)],
    export: &mut Export,
    change: &mut impl FnMut(&mut String),
) {
    for (_, node) in connection {
        node.rewrite(change);
    }
    for section in &mut export.sections {
        match &mut section.entries {
            Entries::Map(entries) => {
                for (name, node) in entries {
                    change(name);
                    node.rewrite(change);
                }
            }
            Entries::List(entries) => entries.iter_mut().for_each(|(_, node)| node.rewrite(change)),
            Entries::One(node) => node.rewrite(change),
        }
    }
}

/// Removes the entries and notes that are outside of the scope.
fn apply_scope(export: &mut Export, scope: &Scope) {
    for section in &mut export.sections {
        let name = section.name;
        match &mut section.entries {
            Entries::Map(entries) | Entries::List(entries) => {
                entries.retain(|(entry, _)| scope.includes(name, entry));
            }
            Entries::One(_) => {}
        }
    }
    export.sections.retain(|section| scope.includes_section(section.name) && !section.entries.is_empty());
    let is_in_scope = |note: &Note| match note.name.as_str() {
        "" => scope.includes_section(note.section),
        name => scope.includes(note.section, name),
    };
    export.notes.retain(is_in_scope);
    export.notes.sort();
    export.notes.dedup();
}

/// Removes the entries and notes that contain the value of a secret of this run, which a server may have stored and
/// returned.
fn remove_secret_values(export: &mut Export, redactor: &Redactor) {
    let mut notes = Vec::new();
    for section in &mut export.sections {
        let (Entries::Map(entries) | Entries::List(entries)) = &mut section.entries else { continue };
        let before = entries.len();
        entries.retain(|(name, node)| !holds_secret(name, node, redactor));
        if entries.len() < before {
            let text = format!(
                "{} entries that hold the value of one of this run's secrets",
                before - entries.len()
            );
            notes.push((section.name, text));
        }
    }
    for (section, text) in notes {
        export.note(section, "", text);
    }
    export.notes.retain(|note| matches!(redactor.redact_own(&note.text), std::borrow::Cow::Borrowed(_)));
    export.sections.retain(|section| match &section.entries {
        Entries::One(node) => !holds_secret("", node, redactor),
        entries => !entries.is_empty(),
    });
}

fn holds_secret(name: &str, node: &Node, redactor: &Redactor) -> bool {
    let mut holds = false;
    let mut check = |text: &str| holds |= matches!(redactor.redact_own(text), std::borrow::Cow::Owned(_));
    check(name);
    node.texts(&mut check);
    holds
}

/// Makes the names of the secrets unique, and returns each name with the purpose of the secret.
fn name_secrets(export: &mut Export, connection: &Connection) -> BTreeMap<SecretRef, String> {
    let mut taken = BTreeSet::new();
    connection.all().for_each(|(_, node)| node.texts(&mut |text| taken.extend([text.to_owned()])));
    let mut named: BTreeMap<SecretRef, String> = BTreeMap::new();
    let mut name = |secret: &mut SecretRef, purpose: &str| {
        let is_ambiguous = named.get(secret).is_some_and(|known| known != purpose);
        if is_ambiguous || taken.contains(secret.name()) {
            *secret = disambiguated(secret, purpose);
        }
        named.insert(secret.clone(), purpose.to_owned());
    };
    for section in &mut export.sections {
        match &mut section.entries {
            Entries::Map(entries) | Entries::List(entries) => {
                for (_, node) in entries {
                    node.secrets(&mut name);
                }
            }
            Entries::One(node) => node.secrets(&mut name),
        }
    }
    named
}

fn write_heading(output: &mut String, (tool, server): (&str, &str), scope: &Scope) {
    let _ = writeln!(output, "# What {} has, as a spec: written by `{tool} export`.", printable(server));
    let only = scope.arguments();
    if !only.is_empty() {
        let _ = writeln!(output, "# A part of it: --only {}", printable(&only.join(",")));
    }
}

fn write_secrets(output: &mut String, secrets: &BTreeMap<SecretRef, String>) {
    if secrets.is_empty() {
        return;
    }
    *output += "#\n# Secrets, which no server tells: each is a file of the secrets directory.\n";
    for (name, purpose) in secrets {
        let _ = writeln!(output, "#   {}: {}", name.name(), printable(purpose));
    }
}

fn write_notes(output: &mut String, export: &Export) {
    if export.notes.is_empty() {
        return;
    }
    *output += "#\n# Not in this spec:\n";
    for note in &export.notes {
        let of = if note.name.is_empty() { String::new() } else { format!(".{}", note.name) };
        let _ = writeln!(output, "#   {}", printable(&format!("{}{of}: {}", note.section, note.text)));
    }
}

pub(super) fn write_section(output: &mut String, section: &Section) {
    match &section.entries {
        Entries::Map(entries) => {
            let _ = writeln!(output, "{}:", section.name);
            yaml::write_fields(output, 2, entries);
        }
        Entries::List(entries) => {
            let _ = writeln!(output, "{}:", section.name);
            for (_, node) in entries {
                yaml::write_items(output, 2, std::slice::from_ref(node));
            }
        }
        Entries::One(node) => yaml::write_fields(output, 0, &[(section.name.to_owned(), node.clone())]),
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
