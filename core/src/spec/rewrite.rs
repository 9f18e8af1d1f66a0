//! One text of a spec, written anew: its variables replaced, its lists of one text split, its relative paths joined.
//!
//! It works on the events of the parsed text, so that no value can change what the text is made of.

use std::path::Path;

use serde_saphyr::granit_parser::{Event, ScalarStyle, Tag};

use super::events::Events;
use super::page::{Page, Place};
use super::rewritten::{Anchors, Entry, Form, Rewritten, Trouble};
use super::scalars::{Role, Scalars, Spot, spelled};
use super::shape::{Shape, Step};
use crate::SpecPath;
use crate::extension::INTERPOLATE;
use crate::locate::Position;
use crate::quote::quoted;
use crate::variables::Variables;

/// What a text is written anew with.
pub(crate) struct Rules<'r> {
    pub(crate) shape: &'r Shape,
    /// None where variables stay as they are.
    pub(crate) variables: Option<&'r Variables>,
    /// Where relative paths start, if they have to be joined.
    pub(crate) base: Option<&'r Path>,
    pub(crate) part: usize,
}

struct Rewriter<'r, 't> {
    rules: &'r Rules<'r>,
    events: Events<'t>,
    scalars: Scalars<'r>,
    path: Vec<Step>,
    place: SpecPath,
    /// Those of the entry that is written.
    anchors: Anchors,
    rewritten: Rewritten,
}

/// The text of one file.
pub(crate) fn rewrite(text: &str, rules: &Rules<'_>) -> Rewritten {
    let mut rewriter = Rewriter {
        rules,
        events: Events::of(text),
        scalars: Scalars::new(rules.variables),
        path: Vec::new(),
        place: SpecPath::root(),
        anchors: Anchors::default(),
        rewritten: Rewritten::default(),
    };
    rewriter.entries();
    let Rewriter { rewritten, scalars, .. } = rewriter;
    Rewritten { changed: rewritten.changed || scalars.changed, problems: scalars.problems, ..rewritten }
}

