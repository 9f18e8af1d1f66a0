//! The scope of an export, which `--only roles,databases=app_*` restricts.

use std::str::FromStr;

/// One restriction: a section, or the entries of a section whose names match a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// A section of the spec.
    pub section: String,
    /// The pattern for the names: `*` matches any characters, `?` matches one.
    pub pattern: Option<String>,
}

/// The restrictions of an export. Without any, everything is in scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    only: Vec<Only>,
    carried: Vec<String>,
}

impl FromStr for Only {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (section, pattern) = match text.split_once('=') {
            Some((section, pattern)) => (section, Some(pattern)),
            None => (text, None),
        };
        if section.is_empty() || pattern == Some("") {
            return Err("write SECTION, or SECTION=PATTERN".to_owned());
        }
        Ok(Self { section: section.to_owned(), pattern: pattern.map(str::to_owned) })
    }
}

impl Scope {
    pub(crate) fn new(only: Vec<Only>) -> Self {
        Self { only, carried: Vec::new() }
    }

    /// Adds the keys of the connection that are valid only together with a section.
    pub(crate) fn with_dependent_keys(mut self, keys: Vec<String>) -> Self {
        self.carried = keys;
        self
    }

    /// Returns true if the given spec has this key of `Backend::DEPENDENT_KEYS`.
    pub fn has_dependent_key(&self, key: &str) -> bool {
        self.carried.iter().any(|carried| carried == key)
    }

    /// Returns true if a section is in scope at least in part. Other sections need not be read.
    pub fn includes_section(&self, section: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only.section == section)
    }

    /// Returns true if an entry of a section is in scope.
    pub fn includes(&self, section: &str, name: &str) -> bool {
        let is_match = |only: &Only| {
            only.section == section
                && only.pattern.as_ref().is_none_or(|pattern| matches_pattern(pattern, name))
        };
        self.only.is_empty() || self.only.iter().any(is_match)
    }

    /// The restrictions in the form of the command line.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let argument = |only: &Only| match &only.pattern {
            Some(pattern) => format!("{}={pattern}", only.section),
            None => only.section.clone(),
        };
        self.only.iter().map(argument).collect()
    }
}

/// Compares a pattern with a whole name. Backtracking goes to the last `*` only, so the time is bounded by the product of
/// both lengths.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut next, mut star) = (0, 0, None);
    while let Some(letter) = name.get(next) {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, next));
                at += 1;
            }
            Some(expected) if *expected == '?' || expected == letter => {
                at += 1;
                next += 1;
            }
            _ => match star {
                Some((after, from)) => {
                    star = Some((after, from + 1));
                    (at, next) = (after + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_compared_with_the_whole_name() {
        for (pattern, name, like) in [
            ("app", "app", true),
            ("app", "apps", false),
            ("app*", "apps", true),
            ("*app", "my-app", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "ab-a", false),
            ("**", "", true),
            ("größ?", "größe", true),
        ] {
            assert_eq!(matches_pattern(pattern, name), like, "{pattern} {name}");
        }
    }

    #[test]
    fn an_entry_is_in_scope_if_any_restriction_matches() {
        let scope =
            Scope::new(["roles", "databases=a*", "databases=b"].map(|part| part.parse().unwrap()).to_vec());
        assert!(
            scope.includes_section("roles")
                && scope.includes_section("databases")
                && !scope.includes_section("topics")
        );
        assert!(
            scope.includes("roles", "any")
                && scope.includes("databases", "ab")
                && scope.includes("databases", "b")
        );
        assert!(!scope.includes("databases", "c") && Scope::default().includes("databases", "c"));
        assert!("=x".parse::<Only>().is_err() && "roles=".parse::<Only>().is_err());
    }
}
