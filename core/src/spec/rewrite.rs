//! Rewrites one part of a spec: substitutes variables, splits lists, and joins relative paths with their base.
//!
//! It works on parser events, so that no substituted value can change the structure of the text.

use std::path::Path;

use serde_saphyr::granit_parser::{Event, ScalarStyle, Tag};

use super::composed::{Composed, Place};
use super::events::Events;
use super::rewritten::{Anchors, Entry, Form, RewriteProblem, Rewritten};
use super::scalars::{NodePosition, Role, Scalars, tag_text};
use super::schema::{SpecSchema, Step};
use crate::SpecPath;
use crate::extension::INTERPOLATE;
use crate::locate::Position;
use crate::quote::quoted;
use crate::variables::Variables;

/// The inputs of rewriting.
pub(crate) struct Rules<'r> {
    pub(crate) spec_schema: &'r SpecSchema,
    /// The variables, or `None` if they are not substituted.
    pub(crate) variables: Option<&'r Variables>,
    /// The base directory for relative paths, if they have to be joined.
    pub(crate) base: Option<&'r Path>,
    pub(crate) part: usize,
}

struct Rewriter<'r, 't> {
    rules: &'r Rules<'r>,
    events: Events<'t>,
    scalars: Scalars<'r>,
    path: Vec<Step>,
    current: SpecPath,
    /// The anchors of the current entry.
    anchors: Anchors,
    rewritten: Rewritten,
}

/// Rewrites the text of one part.
pub(crate) fn rewrite(text: &str, rules: &Rules<'_>) -> Rewritten {
    let mut rewriter = Rewriter {
        rules,
        events: Events::of(text),
        scalars: Scalars::new(rules.variables),
        path: Vec::new(),
        current: SpecPath::root(),
        anchors: Anchors::default(),
        rewritten: Rewritten::default(),
    };
    rewriter.rewrite_entries();
    let Rewriter { rewritten, scalars, .. } = rewriter;
    Rewritten { changed: rewritten.changed || scalars.changed, problems: scalars.problems, ..rewritten }
}

