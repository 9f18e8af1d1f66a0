//! What was probably meant, where the form of a spec is wrong: from the line that the parser stumbled over.
//!
//! A line may hold a password that somebody wrote in the wrong place, so a hint has words of its own alone.

use crate::variables;

const SPACE: &str = "; is a space missing after a colon, on this line or the one before?";

/// After "expected a mapping": what stands there instead, and the right form.
pub(crate) fn mapping(there: &str) -> &'static str {
    let there = there.trim_start();
    if there.starts_with("- ") || there.starts_with('[') {
        ", found a list: write each entry as `NAME:` with its fields below it, and no `-`"
    } else if glued(there) {
        SPACE
    } else {
        ", written `NAME: VALUE`, a line each"
    }
}

/// After "expected a list".
pub(crate) fn list(there: &str) -> &'static str {
    let there = there.trim_start();
    if there.starts_with('{') || there.split_whitespace().next().is_some_and(|word| word.ends_with(':')) {
        ", found a mapping: write each entry behind a `- `, on a line of its own"
    } else if there.contains(',') {
        ", found one string: write `[FIRST, SECOND]`, each entry by itself"
    } else {
        ", found one value: write `[VALUE]`"
    }
}

/// After "expected a number, found a string": from its key on, or from the value itself, which quotes make a string.
pub(crate) fn quoted(expected: &str, there: &str) -> &'static str {
    let is_quoted = |text: &str| text.trim_start().starts_with(['"', '\'']);
    let value = there.split_once(": ").map_or(there, |(_, value)| value);
    let fits = expected.contains("number") || expected == "true or false";
    if fits && (is_quoted(there) || is_quoted(value)) { ": write it without the quotes" } else { "" }
}

/// After a message of the parser's own: `before` and `line` are the two lines up to the place.
pub(crate) fn syntax(before: &str, line: &str) -> &'static str {
    if variables::first(line).is_some() || variables::first(before).is_some() {
        "; `${…}` has braces, which begin a mapping unless it is quoted; and nothing replaces it in a mounted file"
    } else if [line, before].iter().any(|text| text.trim_start_matches(' ').starts_with('\t')) {
        "; indent with spaces, not with tabs"
    } else if is_open(before) || is_open(line) {
        "; is a `]` or `}` missing, on this line or the one before?"
    } else if glued(before.trim_start()) || glued(line.trim_start()) {
        SPACE
    } else {
        ""
    }
}

/// Whether a list or a mapping in one line begins there and does not end.
fn is_open(line: &str) -> bool {
    let opened = |open: char, close: char| line.matches(open).count() > line.matches(close).count();
    opened('[', ']') || opened('{', '}')
}

/// For a key that a reference to a secret does not have.
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

/// A key with its value right behind the colon, which YAML reads as one word; a URL is one, and an endpoint has a number there.
fn glued(text: &str) -> bool {
    let Some((key, rest)) = text.trim_start_matches("- ").split_once(':') else { return false };
    let word = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    word && !rest.is_empty() && !rest.starts_with([' ', '/', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_form_is_shown_for_what_stands_there() {
        assert!(mapping("- name: a").contains("no `-`") && mapping("[a, b]").contains("no `-`"));
        assert!(mapping("endpoint:pg:5432").contains("space missing"));
        assert!(mapping("word").contains("NAME: VALUE"));
        assert!(list("{a: b}").contains("mapping") && list("a: 1").contains("mapping"));
        assert!(list("a:1,b:2").contains("one string") && list("a:1").contains("[VALUE]"));
        for there in ["\"6\"}", "'6'", "partitions: \"6\", factor: 1"] {
            assert!(quoted("a whole number", there).contains("without the quotes"), "{there}");
        }
        assert_eq!((quoted("a whole number", "partitions: six"), quoted("a list", "a: \"6\"")), ("", ""));
    }

    #[test]
    fn a_missing_space_is_seen_on_this_line_and_the_one_before() {
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
