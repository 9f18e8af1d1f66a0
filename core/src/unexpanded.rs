//! Variables in a spec, which nobody replaces: `${NAME}` where a name or a whole value stands.
//!
//! Compose replaces them in a Compose file, also in the inline text of a config, and never in a file that is mounted. Taken
//! as they are, they would name a role `${APP_USER}`. Policy variables, such as `${aws:username}`, are of another form.

use serde_saphyr::granit_parser::{Event, Parser};

use crate::locate::{Locations, Position};
use crate::{Violation, Violations};

/// What a variable in a spec is told.
pub(crate) const PROBLEM: &str = "a variable that nothing has replaced: Compose does it in a Compose file and in an inline config \
     (`content:`), never in a mounted file; write the value, or the spec into the Compose file";

/// The first variable in the form of Compose's: `${NAME}`, `${NAME:-…}`, `${NAME?…}`.
pub(crate) fn variable(text: &str) -> Option<&str> {
    let start = text.find("${")?;
    let body = text.get(start + 2..)?;
    let end = body.find('}')?;
    let inside = body.get(..end)?;
    let name = inside.split([':', '-', '?', '+']).next().unwrap_or_default();
    let rest = inside.get(name.len()..)?;
    let named = !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let form = rest.strip_prefix(':').unwrap_or(rest);
    let replaced = rest.is_empty() || form.starts_with(['-', '?', '+']);
    (named && replaced).then(|| text.get(start..start + 3 + end)).flatten()
}

/// Every key, and every value that is nothing else, which is a variable.
pub(crate) fn violations(yaml: &str) -> Violations {
    let mut positions: Vec<Position> = Vec::new();
    if yaml.contains("${") {
        for (event, span) in Parser::new_from_str(yaml).map_while(Result::ok) {
            if matches!(&event, Event::Scalar(text, ..) if variable(text) == Some(&**text)) {
                positions.push((span.start.line(), span.start.col() + 1));
            }
        }
    }
    let locations = if positions.is_empty() { Locations::default() } else { Locations::of(yaml) };
    let violation = |position: Position| Violation {
        at: locations.path(position),
        line: Some(position.0),
        column: Some(position.1),
        problem: PROBLEM.to_owned(),
    };
    positions.into_iter().map(violation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_compose_would_replace_is_a_variable_and_nothing_else_is() {
        for text in ["${A}", "x${A_1}y", "${A:-b}", "${A-b}", "${A:?}", "${A?b}", "${A:+b}"] {
            assert!(variable(text).is_some(), "{text}");
        }
        for text in ["$A", "${}", "${1A}", "${aws:username}", "${file:/a:b}", "${A", "a}", "${A B}", "${é}"]
        {
            assert_eq!(variable(text), None, "{text}");
        }
    }

    #[test]
    fn keys_and_whole_values_are_found_with_their_places() {
        let yaml = "a: ${A}\nroles:\n  \"${B:-c}\": {}\nlist: [x, \"${D}\"]\ntext: see ${E}\ndocument: \"${aws:username}\"\n";
        let places: Vec<_> =
            violations(yaml).iter().map(|found| (found.at.to_string(), found.line)).collect();
        let expected = [("a", 1), (r#"roles."${B:-c}""#, 3), ("list[1]", 4)];
        assert_eq!(places, expected.map(|(at, line)| (at.to_owned(), Some(line))));
    }
}
