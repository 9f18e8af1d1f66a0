//! What is wrong with a spec, each with the path of the place that says it.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// A place in a spec: `topics.orders.config."retention.ms"`, `acls[2].principal`. It shares what is above it with its
/// neighbours: a path is made for every value of a spec, and hardly ever shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpecPath(Option<Arc<Step>>);

#[derive(Debug, PartialEq, Eq)]
struct Step {
    within: SpecPath,
    segment: Segment,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Key(String),
    Index(usize),
}

impl SpecPath {
    /// The spec itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// The value under `name`.
    #[must_use]
    pub fn key(&self, name: &str) -> Self {
        self.join(Segment::Key(name.to_owned()))
    }

    /// The item at `position`, from zero.
    #[must_use]
    pub fn index(&self, position: usize) -> Self {
        self.join(Segment::Index(position))
    }

    /// The mapping or list that holds this place; `None` at the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.as_ref().map(|step| step.within.clone())
    }

    fn join(&self, segment: Segment) -> Self {
        Self(Some(Arc::new(Step { within: self.clone(), segment })))
    }

    fn segments(&self) -> Vec<&Segment> {
        let steps = std::iter::successors(self.0.as_deref(), |step| step.within.0.as_deref());
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

/// A key that would blur the path is quoted.
fn write_key(f: &mut fmt::Formatter<'_>, key: &str) -> fmt::Result {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !key.is_empty() && key.chars().all(plain) { f.write_str(key) } else { write!(f, "{key:?}") }
}

impl Serialize for SpecPath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One thing that is wrong, where it is, and in what way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Violation {
    /// The place, as a path.
    pub at: SpecPath,
    /// The file, where a spec is several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The place, as a line of the file, from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The place, as a column of that line, from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl Violation {
    /// At a position of the only text.
    pub(crate) fn at(at: SpecPath, (line, column): (usize, usize), problem: impl fmt::Display) -> Self {
        Self { at, file: None, line: Some(line), column: Some(column), problem: problem.to_string() }
    }

    /// The same, in this of several files.
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

/// Everything that is wrong with one spec.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Notes one more.
    pub fn push(&mut self, at: &SpecPath, problem: impl fmt::Display) {
        self.0.push(Violation {
            at: at.clone(),
            file: None,
            line: None,
            column: None,
            problem: problem.to_string(),
        });
    }

    /// The value, or `None` with the problem noted.
    pub fn check<T, E: fmt::Display>(&mut self, at: &SpecPath, result: Result<T, E>) -> Option<T> {
        result.map_err(|problem| self.push(at, problem)).ok()
    }

    /// `desired` when nothing is wrong.
    pub fn or<T>(self, desired: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(desired) } else { Err(self) }
    }

    /// Finds each place in the text and sorts by it, so that a reader goes through each file once.
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

    /// In the order of their places.
    #[must_use]
    pub(crate) fn sorted(self) -> Self {
        let place = |it: &Violation| (it.file.clone(), it.line, it.column);
        let sorted: BTreeSet<_> = self.0.into_iter().map(|it| (place(&it), it)).collect();
        Self(sorted.into_iter().map(|(_, it)| it).collect())
    }

    /// In the order of the file.
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
    fn paths_read_like_the_file_and_quote_what_would_blur_them() {
        let root = SpecPath::root();
        assert_eq!(root.to_string(), "(root)");
        assert_eq!(root.key("acls").index(2).key("principal").to_string(), "acls[2].principal");
        let config = root.key("topics").key("a.b").key("config").key("retention.ms");
        assert_eq!(config.to_string(), r#"topics."a.b".config."retention.ms""#);
        assert_eq!(config.parent(), Some(root.key("topics").key("a.b").key("config")));
    }

    #[test]
    fn violations_come_in_the_order_of_the_file() {
        let (early, late) = (SpecPath::root().key("z"), SpecPath::root().key("a"));
        let mut violations = Violations::default();
        violations.push(&late, "second");
        violations.push(&early, "first");
        let located = violations.located(|at| Some((None, (if *at == early { 1 } else { 9 }, 1))));
        let problems: Vec<_> = located.iter().map(|v| v.problem.as_str()).collect();
        assert_eq!(problems, ["first", "second"]);
    }
}
