//! Config names that no broker knows. A `KRaft` controller accepts any name for a config of all brokers, stores it, and
//! never shows its value again. So such names are refused here, before anything is written.

use std::time::Duration;

use kafka_protocol::messages::DescribeConfigsRequest;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::protocol::StrBytes;

use super::by_request::Numbered;
use crate::Error;
use crate::change::AlterBrokerConfig;
use crate::wire::{BROKER, Connection};

const LIMIT: Duration = Duration::from_secs(10);
/// Configs of one listener: described where they are set alone.
const OF_A_LISTENER: &str = "listener.name.";
/// A type that the broker does not know is that of a config that it does not know.
const UNKNOWN: i8 = 0;

/// The changes that set such a name, by position, and which name.
pub(super) async fn check(
    main: &mut Connection,
    changes: &Numbered<&AlterBrokerConfig>,
) -> Vec<(usize, Error)> {
    let mut refused = Vec::new();
    for (position, alteration) in changes {
        if let Err(error) = names(main, alteration).await {
            refused.push((*position, error));
        }
    }
    refused
}

async fn names(main: &mut Connection, alteration: &AlterBrokerConfig) -> Result<(), Error> {
    // A broker that was reached by another name than it advertises is not known by its id.
    let Some(id) = main.peer().id else { return Ok(()) };
    let broker = DescribeConfigsResource::default()
        .with_resource_type(BROKER)
        .with_resource_name(StrBytes::from_string(id.to_string()))
        .with_configuration_keys(None);
    let answer = main.call(DescribeConfigsRequest::default().with_resources(vec![broker]), LIMIT).await?;
    let described = answer.results.iter().flat_map(|result| &result.configs);
    let known: Vec<&str> =
        described.filter(|config| config.config_type != UNKNOWN).map(|config| config.name.as_str()).collect();
    let set = alteration.config.iter().filter(|(_, drift)| drift.to.0.is_some()).map(|(key, _)| key);
    let mut unknown = set.filter(|key| !key.starts_with(OF_A_LISTENER) && !known.contains(&key.as_str()));
    // A broker that describes nothing says nothing of what it knows.
    let Some(name) = unknown.next().filter(|_| !known.is_empty()) else { return Ok(()) };
    let nearest = known.into_iter().min_by_key(|other| distance(name, other)).unwrap_or_default();
    Err(Error::UnknownConfig { peer: main.peer().clone(), name: name.clone(), nearest: nearest.to_owned() })
}

/// How many letters differ, at the least (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, a) in one.bytes().enumerate() {
        let mut corner = above;
        let mut left = above + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(other.bytes()) {
            let here = (corner + usize::from(a != b)).min(left + 1).min(*cell + 1);
            corner = std::mem::replace(cell, here);
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = above + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_differ_are_counted() {
        for (one, other, count) in [
            ("log.retention.ms", "log.retention.ms", 0),
            ("log.retention.msec", "log.retention.ms", 2),
            ("kitten", "sitting", 3),
            ("", "abc", 3),
            ("abc", "", 3),
        ] {
            assert_eq!(distance(one, other), count, "{one} and {other}");
        }
    }
}
