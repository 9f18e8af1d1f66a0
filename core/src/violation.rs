//! The violations of a spec, each with its path.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// A path in a spec, such as `topics.orders.config."retention.ms"` or `acls[2].principal`. A path is a linked list that
/// shares its parents with other paths, because one is made for every value of a spec and hardly ever displayed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpecPath(Option<Arc<Step>>);

#[derive(Debug, PartialEq, Eq)]
struct Step {
    parent: SpecPath,
    segment: Segment,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Key(String),
    Index(usize),
}

impl SpecPath {
    /// The root of the spec.
    pub fn root() -> Self {
        Self::default()
    }

    /// The path of the value of a key.
    #[must_use]
    pub fn key(&self, name: &str) -> Self {
        self.join(Segment::Key(name.to_owned()))
    }

    /// The path of an item, counted from zero.
    #[must_use]
    pub fn index(&self, position: usize) -> Self {
        self.join(Segment::Index(position))
    }

    /// The path of the mapping or list that contains this value; `None` for the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.as_ref().map(|step| step.parent.clone())
    }

    fn join(&self, segment: Segment) -> Self {
        Self(Some(Arc::new(Step { parent: self.clone(), segment })))
    }

    fn segments(&self) -> Vec<&Segment> {
        let steps = std::iter::successors(self.0.as_deref(), |step| step.parent.0.as_deref());
        let mut segments: Vec<_> = steps.map(|step| &step.segment).collect();
        segments.reverse();
        segments
    }
}

impl Ord for SpecPath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.segments().cmp(&other.segments())
    }
}

impl PartialOrd for SpecPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for SpecPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_none() {
            return f.write_str("(root)");
        }
        for (position, segment) in self.segments().into_iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(key) => {
                    f.write_str(if position == 0 { "" } else { "." })?;
                    write_key(f, key)?;
                }
            }
        }
        Ok(())
    }
}

/// Writes a key, in quotes if it contains characters that would make the path ambiguous.
fn write_key(f: &mut fmt::Formatter<'_>, key: &str) -> fmt::Result {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !key.is_empty() && key.chars().all(plain) { f.write_str(key) } else { write!(f, "{key:?}") }
}

impl Serialize for SpecPath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One violation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Violation {
    /// The path.
    pub at: SpecPath,
    /// The file, if the spec has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in the file, counted from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The column in the line, counted from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// The problem, and what would be correct.
    pub problem: String,
}

impl Violation {
    /// Makes a violation at a position.
    pub(crate) fn at(at: SpecPath, (line, column): (usize, usize), problem: impl fmt::Display) -> Self {
        Self { at, file: None, line: Some(line), column: Some(column), problem: problem.to_string() }
    }

    /// Sets the file, if the spec has several.
    pub(crate) fn of_file(mut self, file: Option<&str>) -> Self {
        self.file = file.map(str::to_owned);
        self
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file} ")?;
        }
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, "line {line} column {column}, ")?;
        }
        write!(f, "{}: {}", self.at, self.problem)
    }
}

/// All violations of one spec.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Adds a violation.
    pub fn push(&mut self, at: &SpecPath, problem: impl fmt::Display) {
        self.0.push(Violation {
            at: at.clone(),
            file: None,
            line: None,
            column: None,
            problem: problem.to_string(),
        });
    }

    /// Returns the value, or adds the error as a violation and returns `None`.
    pub fn check<T, E: fmt::Display>(&mut self, at: &SpecPath, result: Result<T, E>) -> Option<T> {
        result.map_err(|problem| self.push(at, problem)).ok()
    }

    /// Returns `desired` if there is no violation.
    pub fn or<T>(self, desired: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(desired) } else { Err(self) }
    }

    /// Adds file, line and column to each violation and sorts them, so that a reader goes through each file once.
    #[must_use]
    pub(crate) fn located<'f>(
        mut self,
        position: impl Fn(&SpecPath) -> Option<(Option<&'f str>, (usize, usize))>,
    ) -> Self {
        for violation in &mut self.0 {
            if let Some((file, (line, column))) = position(&violation.at) {
                violation.file = file.map(str::to_owned);
                (violation.line, violation.column) = (Some(line), Some(column));
            }
        }
        self.sorted()
    }

    /// Sorts by file, line and column, and removes duplicates.
    #[must_use]
    pub(crate) fn sorted(self) -> Self {
        let place = |it: &Violation| (it.file.clone(), it.line, it.column);
        let sorted: BTreeSet<_> = self.0.into_iter().map(|it| (place(&it), it)).collect();
        Self(sorted.into_iter().map(|(_, it)| it).collect())
    }

    /// Iterates over the violations.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.0.iter()
    }
}

impl Extend<Violation> for Violations {
    fn extend<I: IntoIterator<Item = Violation>>(&mut self, violations: I) {
        self.0.extend(violations);
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = std::vec::IntoIter<Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Violation> for Violations {
    fn from(violation: Violation) -> Self {
        Self(vec![violation])
    }
}

impl FromIterator<Violation> for Violations {
    fn from_iter<I: IntoIterator<Item = Violation>>(violations: I) -> Self {
        Self(violations.into_iter().collect())
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = if self.0.len() == 1 { "place" } else { "places" };
        write!(f, "the spec is not valid in {} {places}", self.0.len())
    }
}

impl std::error::Error for Violations {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ambiguous_keys_are_quoted_in_paths() {
        let root = SpecPath::root();
        assert_eq!(root.to_string(), "(root)");
        assert_eq!(root.key("acls").index(2).key("principal").to_string(), "acls[2].principal");
        let config = root.key("topics").key("a.b").key("config").key("retention.ms");
        assert_eq!(config.to_string(), r#"topics."a.b".config."retention.ms""#);
        assert_eq!(config.parent(), Some(root.key("topics").key("a.b").key("config")));
    }

    #[test]
    fn violations_are_sorted_by_their_place_in_the_file() {
        let (early, late) = (SpecPath::root().key("z"), SpecPath::root().key("a"));
        let mut violations = Violations::default();
        violations.push(&late, "second");
        violations.push(&early, "first");
        let located = violations.located(|at| Some((None, (if *at == early { 1 } else { 9 }, 1))));
        let problems: Vec<_> = located.iter().map(|v| v.problem.as_str()).collect();
        assert_eq!(problems, ["first", "second"]);
    }
}
