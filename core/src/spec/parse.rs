//! Parses YAML with limits.

use serde::Deserialize as _;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_saphyr::Error as Yaml;

use super::problem::{ALIAS_EVENTS_LIMIT, DEPTH_LIMIT, NODE_LIMIT, nearest};
use crate::extension::WithoutExtensions;
use crate::faults::{self, Kind};

/// The largest number of errors that are reported at once.
const ERRORS_LIMIT: usize = 50;
/// The number of bytes that all passes together may parse. Of a longer text, only the first error is reported.
const TOTAL_LIMIT: usize = 4 * 1024 * 1024;

/// Deserializes one YAML document, or returns all errors.
pub(crate) fn parse<S: DeserializeOwned>(yaml: &str) -> Result<S, Vec<Yaml>> {
    let most = (TOTAL_LIMIT / yaml.len().max(1)).clamp(1, ERRORS_LIMIT);
    faults::collect_errors(most, kind, may_be_misspelling, |pass| {
        with_limits(yaml, |deserializer| S::deserialize(WithoutExtensions(pass.track(deserializer))))
    })
}

/// The kind of an error, which determines how the next pass continues.
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
        _ => Kind::Document,
    }
}

/// Returns true if the missing key may be the one that another error is about: misspelled, or with a wrong value.
fn may_be_misspelling(missing: &Yaml, other: &Yaml) -> bool {
    match (missing.without_snippet(), other.without_snippet()) {
        (Yaml::SerdeMissingField { field: missing, .. }, Yaml::SerdeUnknownField { field, expected, .. }) => {
            let key = field.split(':').next().unwrap_or(field);
            expected.len() == 1 || nearest(key, expected) == Some(*missing)
        }
        _ => true,
    }
}

/// Checks that a text is valid YAML within the limits, whatever its content.
pub(crate) fn check(yaml: &str) -> Result<(), Yaml> {
    with_limits(yaml, |deserializer| IgnoredAny::deserialize(deserializer).map(drop))
}

fn with_limits<T>(
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
            // The expansion of aliases is limited below, not their number.
            enforce_alias_anchor_ratio: false,
        },
        alias_limits: serde_saphyr::alias_limits! { max_total_replayed_events: ALIAS_EVENTS_LIMIT },
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        with_snippet: false,
    };
    serde_saphyr::with_deserializer_from_str_with_options(yaml, options, with)
}