impl<'t> Rewriter<'_, 't> {
    fn entries(&mut self) {
        match self.events.next() {
            Some((Event::MappingStart(..), at)) => self.rewritten.start = Some(at),
            None => return,
            // A file in which everything is a comment.
            Some((Event::Scalar(text, ScalarStyle::Plain, ..), _)) if text.is_empty() => return,
            Some((_, at)) => return self.no_mapping(at),
        }
        loop {
            match self.events.next() {
                Some((Event::Scalar(key, ..), _)) if key == INTERPOLATE => self.events.skip(),
                Some((Event::Scalar(key, ..), at)) => self.entry(&key, at),
                Some((Event::MappingEnd, _)) | None => return,
                Some((_, at)) => return self.no_mapping(at),
            }
        }
    }

    fn no_mapping(&mut self, at: Position) {
        let spot = Spot { place: &SpecPath::root(), at, role: Role::Key };
        self.scalars.trouble(spot, Trouble::NoMapping);
    }

    fn entry(&mut self, key: &str, at: Position) {
        let mut entry = Entry::new(key, self.of(at));
        let above = std::mem::replace(&mut self.place, SpecPath::root().key(key));
        self.path.push(Step::Key(key.to_owned()));
        if let Some((event, at)) = self.events.next() {
            entry.start = self.of(at);
            match event {
                Event::MappingStart(_, anchor, tag) if !self.is_split() => {
                    entry.form = Form::Mapping;
                    entry.head = self.properties(anchor, tag.as_deref());
                    self.mapping(&mut entry.body, false, &mut entry.names);
                }
                Event::SequenceStart(_, anchor, tag) => {
                    entry.form = Form::List;
                    entry.head = self.properties(anchor, tag.as_deref());
                    self.items(&mut entry.body, false);
                }
                event => self.node((event, at), ": ", Role::Value(key), &mut entry.body),
            }
        }
        self.path.pop();
        self.place = above;
        entry.anchors = std::mem::take(&mut self.anchors);
        self.rewritten.entries.push(entry);
    }

    /// A value of any kind, in as many lines as it needs.
    fn node(&mut self, (event, at): (Event<'t>, Position), prefix: &str, role: Role<'_>, page: &mut Page) {
        let place = self.of(at);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let spot = Spot { place: &self.place, at, role };
                let written = self.scalars.written(&text, (style, tag.is_some(), anchor), spot);
                let joined = self.joined(&written.text, role);
                self.rewritten.changed |= joined.is_some();
                let yaml = joined.unwrap_or(written.yaml);
                page.line(&[prefix, &self.properties(anchor, tag.as_deref()), &yaml], place);
            }
            Event::Alias(anchor) => {
                self.scalars.alias(anchor, Spot { place: &self.place, at, role });
                self.anchors.repeated.insert(anchor);
                page.line(&[prefix, &self.anchor('*', anchor)], place);
            }
            Event::SequenceStart(_, anchor, tag) => {
                page.line(&[prefix, &self.properties(anchor, tag.as_deref()), "["], place);
                self.items(page, true);
                page.line(&["]"], place);
            }
            Event::MappingStart(_, anchor, _) if self.is_split() => {
                page.line(&[prefix, &self.properties(anchor, None), "["], place);
                self.split(page);
                page.line(&["]"], place);
            }
            Event::MappingStart(_, anchor, tag) => {
                page.line(&[prefix, &self.properties(anchor, tag.as_deref()), "{"], place);
                self.mapping(page, true, &mut Vec::new());
                page.line(&["}"], place);
            }
            _ => {}
        }
    }

    fn items(&mut self, page: &mut Page, mut is_first: bool) {
        let above = self.place.clone();
        self.path.push(Step::Item);
        let mut position = 0;
        while let Some((event, at)) = self.events.next() {
            if event == Event::SequenceEnd {
                break;
            }
            self.place = above.index(position);
            position += 1;
            self.node((event, at), if is_first { "" } else { ", " }, Role::Item, page);
            is_first = false;
        }
        self.path.pop();
        self.place = above;
    }

    fn mapping(&mut self, page: &mut Page, mut is_first: bool, names: &mut Vec<(String, Place)>) {
        let above = self.place.clone();
        while let Some((key, at)) = self.events.next() {
            if key == Event::MappingEnd {
                break;
            }
            let name = self.scalars.name(&key);
            self.place = above.key(&name);
            self.node((key, at), if is_first { "? " } else { ", ? " }, Role::Key, page);
            is_first = false;
            if let Some(value) = self.events.next() {
                self.path.push(Step::Key(name.clone()));
                self.node(value, ": ", Role::Value(&name), page);
                self.path.pop();
            }
            // A mapping may be merged with another one in each file.
            if name != "<<" {
                names.push((name, self.of(at)));
            }
        }
        self.place = above;
    }

    /// The path of a plain file, from where this process is.
    fn joined(&self, text: &str, role: Role<'_>) -> Option<String> {
        let (base, Role::Value(key)) = (self.rules.base?, role) else { return None };
        let (_, mapping) = self.path.split_last()?;
        let joined = self.rules.shape.is_file(mapping, key).then(|| base.join(text))?;
        Some(quoted(joined.to_str()?))
    }

    /// Whether the mapping that has just begun is `{split: TEXT}`, where a list of names belongs.
    fn is_split(&mut self) -> bool {
        if !matches!(self.events.peek(0), Some(Event::Scalar(key, ..)) if key == "split") {
            return false;
        }
        let is_text = match self.events.peek(1) {
            Some(Event::Scalar(text, style, ..)) => !text.is_empty() || *style != ScalarStyle::Plain,
            Some(Event::Alias(anchor)) => self.scalars.aliased(*anchor).is_some(),
            _ => false,
        };
        is_text && self.events.peek(2) == Some(&Event::MappingEnd) && self.rules.shape.takes_names(&self.path)
    }

    /// The items of `split: TEXT`, each on a line of its own; the mapping ends with it.
    fn split(&mut self, page: &mut Page) {
        self.rewritten.changed = true;
        self.events.next();
        let Some((event, at)) = self.events.next() else { return };
        let text = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let spot = Spot { place: &self.place, at, role: Role::Value("split") };
                self.scalars.written(&text, (style, tag.is_some(), anchor), spot).text
            }
            Event::Alias(anchor) => self.scalars.aliased(anchor).unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        self.events.next();
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        for (position, item) in items.enumerate() {
            page.line(&[if position == 0 { "" } else { ", " }, &quoted(item)], self.of(at));
        }
    }

    /// The anchor and the tag of a node, each with a blank behind it.
    fn properties(&mut self, anchor: usize, tag: Option<&Tag>) -> String {
        let anchor = if anchor > 0 {
            self.anchors.defined.insert(anchor);
            self.anchor('&', anchor) + " "
        } else {
            String::new()
        };
        anchor + &tag.map(|tag| spelled(tag) + " ").unwrap_or_default()
    }

    /// Anchors of several files have different names.
    fn anchor(&self, sign: char, anchor: usize) -> String {
        format!("{sign}a{}_{anchor}", self.rules.part)
    }

    fn of(&self, at: Position) -> Place {
        Place { part: self.rules.part, at }
    }
}
