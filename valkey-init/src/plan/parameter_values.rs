//! Compares values of parameters that can be written in several forms: the server shows `256mb` as 268435456.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Endpoint;

use crate::desired::Desired;

/// The declared parameters of a node: its own take precedence over those of all nodes.
pub(crate) fn declared_parameters<'a>(
    desired: &'a Desired,
    node: &Endpoint,
) -> BTreeMap<&'a String, &'a String> {
    let own = desired.nodes.iter().find(|declared| declared.endpoint == *node);
    desired.config.iter().chain(own.iter().flat_map(|own| &own.config)).collect()
}

/// True when the server's value does not mean the same as the declared one.
pub(crate) fn values_differ(name: &str, found: &str, wanted: &str) -> bool {
    match name {
        "client-output-buffer-limit" => {
            let found = output_buffer_limits(found);
            output_buffer_limits(wanted).iter().any(|(class, limits)| found.get(class) != Some(limits))
        }
        "notify-keyspace-events" => events_differ(found, wanted),
        "shutdown-on-sigint" | "shutdown-on-sigterm" => word_set(found) != word_set(wanted),
        // An empty text means no save points.
        "save" => found.split_whitespace().ne(wanted.split_whitespace()),
        _ => found != wanted && canonical(found) != canonical(wanted),
    }
}

/// The words in lower case, and memory sizes in bytes.
fn canonical(value: &str) -> Vec<String> {
    let words = value.split_whitespace();
    words
        .map(|word| bytes(word).map_or_else(|| word.to_ascii_lowercase(), |number| number.to_string()))
        .collect()
}

/// A memory size in bytes, as the server reads it: `1k` is 1000, `1kb` is 1024.
fn bytes(word: &str) -> Option<u64> {
    let digits = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let (number, unit) = word.split_at(digits);
    let factor: u64 = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" => 1000,
        "kb" => 1 << 10,
        "m" => 1_000_000,
        "mb" => 1 << 20,
        "g" => 1_000_000_000,
        "gb" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// The limits of a value such as `normal 0 0 0 replica 256mb 64mb 60` by client class. `slave` is the old name of
/// `replica`.
fn output_buffer_limits(value: &str) -> BTreeMap<String, Vec<String>> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let class = |name: &str| {
        if name.eq_ignore_ascii_case("slave") { "replica".to_owned() } else { name.to_ascii_lowercase() }
    };
    words
        .chunks(4)
        .filter_map(|chunk| chunk.split_first())
        .map(|(name, limits)| (class(name), limits.iter().flat_map(|limit| canonical(limit)).collect()))
        .collect()
}

fn word_set(value: &str) -> BTreeSet<String> {
    canonical(value).into_iter().collect()
}

/// The flags that the alias `A` does not contain.
const NOT_IN_A: [char; 6] = ['K', 'E', 'm', 'n', 'o', 'c'];

/// Compares keyspace event flags, in which the alias `A` stands for most flags, and for more with each release.
fn events_differ(found: &str, wanted: &str) -> bool {
    if found.contains('A') && wanted.contains('A') {
        let beside = |value: &str| value.chars().filter(|c| NOT_IN_A.contains(c)).collect::<BTreeSet<_>>();
        return beside(found) != beside(wanted);
    }
    let all = |value: &str| value.replace('A', "g$lshzxetd").chars().collect::<BTreeSet<_>>();
    all(found) != all(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_the_same_value_are_no_drift() {
        for (name, found, wanted) in [
            ("maxmemory", "268435456", "256mb"),
            ("maxmemory", "1000", "1K"),
            ("maxmemory-policy", "allkeys-lru", "ALLKEYS-LRU"),
            ("save", "3600 1 300 100", "3600  1  300 100"),
            ("save", "", " "),
            ("appendonly", "yes", "yes"),
            ("notify-keyspace-events", "AKE", "KEA"),
            ("notify-keyspace-events", "AKEn", "nKEAq"),
            ("shutdown-on-sigterm", "save now", "now save"),
            ("notify-keyspace-events", "AKE", "KEg$lshzxetd"),
            (
                "client-output-buffer-limit",
                "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
                "replica 256mb 64mb 60",
            ),
        ] {
            assert!(!values_differ(name, found, wanted), "{name} {found} {wanted}");
        }
    }

    #[test]
    fn other_values_are_drift() {
        for (name, found, wanted) in [
            ("maxmemory", "0", "256mb"),
            ("save", "3600 1", ""),
            ("notify-keyspace-events", "", "KEA"),
            ("notify-keyspace-events", "AKE", "AKEn"),
            ("notify-keyspace-events", "AKE", "KEx"),
            (
                "client-output-buffer-limit",
                "normal 0 0 0 slave 1 1 60 pubsub 1 1 60",
                "replica 256mb 64mb 60",
            ),
            ("cluster-announce-hostname", "a", ""),
        ] {
            assert!(values_differ(name, found, wanted), "{name} {found} {wanted}");
        }
    }
}
