//! Which part of a server is asked for: `--only roles,databases=app_*`.

use std::str::FromStr;

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// A section of the spec.
    pub section: String,
    /// What the names in it look like: `*` stands for any letters, `?` for one.
    pub pattern: Option<String>,
}

/// The parts that are asked for; everything when there are none.
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

    /// With the keys of the connection that stand only beside sections.
    pub(crate) fn carrying(mut self, keys: Vec<String>) -> Self {
        self.carried = keys;
        self
    }

    /// Whether the given spec has such a key (`Backend::CARRIED`).
    pub fn carries(&self, key: &str) -> bool {
        self.carried.iter().any(|carried| carried == key)
    }

    /// Whether anything of a section is asked for. What is not need not be read.
    pub fn has(&self, section: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only.section == section)
    }

    /// Whether an entry of a section is asked for.
    pub fn takes(&self, section: &str, name: &str) -> bool {
        let fits = |only: &Only| {
            only.section == section && only.pattern.as_ref().is_none_or(|pattern| is_like(pattern, name))
        };
        self.only.is_empty() || self.only.iter().any(fits)
    }

    /// The parts as they are written on a command line.
    pub(crate) fn words(&self) -> Vec<String> {
        let word = |only: &Only| match &only.pattern {
            Some(pattern) => format!("{}={pattern}", only.section),
            None => only.section.clone(),
        };
        self.only.iter().map(word).collect()
    }
}

/// Goes back to the last star only, so the time is bounded by the product of both lengths.
fn is_like(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut next, mut star) = (0, 0, None);
    while let Some(letter) = name.get(next) {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, next));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == letter => {
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
            assert_eq!(is_like(pattern, name), like, "{pattern} {name}");
        }
    }

    #[test]
    fn parts_add_up() {
        let scope =
            Scope::new(["roles", "databases=a*", "databases=b"].map(|part| part.parse().unwrap()).to_vec());
        assert!(scope.has("roles") && scope.has("databases") && !scope.has("topics"));
        assert!(
            scope.takes("roles", "any") && scope.takes("databases", "ab") && scope.takes("databases", "b")
        );
        assert!(!scope.takes("databases", "c") && Scope::default().takes("databases", "c"));
        assert!("=x".parse::<Only>().is_err() && "roles=".parse::<Only>().is_err());
    }
}
