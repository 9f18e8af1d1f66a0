//! Maps between paths and positions of a YAML document. It is built only if there is an error to locate.

use std::collections::{BTreeMap, BTreeSet};

use serde_saphyr::granit_parser::{Event, Parser};

use crate::SpecPath;

/// A line and a column, both counted from one.
pub(crate) type Position = (usize, usize);

/// The positions of all paths, and the paths at all positions.
#[derive(Default)]
pub(crate) struct Locations {
    by_path: BTreeMap<SpecPath, Position>,
    by_position: Vec<(Position, SpecPath)>,
    keys: BTreeSet<Position>,
}

enum Frame {
    Mapping { at: SpecPath, key: Option<SpecPath> },
    Sequence { at: SpecPath, next: usize },
}

impl Locations {
    /// Parses the document up to the first syntax error. Paths after it have no position.
    pub(crate) fn of(text: &str) -> Self {
        let mut locations = Self::default();
        let mut open = Vec::new();
        for (event, span) in Parser::new_from_str(text).map_while(Result::ok) {
            let position = (span.start.line(), span.start.col() + 1);
            match event {
                Event::MappingStart(..) => {
                    let at = locations.value(&mut open, position);
                    open.push(Frame::Mapping { at, key: None });
                }
                Event::SequenceStart(..) => {
                    let at = locations.value(&mut open, position);
                    open.push(Frame::Sequence { at, next: 0 });
                }
                Event::MappingEnd | Event::SequenceEnd => drop(open.pop()),
                Event::Scalar(text, ..) => locations.scalar(&mut open, &text, position),
                Event::Alias(_) => drop(locations.value(&mut open, position)),
                _ => {}
            }
        }
        locations
    }

    fn scalar(&mut self, open: &mut [Frame], text: &str, position: Position) {
        if let Some(Frame::Mapping { at, key: key @ None }) = open.last_mut() {
            let path = at.key(text);
            self.keys.insert(position);
            self.record(path.clone(), position);
            *key = Some(path);
        } else {
            self.value(open, position);
        }
    }

    /// Records a value that starts here and returns its path. The enclosing mapping or list advances to the next entry.
    fn value(&mut self, open: &mut [Frame], position: Position) -> SpecPath {
        let path = match open.last_mut() {
            None => SpecPath::root(),
            // A list or a mapping as a key has no name. No valid spec has one.
            Some(Frame::Mapping { at, key }) => key.take().unwrap_or_else(|| at.clone()),
            Some(Frame::Sequence { at, next }) => {
                *next += 1;
                at.index(*next - 1)
            }
        };
        self.record(path.clone(), position);
        path
    }

    fn record(&mut self, path: SpecPath, position: Position) {
        self.by_path.entry(path.clone()).or_insert(position);
        self.by_position.push((position, path));
    }

    /// The position of a path, or of its nearest ancestor in the document.
    pub(crate) fn position(&self, at: &SpecPath) -> Option<Position> {
        let mut at = at.clone();
        loop {
            if let Some(position) = self.by_path.get(&at) {
                return Some(*position);
            }
            at = at.parent()?;
        }
    }

    /// The path of the mapping that starts at a position or has a key there.
    pub(crate) fn container(&self, position: Position) -> Option<SpecPath> {
        let mut here = self.by_position.iter().filter(|(start, _)| *start == position);
        let (_, first) = here.next()?;
        // A mapping starts at the position of its first key, and is recorded before it.
        let is_key = here.next().is_none() && self.keys.contains(&position);
        if is_key { first.parent() } else { Some(first.clone()) }
    }

    /// The innermost path that starts at a position, or else the last one that starts before it.
    pub(crate) fn path(&self, position: Position) -> SpecPath {
        let after = self.by_position.partition_point(|(start, _)| *start <= position);
        let found = after.checked_sub(1).and_then(|last| self.by_position.get(last));
        found.map_or_else(SpecPath::root, |(_, path)| path.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a:\n  b: [1, {c: 2}]\n  \"d.e\": 3\n";

    #[test]
    fn a_path_has_the_position_of_its_key() {
        let locations = Locations::of(TEXT);
        let b = SpecPath::root().key("a").key("b");
        assert_eq!(locations.position(&b), Some((2, 3)));
        assert_eq!(locations.position(&b.index(1).key("c")), Some((2, 11)));
        assert_eq!(locations.position(&SpecPath::root().key("a").key("d.e")), Some((3, 3)));
    }

    #[test]
    fn a_missing_path_has_the_position_of_its_nearest_ancestor() {
        let locations = Locations::of(TEXT);
        assert_eq!(locations.position(&SpecPath::root().key("a").key("x").key("y")), Some((1, 1)));
    }

    #[test]
    fn a_position_has_the_innermost_path() {
        let locations = Locations::of(TEXT);
        assert_eq!(locations.path((2, 14)).to_string(), "a.b[1].c");
        assert_eq!(locations.path((3, 3)).to_string(), r#"a."d.e""#);
        assert_eq!(Locations::of("").path((1, 1)), SpecPath::root());
    }
}
