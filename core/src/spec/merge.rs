//! Several texts as one spec: objects may come from each of them, and everything else from one.

use std::collections::{BTreeMap, BTreeSet};

use super::page::{Page, Place};
use super::rewritten::{Entry, Form, Rewritten};
use super::shape::{Section, Shape};
use crate::SpecPath;
use crate::extension::PREFIX;
use crate::quote::quoted;

/// Something that two texts say: what, the second place, the first one, and why both may not.
pub(crate) struct Clash {
    pub(crate) at: SpecPath,
    pub(crate) again: Place,
    pub(crate) before: Place,
    pub(crate) why: Why,
}

/// Why two texts may not say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The key of one text, twice.
    Twice,
    /// A name of an object.
    Declared,
    /// What a whole spec has once.
    Whole,
    /// A list and a mapping, or what is neither.
    Form,
    /// An anchor or a tag belongs to one of them.
    Marked,
}

/// One page of all texts, or everything that more than one says.
pub(crate) fn merge(texts: &[Rewritten], shape: &Shape) -> Result<Page, Vec<Clash>> {
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
        .flat_map(|key| clashes(shape, sections.get(key).map_or(&[][..], Vec::as_slice)))
        .collect();
    if !clashes.is_empty() {
        return Err(clashes);
    }
    let order = ordered(order, &sections);
    let start = texts.iter().enumerate().find_map(|(part, text)| text.start.map(|at| Place { part, at }));
    let start = start.unwrap_or(Place { part: 0, at: (1, 1) });
    let mut page = Page::default();
    page.line(&["{"], start);
    for (position, key) in order.iter().enumerate() {
        let entries = sections.get(key).map_or(&[][..], Vec::as_slice);
        section(&mut page, key, position == 0, entries);
    }
    page.line(&["}"], start);
    Ok(page)
}

/// The same keys, so that an anchor comes before what repeats it: a section that several texts have stands at one place. Where two
/// texts need opposite orders, the parser tells the anchor that is not there yet.
fn ordered(mut left: Vec<String>, sections: &BTreeMap<String, Vec<&Entry>>) -> Vec<String> {
    let mut order = Vec::with_capacity(left.len());
    let mut defined: BTreeSet<(usize, usize)> = BTreeSet::new();
    while !left.is_empty() {
        let entries = |key: &String| sections.get(key).into_iter().flatten();
        let is_next = |key: &String| {
            entries(key).all(|entry| {
                let anchors = &entry.anchors;
                let mut repeated = anchors.repeated.difference(&anchors.defined);
                repeated.all(|anchor| defined.contains(&(entry.place.part, *anchor)))
            })
        };
        let key = left.remove(left.iter().position(is_next).unwrap_or(0));
        for entry in entries(&key) {
            defined.extend(entry.anchors.defined.iter().map(|anchor| (entry.place.part, *anchor)));
        }
        order.push(key);
    }
    order
}

/// Each text may ignore keys of its own.
fn key(entry: &Entry) -> String {
    match (entry.key.starts_with(PREFIX), entry.place.part) {
        (true, part @ 1..) => format!("{} ({part})", entry.key),
        _ => entry.key.clone(),
    }
}

fn section(page: &mut Page, key: &str, is_first: bool, entries: &[&Entry]) {
    let Some(first) = entries.first() else { return };
    page.line(&[if is_first { "? " } else { ", ? " }, &quoted(key)], first.place);
    let (open, close) = match first.form {
        Form::Mapping => ("{", "}"),
        Form::List => ("[", "]"),
        Form::Scalar => return page.append(&first.body),
    };
    page.line(&[": ", &first.head, open], first.start);
    let mut is_first = true;
    for entry in entries {
        page.extend(&entry.body, is_first);
        is_first &= entry.body.yaml.is_empty();
    }
    page.line(&[close], first.start);
}

fn clashes(shape: &Shape, entries: &[&Entry]) -> Vec<Clash> {
    let Some((first, others)) = entries.split_first() else { return Vec::new() };
    let mut found = Vec::new();
    let mut names: BTreeMap<&str, Place> = BTreeMap::new();
    let at = SpecPath::root().key(&first.key);
    let is_whole = shape.section(&first.key) == Section::Whole;
    for entry in others {
        let why = if entry.place.part == first.place.part {
            Why::Twice
        } else if is_whole {
            Why::Whole
        } else if entry.form != first.form || entry.form == Form::Scalar {
            Why::Form
        } else if entry.is_marked() || first.is_marked() {
            Why::Marked
        } else {
            continue;
        };
        found.push(Clash { at: at.clone(), again: entry.place, before: first.place, why });
    }
    for entry in if found.is_empty() { entries } else { &[] } {
        for (name, place) in &entry.names {
            match names.get(name.as_str()) {
                // The parser finds what one text says twice.
                Some(before) if before.part != place.part => {
                    found.push(Clash {
                        at: at.key(name),
                        again: *place,
                        before: *before,
                        why: Why::Declared,
                    });
                }
                Some(_) => {}
                None => drop(names.insert(name, *place)),
            }
        }
    }
    found
}
