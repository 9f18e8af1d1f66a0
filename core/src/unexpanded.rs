//! Variables in a spec that does not ask for their replacement: `${NAME}` where a name stands.
//!
//! Compose replaces them in a Compose file, also in the inline text of a config, and never in a file that is mounted. Taken
//! as they are, they would name a role `${APP_USER}`. Policy variables, such as `${aws:username}`, are of another form.

use serde_saphyr::granit_parser::{Event, Parser};

use crate::locate::{Locations, Position};
use crate::{Violation, Violations, variables};

/// What a variable in a spec is told.
pub(crate) const PROBLEM: &str = "a variable that nothing has replaced: Compose does it in a Compose file and in an inline config \
     (`content:`), never in a mounted file; write `interpolate: true` on top of the spec, and it is taken from the environment \
     of this process, or write the value";

/// Every key with a variable, and every value with one that is a single word: a text of several words may be a program or a
/// comment, which has braces of its own.
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

/// Whether a text may be a name, and has a variable in it.
pub(crate) fn is_unexpanded(text: &str) -> bool {
    text.contains("${") && !text.contains(char::is_whitespace) && variables::first(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_with_their_places_and_free_texts_are_not() {
        let yaml = "a: ${A}\nroles:\n  \"x_${B:-c}\": {}\nlist: [x, \"arn:${D}/*\"]\ntext: see ${E}\ndocument: \"${aws:username}\"\ncode: |\n  f${x}\n  y\n";
        let places: Vec<_> =
            violations(yaml).iter().map(|found| (found.at.to_string(), found.line)).collect();
        let expected = [("a", 1), (r#"roles."x_${B:-c}""#, 3), ("list[1]", 4)];
        assert_eq!(places, expected.map(|(at, line)| (at.to_owned(), Some(line))));
    }
}
