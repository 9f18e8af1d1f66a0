//! Hints for syntax errors and type errors of a spec, based on the line with the error.
//!
//! The line may contain a password in the wrong place, so a hint never repeats any part of it.

use crate::variables;

const SPACE: &str = "; is a space missing after a colon, on this line or the one before?";

/// The hint for "expected a mapping": what was found instead, and the correct form.
pub(crate) fn mapping(found: &str) -> &'static str {
    let found = found.trim_start();
    if found.starts_with("- ") || found.starts_with('[') {
        ", found a list: write each entry as `NAME:` with its fields below it, and no `-`"
    } else if lacks_space(found) {
        SPACE
    } else {
        ", written `NAME: VALUE`, a line each"
    }
}

/// The hint for "expected a list".
pub(crate) fn list(found: &str) -> &'static str {
    let found = found.trim_start();
    if found.starts_with('{') || found.split_whitespace().next().is_some_and(|word| word.ends_with(':')) {
        ", found a mapping: write each entry behind a `- `, on a line of its own"
    } else if found.contains(',') {
        ", found one string: write `[FIRST, SECOND]`, each entry by itself"
    } else {
        ", found one value: write `[VALUE]`"
    }
}

/// The hint for "expected a number, found a string", if the value is in quotes. `found` begins with the key or the value.
pub(crate) fn quoted(expected: &str, found: &str) -> &'static str {
    let is_quoted = |text: &str| text.trim_start().starts_with(['"', '\'']);
    let value = found.split_once(": ").map_or(found, |(_, value)| value);
    let is_scalar = expected.contains("number") || expected == "true or false";
    if is_scalar && (is_quoted(found) || is_quoted(value)) { ": write it without the quotes" } else { "" }
}

/// The hint for a syntax error. `before` and `line` are the line before the error and the line of the error.
pub(crate) fn syntax(before: &str, line: &str) -> &'static str {
    if variables::first_variable(line).is_some() || variables::first_variable(before).is_some() {
        "; `${…}` has braces, which begin a mapping unless it is quoted; and nothing replaces it in a mounted file"
    } else if [line, before].iter().any(|text| text.trim_start_matches(' ').starts_with('\t')) {
        "; indent with spaces, not with tabs"
    } else if is_open(before) || is_open(line) {
        "; is a `]` or `}` missing, on this line or the one before?"
    } else if lacks_space(before.trim_start()) || lacks_space(line.trim_start()) {
        SPACE
    } else {
        ""
    }
}

/// Returns true if a list or a mapping in flow style is opened on the line and not closed.
fn is_open(line: &str) -> bool {
    let opened = |open: char, close: char| line.matches(open).count() > line.matches(close).count();
    opened('[', ']') || opened('{', '}')
}

/// The hint for an unknown key in a reference to a secret.
pub(crate) fn secret(key: &str) -> Option<&'static str> {
    match key.to_ascii_lowercase().as_str() {
        "env" | "environment" | "fromenv" | "variable" => Some(
            "a credential in the environment is refused: put the value into a file of the secrets directory and write {secret: NAME}",
        ),
        "file" | "path" | "fromfile" => {
            Some("write {secret: NAME}, where NAME is the file's name in the secrets directory")
        }
        "value" | "password" => Some(
            "a spec holds no secret: put the value into a file of the secrets directory and write {secret: NAME}",
        ),
        _ => None,
    }
}

/// Returns true if a key is followed by a colon and a value without a space, which YAML reads as one scalar. A URL is not
/// such a key.
fn lacks_space(text: &str) -> bool {
    let Some((key, rest)) = text.trim_start_matches("- ").split_once(':') else { return false };
    let word = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    word && !rest.is_empty() && !rest.starts_with([' ', '/', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_shows_the_correct_form_for_what_was_found() {
        assert!(mapping("- name: a").contains("no `-`") && mapping("[a, b]").contains("no `-`"));
        assert!(mapping("endpoint:pg:5432").contains("space missing"));
        assert!(mapping("word").contains("NAME: VALUE"));
        assert!(list("{a: b}").contains("mapping") && list("a: 1").contains("mapping"));
        assert!(list("a:1,b:2").contains("one string") && list("a:1").contains("[VALUE]"));
        for found in ["\"6\"}", "'6'", "partitions: \"6\", factor: 1"] {
            assert!(quoted("a whole number", found).contains("without the quotes"), "{found}");
        }
        assert_eq!((quoted("a whole number", "partitions: six"), quoted("a list", "a: \"6\"")), ("", ""));
    }

    #[test]
    fn a_missing_space_is_found_on_the_line_and_the_one_before() {
        assert!(syntax("endpoint:pg:5432", "user: a").contains("space missing"));
        assert!(syntax("a: b", "  login:true").contains("space missing"));
        assert!(
            syntax("endpoint: [x", "user: a").contains("`]`") && syntax("a: {b: c", "d: e").contains("`}`")
        );
        assert_eq!(syntax("a: b", "image: x"), "");
        assert_eq!(syntax("", "http://a:1"), "");
        assert!(syntax("", "a: {b: ${C}}").contains("quoted"));
    }
}
