//! The parser of YAML, with its bounds.

use serde::Deserialize as _;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_saphyr::Error as Yaml;

use super::problem::{ALIAS_EVENTS_LIMIT, DEPTH_LIMIT, NODE_LIMIT};
use crate::extension::Without;

/// What one document of YAML says.
pub(crate) fn parse<S: DeserializeOwned>(yaml: &str) -> Result<S, Yaml> {
    read(yaml, |deserializer| S::deserialize(Without(deserializer)))
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