impl<'t> Rewriter<'_, 't> {
    fn rewrite_entries(&mut self) {
        match self.events.next() {
            Some((Event::MappingStart(..), at)) => self.rewritten.start = Some(at),
            None => return,
            // The file contains only comments.
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
        let position = NodePosition { place: &SpecPath::root(), at, role: Role::Key };
        self.scalars.report(position, RewriteProblem::NoMapping);
    }

    fn entry(&mut self, key: &str, at: Position) {
        let mut entry = Entry::new(key, self.place_of(at));
        let parent = std::mem::replace(&mut self.current, SpecPath::root().key(key));
        self.path.push(Step::Key(key.to_owned()));
        if let Some((event, at)) = self.events.next() {
            entry.start = self.place_of(at);
            match event {
                Event::MappingStart(_, anchor, tag) if !self.is_split() => {
                    entry.form = Form::Mapping;
                    entry.head = self.node_properties(anchor, tag.as_deref());
                    self.write_mapping(&mut entry.body, false, &mut entry.names);
                }
                Event::SequenceStart(_, anchor, tag) => {
                    entry.form = Form::List;
                    entry.head = self.node_properties(anchor, tag.as_deref());
                    self.write_items(&mut entry.body, false);
                }
                event => self.write_node((event, at), ": ", Role::Value(key), &mut entry.body),
            }
        }
        self.path.pop();
        self.current = parent;
        entry.anchors = std::mem::take(&mut self.anchors);
        self.rewritten.entries.push(entry);
    }

    /// Writes a key, a value or an item, in as many lines as needed.
    fn write_node(
        &mut self,
        (event, at): (Event<'t>, Position),
        prefix: &str,
        role: Role<'_>,
        output: &mut Composed,
    ) {
        let place = self.place_of(at);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let position = NodePosition { place: &self.current, at, role };
                let rewritten_scalar = self.scalars.rewrite(&text, (style, tag.is_some(), anchor), position);
                let joined = self.join_base(&rewritten_scalar.text, role);
                self.rewritten.changed |= joined.is_some();
                let yaml = joined.unwrap_or(rewritten_scalar.yaml);
                output.line(&[prefix, &self.node_properties(anchor, tag.as_deref()), &yaml], place);
            }
            Event::Alias(anchor) => {
                self.scalars.alias(anchor, NodePosition { place: &self.current, at, role });
                self.anchors.aliased.insert(anchor);
                output.line(&[prefix, &self.anchor('*', anchor)], place);
            }
            Event::SequenceStart(_, anchor, tag) => {
                output.line(&[prefix, &self.node_properties(anchor, tag.as_deref()), "["], place);
                self.write_items(output, true);
                output.line(&["]"], place);
            }
            Event::MappingStart(_, anchor, _) if self.is_split() => {
                output.line(&[prefix, &self.node_properties(anchor, None), "["], place);
                self.write_split(output);
                output.line(&["]"], place);
            }
            Event::MappingStart(_, anchor, tag) => {
                output.line(&[prefix, &self.node_properties(anchor, tag.as_deref()), "{"], place);
                self.write_mapping(output, true, &mut Vec::new());
                output.line(&["}"], place);
            }
            _ => {}
        }
    }

    fn write_items(&mut self, output: &mut Composed, mut is_first: bool) {
        let parent = self.current.clone();
        self.path.push(Step::Item);
        let mut position = 0;
        while let Some((event, at)) = self.events.next() {
            if event == Event::SequenceEnd {
                break;
            }
            self.current = parent.index(position);
            position += 1;
            self.write_node((event, at), if is_first { "" } else { ", " }, Role::Item, output);
            is_first = false;
        }
        self.path.pop();
        self.current = parent;
    }

    fn write_mapping(&mut self, output: &mut Composed, mut is_first: bool, names: &mut Vec<(String, Place)>) {
        let parent = self.current.clone();
        while let Some((key, at)) = self.events.next() {
            if key == Event::MappingEnd {
                break;
            }
            let name = self.scalars.name(&key);
            self.current = parent.key(&name);
            self.write_node((key, at), if is_first { "? " } else { ", ? " }, Role::Key, output);
            is_first = false;
            if let Some(value) = self.events.next() {
                self.path.push(Step::Key(name.clone()));
                self.write_node(value, ": ", Role::Value(&name), output);
                self.path.pop();
            }
            // Merge keys are not names, so each file may have one.
            if name != "<<" {
                names.push((name, self.place_of(at)));
            }
        }
        self.current = parent;
    }

    /// The path of a plain file, joined with the base directory of its part.
    fn join_base(&self, text: &str, role: Role<'_>) -> Option<String> {
        let (base, Role::Value(key)) = (self.rules.base?, role) else { return None };
        let (_, mapping) = self.path.split_last()?;
        let joined = self.rules.spec_schema.is_file(mapping, key).then(|| base.join(text))?;
        Some(quoted(joined.to_str()?))
    }

    /// Returns true if the mapping that has just started is `{split: TEXT}` in the place of a list of names.
    fn is_split(&mut self) -> bool {
        if !matches!(self.events.peek(0), Some(Event::Scalar(key, ..)) if key == "split") {
            return false;
        }
        let is_text = match self.events.peek(1) {
            Some(Event::Scalar(text, style, ..)) => !text.is_empty() || *style != ScalarStyle::Plain,
            Some(Event::Alias(anchor)) => self.scalars.aliased(*anchor).is_some(),
            _ => false,
        };
        is_text
            && self.events.peek(2) == Some(&Event::MappingEnd)
            && self.rules.spec_schema.takes_names(&self.path)
    }

    /// Writes the items of `{split: TEXT}`, each on a line, and consumes the rest of the mapping.
    fn write_split(&mut self, output: &mut Composed) {
        self.rewritten.changed = true;
        self.events.next();
        let Some((event, at)) = self.events.next() else { return };
        let text = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let position = NodePosition { place: &self.current, at, role: Role::Value("split") };
                self.scalars.rewrite(&text, (style, tag.is_some(), anchor), position).text
            }
            Event::Alias(anchor) => self.scalars.aliased(anchor).unwrap_or_default().to_owned(),
            _ => String::new(),
        };
        self.events.next();
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        for (position, item) in items.enumerate() {
            output.line(&[if position == 0 { "" } else { ", " }, &quoted(item)], self.place_of(at));
        }
    }

    /// The anchor and the tag of a node, each followed by a space.
    fn node_properties(&mut self, anchor: usize, tag: Option<&Tag>) -> String {
        let anchor = if anchor > 0 {
            self.anchors.defined.insert(anchor);
            self.anchor('&', anchor) + " "
        } else {
            String::new()
        };
        anchor + &tag.map(|tag| tag_text(tag) + " ").unwrap_or_default()
    }

    /// An anchor or an alias, with a name that is unique across files.
    fn anchor(&self, sign: char, anchor: usize) -> String {
        format!("{sign}a{}_{anchor}", self.rules.part)
    }

    fn place_of(&self, at: Position) -> Place {
        Place { part: self.rules.part, at }
    }
}
