//! Refuses config names that no broker knows. A `KRaft` controller accepts any name for one broker or for the
//! cluster-wide default of all brokers and stores it, but its value is never shown again.

use std::time::Duration;

use kafka_protocol::messages::DescribeConfigsRequest;
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::protocol::StrBytes;

use super::by_request::Numbered;
use crate::Error;
use crate::change::AlterBrokerConfig;
use crate::desired::{LISTENER_PREFIX, Value, WITHOUT_DEFAULT};
use crate::wire::{BROKER, Connection};

const TIMEOUT: Duration = Duration::from_secs(10);
/// The config type `UNKNOWN`, which a broker reports for a config that it does not know.
const UNKNOWN: i8 = 0;

/// The changes that set an unknown name, by position, each with an error that names it.
pub(super) async fn check(
    main: &mut Connection,
    changes: &Numbered<&AlterBrokerConfig>,
) -> Vec<(usize, Error)> {
    let mut refused = Vec::new();
    for (position, alteration) in changes {
        let set = alteration.config.iter().filter(|(_, drift)| drift.to != Value::Unset).map(|(key, _)| key);
        if let Err(error) = check_names(main, "all brokers", set).await {
            refused.push((*position, error));
        }
    }
    refused
}

/// Checks names that are to be set for `resource` against those that the broker describes of itself.
pub(super) async fn check_names(
    main: &mut Connection,
    resource: &str,
    names: impl Iterator<Item = &String>,
) -> Result<(), Error> {
    // The id is unknown where the broker was reached by another name than it advertises.
    let Some(id) = main.peer().id else { return Ok(()) };
    let broker = DescribeConfigsResource::default()
        .with_resource_type(BROKER)
        .with_resource_name(StrBytes::from_string(id.to_string()))
        .with_configuration_keys(None);
    let answer = main.call(DescribeConfigsRequest::default().with_resources(vec![broker]), TIMEOUT).await?;
    let described = answer.results.iter().flat_map(|result| &result.configs);
    let mut known: Vec<&str> =
        described.filter(|config| config.config_type != UNKNOWN).map(|config| config.name.as_str()).collect();
    // A broker that describes no config does not tell which ones it knows.
    if known.is_empty() {
        return Ok(());
    }
    known.extend(WITHOUT_DEFAULT);
    let mut names = names;
    let unknown = names.find(|key| !key.starts_with(LISTENER_PREFIX) && !known.contains(&key.as_str()));
    let Some(name) = unknown else { return Ok(()) };
    let nearest = known.into_iter().min_by_key(|other| distance(name, other)).unwrap_or_default();
    Err(Error::UnknownConfig {
        peer: main.peer().clone(),
        resource: resource.into(),
        name: name.as_str().into(),
        nearest: nearest.into(),
    })
}

/// The Levenshtein distance of two names.
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
    fn the_distance_counts_differing_letters() {
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
