//! Finds unexpanded variables such as `${NAME}` in a spec without `interpolate: true`.
//!
//! Compose substitutes variables in a Compose file and in the inline content of a config, but not in a mounted file. Taken
//! literally, they would create a role named `${APP_USER}`. Policy variables such as `${aws:username}` have another form.

use serde_saphyr::granit_parser::{Event, Parser};

use crate::locate::{Locations, Position};
use crate::{Violation, Violations, variables};

/// The problem of an unexpanded variable.
pub(crate) const PROBLEM: &str = "a variable that nothing has replaced: Compose does it in a Compose file and in an inline config \
     (`content:`), never in a mounted file; write `interpolate: true` on top of the spec, and it is taken from the environment \
     of this process, or write the value";

/// The violations for all keys and values with a variable. A text of several words is not checked, because it may be code or
/// a comment with braces of its own.
pub(crate) fn violations(yaml: &str) -> Violations {
    let mut positions: Vec<Position> = Vec::new();
    if yaml.contains("${") {
        for (event, span) in Parser::new_from_str(yaml).map_while(Result::ok) {
            if matches!(&event, Event::Scalar(text, ..) if is_unexpanded(text)) {
                positions.push((span.start.line(), span.start.col() + 1));
            }
        }
    }
    let locations = if positions.is_empty() { Locations::default() } else { Locations::of(yaml) };
    let violation = |position: Position| Violation::at(locations.path(position), position, PROBLEM);
    positions.into_iter().map(violation).collect()
}

/// Returns true if a text is a single word with a variable.
pub(crate) fn is_unexpanded(text: &str) -> bool {
    text.contains("${") && !text.contains(char::is_whitespace) && variables::first_variable(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_in_single_words_are_found_with_their_places() {
        let yaml = "a: ${A}\nroles:\n  \"x_${B:-c}\": {}\nlist: [x, \"arn:${D}/*\"]\ntext: see ${E}\ndocument: \"${aws:username}\"\ncode: |\n  f${x}\n  y\n";
        let places: Vec<_> =
            violations(yaml).iter().map(|found| (found.at.to_string(), found.line)).collect();
        let expected = [("a", 1), (r#"roles."x_${B:-c}""#, 3), ("list[1]", 4)];
        assert_eq!(places, expected.map(|(at, line)| (at.to_owned(), Some(line))));
    }
}
