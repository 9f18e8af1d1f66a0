//! The page that `export` prints: a comment for the reader, the connection as it was given, and the server's objects.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;

use super::contents::{Entries, Export, Note, Section};
use super::names::other;
use super::node::Node;
use super::scope::Scope;
use super::yaml;
use crate::SecretRef;
use crate::extension::INTERPOLATE;
use crate::redact::Redactor;
use crate::shown::printable;
use crate::unexpanded::is_unexpanded;

/// The fields of a spec that are no section: how the server is reached.
#[derive(Debug)]
pub(crate) struct Connection {
    fields: Vec<(String, Node)>,
    /// Those that a spec has only beside a section, each with that section.
    carried: Vec<(String, (String, Node))>,
}

impl Connection {
    /// What of a spec's top level is none of the sections, and the names of those that are.
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

    /// The connection as a spec of its own.
    pub(crate) fn alone(&self) -> String {
        let mut page = String::new();
        yaml::fields(&mut page, 0, &self.fields);
        page
    }

    pub(crate) fn carried(&self) -> Vec<String> {
        self.carried.iter().map(|(_, (key, _))| key.clone()).collect()
    }

    fn all(&self) -> impl Iterator<Item = &(String, Node)> {
        self.fields.iter().chain(self.carried.iter().map(|(_, field)| field))
    }

    /// What is written beside these sections.
    fn beside(&self, sections: &[Section]) -> impl Iterator<Item = &(String, Node)> {
        let is_there = |name: &str| sections.iter().any(|section| section.name == name);
        let carried = self.carried.iter().filter(move |(section, _)| is_there(section));
        self.fields.iter().chain(carried.map(|(_, field)| field))
    }
}

/// The parser's own view of a spec.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Untyped(pub(crate) Node);

/// Writes it all.
pub(crate) fn document(
    (tool, server): (&str, &str),
    connection: &Connection,
    mut export: Export,
    scope: &Scope,
    redactor: &Redactor,
) -> String {
    restrict(&mut export, scope);
    withhold(&mut export, redactor);
    let secrets = name_secrets(&mut export, connection);
    let mut page = String::new();
    comment(&mut page, (tool, server), scope);
    secrets_told(&mut page, &secrets);
    notes_told(&mut page, &export);
    page.push('\n');
    let mut connection: Vec<_> = connection.beside(&export.sections).cloned().collect();
    if double(&mut connection, &mut export) {
        yaml::fields(&mut page, 0, &[(INTERPOLATE.to_owned(), Node::from(true))]);
    }
    for field in &connection {
        yaml::fields(&mut page, 0, std::slice::from_ref(field));
    }
    for section in &export.sections {
        page.push('\n');
        section_of(&mut page, section);
    }
    page
}

/// Where a text could be taken for a variable, every dollar is written as two, which a spec that interpolates reads as one.
fn double(connection: &mut [(String, Node)], export: &mut Export) -> bool {
    let mut any = false;
    every_text(connection, export, &mut |text| any |= is_unexpanded(text));
    if any {
        every_text(connection, export, &mut |text| *text = text.replace('$', "$$"));
    }
    any
}

fn every_text(connection: &mut [(String, Node)], export: &mut Export, change: &mut impl FnMut(&mut String)) {
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

/// Leaves what is asked for.
fn restrict(export: &mut Export, scope: &Scope) {
    for section in &mut export.sections {
        let name = section.name;
        match &mut section.entries {
            Entries::Map(entries) | Entries::List(entries) => {
                entries.retain(|(entry, _)| scope.takes(name, entry));
            }
            Entries::One(_) => {}
        }
    }
    export.sections.retain(|section| scope.has(section.name) && !section.entries.is_empty());
    let is_asked_for = |note: &Note| match note.name.as_str() {
        "" => scope.has(note.section),
        name => scope.takes(note.section, name),
    };
    export.notes.retain(is_asked_for);
    export.notes.sort();
    export.notes.dedup();
}

/// A server may repeat what it was sent. What holds the value of a secret of this run is left out.
fn withhold(export: &mut Export, redactor: &Redactor) {
    let mut withheld = Vec::new();
    for section in &mut export.sections {
        let (Entries::Map(entries) | Entries::List(entries)) = &mut section.entries else { continue };
        let before = entries.len();
        entries.retain(|(name, node)| !holds_secret(name, node, redactor));
        if entries.len() < before {
            let text = format!(
                "{} entries that hold the value of one of this run's secrets",
                before - entries.len()
            );
            withheld.push((section.name, text));
        }
    }
    for (section, text) in withheld {
        export.note(section, "", text);
    }
    export.notes.retain(|note| matches!(redactor.own(&note.text), std::borrow::Cow::Borrowed(_)));
    export.sections.retain(|section| match &section.entries {
        Entries::One(node) => !holds_secret("", node, redactor),
        entries => !entries.is_empty(),
    });
}

fn holds_secret(name: &str, node: &Node, redactor: &Redactor) -> bool {
    let mut holds = false;
    let mut see = |text: &str| holds |= matches!(redactor.own(text), std::borrow::Cow::Owned(_));
    see(name);
    node.texts(&mut see);
    holds
}

/// Gives each secret a name of its own, and answers with all of them and what they are.
fn name_secrets(export: &mut Export, connection: &Connection) -> BTreeMap<SecretRef, String> {
    let mut taken = BTreeSet::new();
    connection.all().for_each(|(_, node)| node.texts(&mut |text| taken.extend([text.to_owned()])));
    let mut named: BTreeMap<SecretRef, String> = BTreeMap::new();
    let mut name = |secret: &mut SecretRef, purpose: &str| {
        let others = named.get(secret).is_some_and(|known| known != purpose);
        if others || taken.contains(secret.name()) {
            *secret = other(secret, purpose);
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

fn comment(page: &mut String, (tool, server): (&str, &str), scope: &Scope) {
    let _ = writeln!(page, "# What {} has, as a spec: written by `{tool} export`.", printable(server));
    let only = scope.words();
    if !only.is_empty() {
        let _ = writeln!(page, "# A part of it: --only {}", printable(&only.join(",")));
    }
}

fn secrets_told(page: &mut String, secrets: &BTreeMap<SecretRef, String>) {
    if secrets.is_empty() {
        return;
    }
    *page += "#\n# Secrets, which no server tells: each is a file of the secrets directory.\n";
    for (name, purpose) in secrets {
        let _ = writeln!(page, "#   {}: {}", name.name(), printable(purpose));
    }
}

fn notes_told(page: &mut String, export: &Export) {
    if export.notes.is_empty() {
        return;
    }
    *page += "#\n# Not in this spec:\n";
    for note in &export.notes {
        let of = if note.name.is_empty() { String::new() } else { format!(".{}", note.name) };
        let _ = writeln!(page, "#   {}", printable(&format!("{}{of}: {}", note.section, note.text)));
    }
}

pub(super) fn section_of(page: &mut String, section: &Section) {
    match &section.entries {
        Entries::Map(entries) => {
            let _ = writeln!(page, "{}:", section.name);
            yaml::fields(page, 2, entries);
        }
        Entries::List(entries) => {
            let _ = writeln!(page, "{}:", section.name);
            for (_, node) in entries {
                yaml::items(page, 2, std::slice::from_ref(node));
            }
        }
        Entries::One(node) => yaml::fields(page, 0, &[(section.name.to_owned(), node.clone())]),
    }
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
