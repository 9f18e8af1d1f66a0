//! Expands ranges in the names of a group of topics: `orders-{01..40}` stands for forty names.

use init_core::{SpecPath, Violations};

/// The most names that all ranges of a spec may stand for.
const LIMIT: usize = 10_000;
const FORM: &str =
    "a range is one `{FIRST..LAST}` of whole numbers, the smaller first, such as `{1..40}` or `{01..40}`";

/// The ranges of a spec.
#[derive(Default)]
pub(super) struct NameRanges {
    names: usize,
}

/// A name with one range in it.
struct Ranged<'n> {
    before: &'n str,
    after: &'n str,
    first: usize,
    last: usize,
    /// The number of digits, which zeros in front fill up to.
    digits: usize,
}

impl NameRanges {
    /// The names that `name` stands for, each at its place in the spec. Without a range that is the name itself.
    pub(super) fn expand(
        &mut self,
        name: String,
        at: &SpecPath,
        violations: &mut Violations,
    ) -> Vec<(String, SpecPath)> {
        if !name.contains(['{', '}']) {
            return vec![(name, at.clone())];
        }
        let Some(range) = Ranged::parse(&name) else {
            violations.push(at, format!("`{name}` is no name of a topic and no range of names: {FORM}"));
            return Vec::new();
        };
        self.names = self.names.saturating_add(range.last - range.first + 1);
        if self.names > LIMIT {
            violations.push(at, format!("the ranges of this spec stand for more than {LIMIT} topics"));
            return Vec::new();
        }
        range.names().map(|name| (name, at.clone())).collect()
    }
}

impl<'n> Ranged<'n> {
    fn parse(name: &'n str) -> Option<Self> {
        let (before, rest) = name.split_once('{')?;
        let (range, after) = rest.split_once('}')?;
        let (from, to) = range.split_once("..")?;
        let number = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse().ok()).flatten()
        };
        let (first, last): (usize, usize) = (number(from)?, number(to)?);
        let is_padded = |text: &str| text.len() > 1 && text.starts_with('0');
        let digits = if is_padded(from) || is_padded(to) { from.len().max(to.len()) } else { 0 };
        let is_whole = first <= last && !before.contains('}') && !after.contains(['{', '}']);
        is_whole.then_some(Self { before, after, first, last, digits })
    }

    fn names(&self) -> impl Iterator<Item = String> {
        let Self { before, after, first, last, digits } = *self;
        (first..=last).map(move |number| format!("{before}{number:0digits$}{after}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(name: &str) -> (Vec<String>, usize) {
        let mut violations = Violations::default();
        let at = SpecPath::root().key("topics");
        let names = NameRanges::default().expand(name.to_owned(), &at, &mut violations);
        let count = violations.or(()).err().map_or(0, |violations| violations.iter().count());
        (names.into_iter().map(|(name, _)| name).collect(), count)
    }

    #[test]
    fn a_range_stands_for_each_of_its_numbers() {
        for (name, names) in [
            ("plain", vec!["plain"]),
            ("a-{1..3}", vec!["a-1", "a-2", "a-3"]),
            ("{08..11}.b", vec!["08.b", "09.b", "10.b", "11.b"]),
            ("a{9..10}b", vec!["a9b", "a10b"]),
            ("a{0..1}", vec!["a0", "a1"]),
            ("a{7..7}", vec!["a7"]),
            (
                "a{1..010}",
                vec!["a001", "a002", "a003", "a004", "a005", "a006", "a007", "a008", "a009", "a010"],
            ),
        ] {
            assert_eq!(expanded(name), (names.into_iter().map(str::to_owned).collect(), 0), "{name}");
        }
    }

    #[test]
    fn what_is_no_range_and_what_would_be_too_many_is_a_violation() {
        for name in [
            "a{",
            "a}",
            "a{}",
            "a{1}",
            "a{1..}",
            "a{..2}",
            "a{2..1}",
            "a{-1..2}",
            "a{1..2",
            "a}1..2{",
            "a{a..c}",
            "a{1..2}{1..2}",
            "a{{1..2}}",
            "a{1..10001}",
            "a{0..99999999999999999999999}",
            "a{1..18446744073709551615}",
            "a{1...2}",
            "a{+1..2}",
        ] {
            assert_eq!(expanded(name), (Vec::new(), 1), "{name}");
        }
        assert_eq!(expanded("a{1..10000}").0.len(), LIMIT);
    }

    /// Many ranges that are each small enough.
    #[test]
    fn the_limit_is_that_of_the_whole_spec() {
        let (mut ranges, mut violations) = (NameRanges::default(), Violations::default());
        let at = SpecPath::root();
        for group in 0..3 {
            ranges.expand(format!("a{group}-{{1..4000}}"), &at, &mut violations);
        }
        assert!(violations.or(()).is_err());
    }
}
