//! Variables in the texts of a spec: `${NAME}`, with a default or a message, as Compose has them.
//!
//! What is in none of Compose's forms is no variable and stays as it is: `${aws:username}` belongs to a policy.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use crate::environment::is_credential;

/// What one text may become, and what all texts of a spec may.
pub(crate) const SIZE_LIMIT: usize = 16 * 1024 * 1024;
/// A default may hold a variable with a default.
const DEPTH_LIMIT: usize = 8;

/// The variables of this process.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    values: BTreeMap<String, OsString>,
    /// Those in which the server's own clients take a credential.
    known: &'static [&'static str],
}

/// Why a text has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    Unset(String),
    /// The spec's own words about it.
    Required(String, String),
    Credential(String),
    NotText(String),
    /// `$NAME`, which Compose replaces and nothing else in a spec means.
    Bare(String),
    Unclosed(String),
    TooDeep,
    TooLong,
}

/// What stands behind `${`.
enum Form<'t> {
    Variable {
        name: &'t str,
        /// Whether an empty variable counts as one that is not set.
        filled: bool,
        operation: Operation<'t>,
        /// What comes after the closing brace.
        rest: &'t str,
    },
    Unclosed(&'t str),
    Other,
}

#[derive(Clone, Copy)]
enum Operation<'t> {
    Value,
    Default(&'t str),
    Required(&'t str),
    Instead(&'t str),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unset(name) => write!(
                f,
                "the variable {name} is not set in the environment of this process: set it, or write a default, `${{{name}:-DEFAULT}}`"
            ),
            Self::Required(name, message) => write!(f, "the variable {name} has to be set: {message}"),
            Self::Credential(name) => write!(
                f,
                "the variable {name} looks like a credential, which a spec takes from no variable: put the value into a file of \
                 the secrets directory and write {{secret: NAME}}"
            ),
            Self::NotText(name) => write!(f, "the value of the variable {name} is not UTF-8"),
            Self::Bare(name) => {
                write!(
                    f,
                    "`${name}` is replaced in braces only: write `${{{name}}}`, or `$${name}` for a dollar"
                )
            }
            Self::Unclosed(name) => {
                write!(f, "the closing brace of `${{{name}` is missing; write `$$` for a dollar")
            }
            Self::TooDeep => {
                write!(f, "the variable has defaults within defaults, more than {DEPTH_LIMIT} of them")
            }
            Self::TooLong => write!(f, "with its variables the spec is larger than {} MiB", SIZE_LIMIT >> 20),
        }
    }
}

impl Variables {
    pub(crate) fn new(environment: &[(OsString, OsString)], known: &'static [&'static str]) -> Self {
        let named = |(name, value): &(OsString, OsString)| Some((name.to_str()?.to_owned(), value.clone()));
        Self { values: environment.iter().filter_map(named).collect(), known }
    }

    /// The text with every variable replaced once: what a variable holds is not looked through again.
    pub(crate) fn expand(&self, text: &str) -> Result<String, Problem> {
        let mut expanded = String::with_capacity(text.len());
        self.expand_into(text, &mut expanded, 0).map(|()| expanded)
    }

    fn expand_into(&self, text: &str, expanded: &mut String, depth: usize) -> Result<(), Problem> {
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('$') {
            expanded.push_str(before);
            rest = if let Some(behind) = behind.strip_prefix('$') {
                expanded.push('$');
                behind
            } else if let Some(inside) = behind.strip_prefix('{') {
                match form(inside) {
                    Form::Variable { name, filled, operation, rest } => {
                        self.replace(name, filled, operation, (&mut *expanded, depth))?;
                        rest
                    }
                    Form::Unclosed(name) => return Err(Problem::Unclosed(name.to_owned())),
                    Form::Other => {
                        expanded.push('$');
                        behind
                    }
                }
            } else {
                match name(behind) {
                    "" => expanded.push('$'),
                    bare => return Err(Problem::Bare(bare.to_owned())),
                }
                behind
            };
            if expanded.len() > SIZE_LIMIT {
                return Err(Problem::TooLong);
            }
        }
        expanded.push_str(rest);
        Ok(())
    }

    fn replace(
        &self,
        name: &str,
        filled: bool,
        operation: Operation<'_>,
        (expanded, depth): (&mut String, usize),
    ) -> Result<(), Problem> {
        if is_credential(&name.to_ascii_uppercase(), self.known) {
            return Err(Problem::Credential(name.to_owned()));
        }
        if depth == DEPTH_LIMIT {
            return Err(Problem::TooDeep);
        }
        let value = self.values.get(name).filter(|value| !filled || !value.is_empty());
        let value = value.map(|value| value.to_str().ok_or_else(|| Problem::NotText(name.to_owned())));
        match (operation, value.transpose()?) {
            (Operation::Instead(text), Some(_)) | (Operation::Default(text), None) => {
                return self.expand_into(text, expanded, depth + 1);
            }
            (Operation::Instead(_), None) => {}
            (_, Some(value)) => expanded.push_str(value),
            (Operation::Value | Operation::Required(""), None) => {
                return Err(Problem::Unset(name.to_owned()));
            }
            (Operation::Required(message), None) => {
                return Err(Problem::Required(name.to_owned(), message.to_owned()));
            }
        }
        Ok(())
    }
}

/// The first variable of a text, in braces.
pub(crate) fn first(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some((_, behind)) = rest.split_once("${") {
        match form(behind) {
            Form::Variable { rest: after, .. } => {
                let end = text.len() - after.len();
                return text.get(text.len() - behind.len() - 2..end);
            }
            Form::Unclosed(_) => return None,
            Form::Other => rest = behind,
        }
    }
    None
}

/// The letters that a variable's name begins with.
fn name(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let name = text.get(..end).unwrap_or_default();
    if name.starts_with(|c: char| c.is_ascii_digit()) { "" } else { name }
}

fn form<'t>(inside: &'t str) -> Form<'t> {
    let name = name(inside);
    let behind = inside.get(name.len()..).unwrap_or_default();
    if name.is_empty() {
        return Form::Other;
    }
    if let Some(rest) = behind.strip_prefix('}') {
        return Form::Variable { name, filled: false, operation: Operation::Value, rest };
    }
    let (filled, behind) = behind.strip_prefix(':').map_or((false, behind), |behind| (true, behind));
    let operation: fn(&'t str) -> Operation<'t> = match behind.chars().next() {
        Some('-') => Operation::Default,
        Some('?') => Operation::Required,
        Some('+') => Operation::Instead,
        _ => return Form::Other,
    };
    let word = behind.get(1..).unwrap_or_default();
    match closing(word) {
        Some(end) => {
            let (word, rest) = word.split_at(end);
            let rest = rest.get(1..).unwrap_or_default();
            Form::Variable { name, filled, operation: operation(word), rest }
        }
        None => Form::Unclosed(name),
    }
}

/// Where the brace is that closes a word, in which variables have braces of their own.
fn closing(word: &str) -> Option<usize> {
    let bytes = word.as_bytes();
    let (mut open, mut at) = (0_usize, 0_usize);
    loop {
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b'$', Some(b'$')) => at += 1,
            (b'$', Some(b'{')) => {
                open += 1;
                at += 1;
            }
            (b'}', _) if open == 0 => return Some(at),
            (b'}', _) => open -= 1,
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests;
