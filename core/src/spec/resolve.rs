//! Resolves the parts of a spec to one text: substitutes variables, splits lists, and merges files.

use std::collections::BTreeSet;

use serde_saphyr::granit_parser::{Event, ScalarStyle};

use super::composed::{Composed, Place};
use super::events::Events;
use super::merge::{Clash, ClashReason, merge};
use super::rewrite::{Rules, rewrite};
use super::rewritten::{RewriteProblem, Rewritten};
use super::schema::SpecSchema;
use super::source::Part;
use crate::extension::INTERPOLATE;
use crate::locate::Position;
use crate::variables::{Problem, Variables};
use crate::{SpecPath, Violation, Violations, unexpanded};

/// The inputs of resolving beside the parts themselves.
pub(crate) struct Context<'g> {
    pub(crate) variables: &'g Variables,
    /// The structure of the spec, made on demand.
    pub(crate) spec_schema: &'g dyn Fn() -> SpecSchema,
}

/// The reason for which a spec could not be resolved.
#[derive(Debug)]
pub(crate) enum Unresolved {
    Invalid(Violations),
    /// The spec uses variables that look like credentials.
    Credentials(Violations),
}

/// Returns true if a text has `interpolate: true`.
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

/// Returns true if a text contains only comments.
pub(crate) fn is_empty(text: &str) -> bool {
    match Events::of(text).peek(0) {
        None => true,
        Some(event) => {
            matches!(event, Event::Scalar(text, ScalarStyle::Plain, ..) if text.is_empty())
        }
    }
}

/// The file name for a violation, or `None` if the spec is a single file.
pub(crate) fn name(parts: &[Part], part: usize) -> Option<&str> {
    parts.get(part).filter(|_| parts.len() > 1).map(|part| part.name.as_str())
}

/// Returns for each part whether it has `interpolate: true`. Variables in a part without it are violations.
pub(crate) fn interpolation_flags(parts: &[Part]) -> Result<Vec<bool>, Violations> {
    let (mut interpolated, mut violations) = (Vec::new(), Violations::default());
    for (number, part) in parts.iter().enumerate() {
        let of_file = |violation: Violation| violation.of_file(name(parts, number));
        match interpolates(&part.written) {
            Ok(false) => violations.extend(unexpanded::violations(&part.written).into_iter().map(of_file)),
            Ok(true) => {}
            Err(violation) => violations.extend([of_file(violation)]),
        }
        interpolated.push(interpolates(&part.written).unwrap_or(false));
    }
    violations.or(interpolated)
}

/// Returns true if there are several parts, or if a part may need substitution.
pub(crate) fn is_needed(parts: &[Part], interpolated: &[bool]) -> bool {
    let may_change = |(part, interpolated): (&Part, &bool)| {
        (*interpolated && part.written.contains('$')) || part.written.contains("split")
    };
    parts.len() > 1 || parts.iter().zip(interpolated).any(may_change)
}

/// Returns true if the relative paths of all parts have the same base directory.
pub(crate) fn have_same_base(parts: &[Part]) -> bool {
    parts.windows(2).all(|two| matches!(two, [one, other] if one.base == other.base))
}

/// Returns the composed text, or `None` if the only part stays unchanged.
pub(crate) fn resolve(
    parts: &[Part],
    interpolated: &[bool],
    context: &Context<'_>,
) -> Result<Option<Composed>, Unresolved> {
    let (spec_schema, joins) = ((context.spec_schema)(), !have_same_base(parts));
    let texts: Vec<Rewritten> = parts
        .iter()
        .zip(interpolated)
        .enumerate()
        .map(|(part, (text, interpolated))| {
            let variables = interpolated.then_some(context.variables);
            let base = joins.then_some(text.base.as_path());
            rewrite(&text.written, &Rules { spec_schema: &spec_schema, variables, base, part })
        })
        .collect();
    check_problems(parts, &texts)?;
    if let [only] = &texts[..]
        && !only.changed
    {
        return Ok(None);
    }
    let composed = merge(&texts, &spec_schema)
        .map_err(|clashes| Unresolved::Invalid(clash_violations(parts, &clashes)))?;
    Ok(Some(composed))
}

/// Returns the problems of all parts as violations. Credentials are reported before any others.
fn check_problems(parts: &[Part], texts: &[Rewritten]) -> Result<(), Unresolved> {
    let (mut credentials, mut violations) = (Violations::default(), Violations::default());
    // A key of a mapping is visited more than once.
    let mut seen = BTreeSet::new();
    for (number, text) in texts.iter().enumerate() {
        for (at, position, problem_kind) in &text.problems {
            if !seen.insert((number, *position)) {
                continue;
            }
            let problem = match problem_kind {
                RewriteProblem::Variable(problem) => problem.to_string(),
                RewriteProblem::Secret => {
                    "a secret's name is written out, and never taken from a variable".to_owned()
                }
                // A single part is reported by the parser, with a more specific message.
                RewriteProblem::NoMapping if texts.len() == 1 => continue,
                RewriteProblem::NoMapping => {
                    "expected a mapping, written `NAME: VALUE`, a line each".to_owned()
                }
            };
            let violation = Violation::at(at.clone(), *position, problem).of_file(name(parts, number));
            match problem_kind {
                RewriteProblem::Variable(Problem::Credential(_)) => credentials.extend([violation]),
                RewriteProblem::Variable(_) | RewriteProblem::Secret | RewriteProblem::NoMapping => {
                    violations.extend([violation]);
                }
            }
        }
    }
    credentials.or(()).map_err(Unresolved::Credentials)?;
    violations.or(()).map_err(|violations| Unresolved::Invalid(violations.sorted()))
}

fn clash_violations(parts: &[Part], clashes: &[Clash]) -> Violations {
    let violation = |clash: &Clash| {
        let Place { part, at: (line, column) } = clash.first_place;
        let file = name(parts, part).map(|name| format!("{name} ")).unwrap_or_default();
        let before = format!("{file}line {line} column {column}");
        let problem = match clash.reason {
            ClashReason::Twice => format!("the key is there twice: before at {before}"),
            ClashReason::Declared => format!("declared twice: before at {before}"),
            ClashReason::Whole => {
                format!(
                    "it stands in one file of a spec, and it is at {before} already; objects alone may be in several files"
                )
            }
            ClashReason::Form => {
                format!("it is of another form than at {before}: write both as mappings, or both as lists")
            }
            ClashReason::Marked => {
                format!(
                    "it is at {before} too: what several files have takes no anchor and no tag as a whole"
                )
            }
        };
        Violation::at(clash.at.clone(), clash.second.at, problem).of_file(name(parts, clash.second.part))
    };
    clashes.iter().map(violation).collect::<Violations>().sorted()
}
