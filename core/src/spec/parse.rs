//! The parser of YAML, with its bounds.

use serde::Deserialize as _;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_saphyr::Error as Yaml;

use super::problem::{ALIAS_EVENTS_LIMIT, DEPTH_LIMIT, NODE_LIMIT, nearest};
use crate::extension::Without;
use crate::faults::{self, Kind};

/// So many places that do not parse are told at once.
const PLACES_LIMIT: usize = 50;
/// All readings of a text together; a text that is longer is read once, and its first place is told.
const READ_AGAIN_LIMIT: usize = 4 * 1024 * 1024;

/// What one document of YAML says, or everything in it that does not parse.
pub(crate) fn parse<S: DeserializeOwned>(yaml: &str) -> Result<S, Vec<Yaml>> {
    let most = (READ_AGAIN_LIMIT / yaml.len().max(1)).clamp(1, PLACES_LIMIT);
    faults::all(most, kind, is_meant, |reading| {
        read(yaml, |deserializer| S::deserialize(Without(reading.of(deserializer))))
    })
}

/// What an error says about the rest of the text.
fn kind(error: &Yaml) -> Kind {
    match error.without_snippet() {
        Yaml::SerdeMissingField { .. } => Kind::MissingKey,
        Yaml::AliasError { error, .. } => kind(error),
        Yaml::SerdeUnknownField { .. }
        | Yaml::SerdeUnknownVariant { .. }
        | Yaml::SerdeInvalidType { .. }
        | Yaml::SerdeInvalidValue { .. }
        | Yaml::InvalidScalar { .. }
        | Yaml::InvalidBooleanStrict { .. }
        | Yaml::Unexpected { .. }
        | Yaml::NonFiniteFloat { .. }
        | Yaml::NullIntoString { .. }
        | Yaml::Message { .. } => Kind::Entry,
        _ => Kind::Text,
    }
}

/// Whether the key that is missing may be the one that another error is about: written otherwise, or with a value that does not fit.
fn is_meant(missing: &Yaml, other: &Yaml) -> bool {
    match (missing.without_snippet(), other.without_snippet()) {
        (Yaml::SerdeMissingField { field: missing, .. }, Yaml::SerdeUnknownField { field, expected, .. }) => {
            let key = field.split(':').next().unwrap_or(field);
            expected.len() == 1 || nearest(key, expected) == Some(*missing)
        }
        _ => true,
    }
}

/// Whether a text is YAML within its bounds, whatever it says.
pub(crate) fn check(yaml: &str) -> Result<(), Yaml> {
    read(yaml, |deserializer| IgnoredAny::deserialize(deserializer).map(drop))
}

fn read<T>(
    yaml: &str,
    with: impl FnOnce(serde_saphyr::Deserializer<'_, '_>) -> Result<T, Yaml>,
) -> Result<T, Yaml> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: DEPTH_LIMIT,
            flow_nesting_limit: DEPTH_LIMIT,
            max_nodes: NODE_LIMIT,
            max_events: NODE_LIMIT,
            max_documents: 1,
            max_aliases: NODE_LIMIT,
            max_anchors: NODE_LIMIT,
            max_merge_keys: NODE_LIMIT,
            // What counts is what aliases expand to, not how many there are.
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: ALIAS_EVENTS_LIMIT },
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        with_snippet: false,
    };
    serde_saphyr::with_deserializer_from_str_with_options(yaml, options, with)
}
