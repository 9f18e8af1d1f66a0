//! From the texts of a spec to one: variables, lists of one text, several files.

use std::collections::BTreeSet;

use serde_saphyr::granit_parser::{Event, ScalarStyle};

use super::events::Events;
use super::merge::{Clash, Why, merge};
use super::page::{Page, Place};
use super::rewrite::{Rules, rewrite};
use super::rewritten::{Rewritten, Trouble};
use super::shape::Shape;
use super::source::Part;
use crate::extension::INTERPOLATE;
use crate::locate::Position;
use crate::variables::{Problem, Variables};
use crate::{SpecPath, Violation, Violations, unexpanded};

/// What a spec may be made of beside its texts.
pub(crate) struct Grounds<'g> {
    pub(crate) variables: &'g Variables,
    /// Made when it is needed.
    pub(crate) shape: &'g dyn Fn() -> Shape,
}

/// Why there is no one text.
#[derive(Debug)]
pub(crate) enum Unresolved {
    Invalid(Violations),
    /// Variables that look like credentials.
    Credentials(Violations),
}

/// Whether a text asks for its variables to be replaced.
pub(crate) fn interpolates(text: &str) -> Result<bool, Violation> {
    let mut events = Events::of(text);
    if !text.contains(INTERPOLATE) || !matches!(events.next(), Some((Event::MappingStart(..), _))) {
        return Ok(false);
    }
    while let Some((key, _)) = events.next() {
        match key {
            Event::Scalar(key, ..) if key == INTERPOLATE => return flag(events.next()),
            Event::Scalar(..) | Event::Alias(_) => events.skip(),
            _ => break,
        }
    }
    Ok(false)
}

fn flag(value: Option<(Event<'_>, Position)>) -> Result<bool, Violation> {
    match value {
        Some((Event::Scalar(text, ScalarStyle::Plain, ..), _)) if text == "true" => Ok(true),
        Some((Event::Scalar(text, ScalarStyle::Plain, ..), _)) if text == "false" => Ok(false),
        Some((_, at)) => {
            Err(Violation::at(SpecPath::root().key(INTERPOLATE), at, "expected true or false, written out"))
        }
        None => Ok(false),
    }
}

/// Whether a text has nothing in it but comments.
pub(crate) fn is_empty(text: &str) -> bool {
    match Events::of(text).peek(0) {
        None => true,
        Some(event) => {
            matches!(event, Event::Scalar(text, ScalarStyle::Plain, ..) if text.is_empty())
        }
    }
}

/// The file that a violation names: none where there is only one.
pub(crate) fn name(parts: &[Part], part: usize) -> Option<&str> {
    parts.get(part).filter(|_| parts.len() > 1).map(|part| part.name.as_str())
}

/// What each text says of variables: whether it asks for them, or where it has them without.
pub(crate) fn asked(parts: &[Part]) -> Result<Vec<bool>, Violations> {
    let (mut asked, mut wrong) = (Vec::new(), Violations::default());
    for (number, part) in parts.iter().enumerate() {
        let of_file = |violation: Violation| violation.of_file(name(parts, number));
        match interpolates(&part.written) {
            Ok(false) => wrong.extend(unexpanded::violations(&part.written).into_iter().map(of_file)),
            Ok(true) => {}
            Err(violation) => wrong.extend([of_file(violation)]),
        }
        asked.push(interpolates(&part.written).unwrap_or(false));
    }
    wrong.or(asked)
}

/// Whether the texts are more than one, or have what has to be replaced.
pub(crate) fn is_needed(parts: &[Part], asked: &[bool]) -> bool {
    let replaced = |(part, asked): (&Part, &bool)| {
        (*asked && part.written.contains('$')) || part.written.contains("split")
    };
    parts.len() > 1 || parts.iter().zip(asked).any(replaced)
}

/// Whether the relative paths of all texts start at one folder.
pub(crate) fn is_one_folder(parts: &[Part]) -> bool {
    parts.windows(2).all(|two| matches!(two, [one, other] if one.base == other.base))
}

/// One text, unless the only one stays as it is.
pub(crate) fn resolve(
    parts: &[Part],
    asked: &[bool],
    grounds: &Grounds<'_>,
) -> Result<Option<Page>, Unresolved> {
    let (shape, joins) = ((grounds.shape)(), !is_one_folder(parts));
    let texts: Vec<Rewritten> = parts
        .iter()
        .zip(asked)
        .enumerate()
        .map(|(part, (text, asked))| {
            let variables = asked.then_some(grounds.variables);
            let base = joins.then_some(text.base.as_path());
            rewrite(&text.written, &Rules { shape: &shape, variables, base, part })
        })
        .collect();
    judge(parts, &texts)?;
    if let [only] = &texts[..]
        && !only.changed
    {
        return Ok(None);
    }
    let page = merge(&texts, &shape).map_err(|clashes| Unresolved::Invalid(told(parts, &clashes)))?;
    Ok(Some(page))
}

/// Every value that cannot be had; credentials before anything else.
fn judge(parts: &[Part], texts: &[Rewritten]) -> Result<(), Unresolved> {
    let (mut credentials, mut wrong) = (Violations::default(), Violations::default());
    // A key of a mapping is looked at more than once.
    let mut seen = BTreeSet::new();
    for (number, text) in texts.iter().enumerate() {
        for (at, position, trouble) in &text.problems {
            if !seen.insert((number, *position)) {
                continue;
            }
            let problem = match trouble {
                Trouble::Variable(problem) => problem.to_string(),
                Trouble::Secret => {
                    "a secret's name is written out, and never taken from a variable".to_owned()
                }
                // The only text is read as it is, and told so in the words of what was expected.
                Trouble::NoMapping if texts.len() == 1 => continue,
                Trouble::NoMapping => "expected a mapping, written `NAME: VALUE`, a line each".to_owned(),
            };
            let violation = Violation::at(at.clone(), *position, problem).of_file(name(parts, number));
            match trouble {
                Trouble::Variable(Problem::Credential(_)) => credentials.extend([violation]),
                Trouble::Variable(_) | Trouble::Secret | Trouble::NoMapping => wrong.extend([violation]),
            }
        }
    }
    credentials.or(()).map_err(Unresolved::Credentials)?;
    wrong.or(()).map_err(|wrong| Unresolved::Invalid(wrong.sorted()))
}

fn told(parts: &[Part], clashes: &[Clash]) -> Violations {
    let violation = |clash: &Clash| {
        let Place { part, at: (line, column) } = clash.before;
        let file = name(parts, part).map(|name| format!("{name} ")).unwrap_or_default();
        let before = format!("{file}line {line} column {column}");
        let problem = match clash.why {
            Why::Twice => format!("the key is there twice: before at {before}"),
            Why::Declared => format!("declared twice: before at {before}"),
            Why::Whole => {
                format!(
                    "it stands in one file of a spec, and it is at {before} already; objects alone may be in several files"
                )
            }
            Why::Form => {
                format!("it is of another form than at {before}: write both as mappings, or both as lists")
            }
            Why::Marked => {
                format!(
                    "it is at {before} too: what several files have takes no anchor and no tag as a whole"
                )
            }
        };
        Violation::at(clash.at.clone(), clash.again.at, problem).of_file(name(parts, clash.again.part))
    };
    clashes.iter().map(violation).collect::<Violations>().sorted()
}
