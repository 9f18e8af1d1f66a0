//! Merges several parts of a spec to one: objects may be declared in every part, everything else in one only.

use std::collections::{BTreeMap, BTreeSet};

use super::composed::{Composed, Place};
use super::rewritten::{Entry, Form, Rewritten};
use super::schema::{Section, SpecSchema};
use crate::SpecPath;
use crate::extension::PREFIX;
use crate::quote::quoted;

/// A key or a name that two parts declare: its path, both places, and the reason for which that is an error.
pub(crate) struct Clash {
    pub(crate) at: SpecPath,
    pub(crate) second: Place,
    pub(crate) first_place: Place,
    pub(crate) reason: ClashReason,
}

/// The reason for which two parts may not declare the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClashReason {
    /// One part has the key twice.
    Twice,
    /// An object of this name is declared in another part.
    Declared,
    /// The key may occur once in a whole spec.
    Whole,
    /// The values are a list and a mapping, or neither.
    Form,
    /// One of the values has an anchor or a tag.
    Marked,
}

/// Merges all parts, or returns all clashes.
pub(crate) fn merge(texts: &[Rewritten], spec_schema: &SpecSchema) -> Result<Composed, Vec<Clash>> {
    let mut order: Vec<String> = Vec::new();
    let mut sections: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in texts.iter().flat_map(|text| &text.entries) {
        let key = key(entry);
        if !sections.contains_key(&key) {
            order.push(key.clone());
        }
        sections.entry(key).or_default().push(entry);
    }
    let clashes: Vec<Clash> = order
        .iter()
        .flat_map(|key| clashes(spec_schema, sections.get(key).map_or(&[][..], Vec::as_slice)))
        .collect();
    if !clashes.is_empty() {
        return Err(clashes);
    }
    let order = order_by_anchors(order, &sections);
    let start = texts.iter().enumerate().find_map(|(part, text)| text.start.map(|at| Place { part, at }));
    let start = start.unwrap_or(Place { part: 0, at: (1, 1) });
    let mut composed = Composed::default();
    composed.line(&["{"], start);
    for (position, key) in order.iter().enumerate() {
        let entries = sections.get(key).map_or(&[][..], Vec::as_slice);
        section(&mut composed, key, position == 0, entries);
    }
    composed.line(&["}"], start);
    Ok(composed)
}

/// Sorts the keys so that every anchor is defined before its aliases, since a section of several parts is written at one
/// place. If two parts need opposite orders, the parser reports the alias without an anchor.
fn order_by_anchors(mut remaining: Vec<String>, sections: &BTreeMap<String, Vec<&Entry>>) -> Vec<String> {
    let mut order = Vec::with_capacity(remaining.len());
    let mut defined: BTreeSet<(usize, usize)> = BTreeSet::new();
    while !remaining.is_empty() {
        let entries = |key: &String| sections.get(key).into_iter().flatten();
        let is_next = |key: &String| {
            entries(key).all(|entry| {
                let anchors = &entry.anchors;
                let mut external = anchors.aliased.difference(&anchors.defined);
                external.all(|anchor| defined.contains(&(entry.place.part, *anchor)))
            })
        };
        let key = remaining.remove(remaining.iter().position(is_next).unwrap_or(0));
        for entry in entries(&key) {
            defined.extend(entry.anchors.defined.iter().map(|anchor| (entry.place.part, *anchor)));
        }
        order.push(key);
    }
    order
}

/// The unique key of an entry. Extension fields of different parts are kept apart.
fn key(entry: &Entry) -> String {
    match (entry.key.starts_with(PREFIX), entry.place.part) {
        (true, part @ 1..) => format!("{} ({part})", entry.key),
        _ => entry.key.clone(),
    }
}

fn section(composed: &mut Composed, key: &str, is_first: bool, entries: &[&Entry]) {
    let Some(first) = entries.first() else { return };
    composed.line(&[if is_first { "? " } else { ", ? " }, &quoted(key)], first.place);
    let (open, close) = match first.form {
        Form::Mapping => ("{", "}"),
        Form::List => ("[", "]"),
        Form::Scalar => return composed.append(&first.body),
    };
    composed.line(&[": ", &first.head, open], first.start);
    let mut is_first = true;
    for entry in entries {
        composed.extend(&entry.body, is_first);
        is_first &= entry.body.yaml.is_empty();
    }
    composed.line(&[close], first.start);
}

fn clashes(spec_schema: &SpecSchema, entries: &[&Entry]) -> Vec<Clash> {
    let Some((first, others)) = entries.split_first() else { return Vec::new() };
    let mut found = Vec::new();
    let mut names: BTreeMap<&str, Place> = BTreeMap::new();
    let at = SpecPath::root().key(&first.key);
    let is_whole = spec_schema.section(&first.key) == Section::Whole;
    for entry in others {
        let reason = if entry.place.part == first.place.part {
            ClashReason::Twice
        } else if is_whole {
            ClashReason::Whole
        } else if entry.form != first.form || entry.form == Form::Scalar {
            ClashReason::Form
        } else if entry.is_marked() || first.is_marked() {
            ClashReason::Marked
        } else {
            continue;
        };
        found.push(Clash { at: at.clone(), second: entry.place, first_place: first.place, reason });
    }
    for entry in if found.is_empty() { entries } else { &[] } {
        for (name, place) in &entry.names {
            match names.get(name.as_str()) {
                // Duplicates within one part are found by the parser.
                Some(first_place) if first_place.part != place.part => {
                    found.push(Clash {
                        at: at.key(name),
                        second: *place,
                        first_place: *first_place,
                        reason: ClashReason::Declared,
                    });
                }
                Some(_) => {}
                None => drop(names.insert(name, *place)),
            }
        }
    }
    found
}
