//! Substitutes variables in the texts of a spec, with the syntax of Compose: `${NAME}`, `${NAME:-DEFAULT}` and so on.
//!
//! A text in any other form, such as `${aws:username}` of a policy, is no variable and stays unchanged.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use crate::environment::is_credential;

/// The largest size of one substituted text, and of all together.
pub(crate) const SIZE_LIMIT: usize = 16 * 1024 * 1024;
/// The largest nesting depth of defaults, which may contain variables with defaults.
const DEPTH_LIMIT: usize = 8;

/// The environment variables of this process.
#[derive(Debug, Default)]
pub(crate) struct Variables {
    values: BTreeMap<String, OsString>,
    /// The variables from which the server's own clients read a credential.
    known: &'static [&'static str],
}

/// The reason for which a text cannot be substituted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    Unset(String),
    /// The variable and the message in the spec.
    Required(String, String),
    Credential(String),
    NotText(String),
    /// A variable without braces, `$NAME`, which Compose substitutes and this program does not.
    Bare(String),
    Unclosed(String),
    TooDeep,
    TooLong,
}

/// The parsed text after `${`.
enum Form<'t> {
    Variable {
        name: &'t str,
        /// Set if an empty variable counts as unset (the forms with a colon).
        empty_is_unset: bool,
        operation: Operation<'t>,
        /// The text after the closing brace.
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
    Alternative(&'t str),
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

    /// Substitutes all variables of a text. Their values are not substituted again.
    pub(crate) fn expand(&self, text: &str) -> Result<String, Problem> {
        let mut expanded = String::with_capacity(text.len());
        self.expand_into(text, &mut expanded, 0).map(|()| expanded)
    }

    fn expand_into(&self, text: &str, expanded: &mut String, depth: usize) -> Result<(), Problem> {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            expanded.push_str(before);
            rest = if let Some(after) = after.strip_prefix('$') {
                expanded.push('$');
                after
            } else if let Some(inside) = after.strip_prefix('{') {
                match parse_form(inside) {
                    Form::Variable { name, empty_is_unset, operation, rest } => {
                        self.substitute(name, empty_is_unset, operation, (&mut *expanded, depth))?;
                        rest
                    }
                    Form::Unclosed(name) => return Err(Problem::Unclosed(name.to_owned())),
                    Form::Other => {
                        expanded.push('$');
                        after
                    }
                }
            } else {
                match name(after) {
                    "" => expanded.push('$'),
                    bare => return Err(Problem::Bare(bare.to_owned())),
                }
                after
            };
            if expanded.len() > SIZE_LIMIT {
                return Err(Problem::TooLong);
            }
        }
        expanded.push_str(rest);
        Ok(())
    }

    fn substitute(
        &self,
        name: &str,
        empty_is_unset: bool,
        operation: Operation<'_>,
        (expanded, depth): (&mut String, usize),
    ) -> Result<(), Problem> {
        if is_credential(&name.to_ascii_uppercase(), self.known) {
            return Err(Problem::Credential(name.to_owned()));
        }
        if depth == DEPTH_LIMIT {
            return Err(Problem::TooDeep);
        }
        let value = self.values.get(name).filter(|value| !empty_is_unset || !value.is_empty());
        let value = value.map(|value| value.to_str().ok_or_else(|| Problem::NotText(name.to_owned())));
        match (operation, value.transpose()?) {
            (Operation::Alternative(text), Some(_)) | (Operation::Default(text), None) => {
                return self.expand_into(text, expanded, depth + 1);
            }
            (Operation::Alternative(_), None) => {}
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

/// The first variable of a text, including the braces.
pub(crate) fn first_variable(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("${") {
        match parse_form(after) {
            Form::Variable { rest: tail, .. } => {
                let end = text.len() - tail.len();
                return text.get(text.len() - after.len() - 2..end);
            }
            Form::Unclosed(_) => return None,
            Form::Other => rest = after,
        }
    }
    None
}

/// The variable name at the beginning of a text, or an empty text.
fn name(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let name = text.get(..end).unwrap_or_default();
    if name.starts_with(|c: char| c.is_ascii_digit()) { "" } else { name }
}

/// Parses the text after `${`.
fn parse_form<'t>(inside: &'t str) -> Form<'t> {
    let name = name(inside);
    let after = inside.get(name.len()..).unwrap_or_default();
    if name.is_empty() {
        return Form::Other;
    }
    if let Some(rest) = after.strip_prefix('}') {
        return Form::Variable { name, empty_is_unset: false, operation: Operation::Value, rest };
    }
    let (empty_is_unset, after) = after.strip_prefix(':').map_or((false, after), |after| (true, after));
    let operation: fn(&'t str) -> Operation<'t> = match after.chars().next() {
        Some('-') => Operation::Default,
        Some('?') => Operation::Required,
        Some('+') => Operation::Alternative,
        _ => return Form::Other,
    };
    let word = after.get(1..).unwrap_or_default();
    match closing_brace(word) {
        Some(end) => {
            let (word, rest) = word.split_at(end);
            let rest = rest.get(1..).unwrap_or_default();
            Form::Variable { name, empty_is_unset, operation: operation(word), rest }
        }
        None => Form::Unclosed(name),
    }
}

/// The offset of the closing brace of a word, which may contain variables with braces.
fn closing_brace(word: &str) -> Option<usize> {
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
