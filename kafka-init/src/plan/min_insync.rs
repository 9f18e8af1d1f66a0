//! Conflicts where `min.insync.replicas` is larger than the number of replicas. Kafka before 3.7 then refuses every
//! write with `acks=all`, and later releases silently require fewer replicas than the spec says.

use std::fmt::Write as _;

use init_core::{Conflict, SpecPath};

use super::reassign;
use crate::desired::min_insync::MIN_INSYNC;
use crate::desired::{Desired, Topic};
use crate::observed::{Observed, ObservedTopic};

/// The most topics that a message names.
const MAX_NAMED: usize = 5;

/// An existing topic with fewer replicas than the value that the spec declares for it.
pub(super) fn above_replication_factor(
    name: &str,
    topic: &Topic,
    existing: &ObservedTopic,
    desired: &Desired,
) -> Option<Conflict> {
    // A topic without a declared value may have a value of its own, which the spec leaves alone.
    topic.config.get(MIN_INSYNC)?;
    let (required, origin) = desired.min_insync(topic)?;
    let copies = existing.copies.0;
    let at = match origin {
        Some(origin) => origin.at(name, "config").key(MIN_INSYNC),
        None => SpecPath::root().key("brokerDefaults").key(MIN_INSYNC),
    };
    let problem = || {
        format!(
            "{required} is more than the replication factor {copies} that topic `{name}` has, so that no write with \
             acks=all has so many copies: declare {copies} or fewer, or give the topic more copies"
        )
    };
    // A declared replication factor has been checked against the value in `validate`.
    let is_open = topic.replication_factor.is_none();
    (is_open && required > i64::from(copies)).then(|| Conflict::new(at, problem()))
}

/// Existing topics that inherit the value of all brokers, which is about to be larger than their number of replicas.
pub(super) fn inherited_above_replication_factor(desired: &Desired, observed: &Observed) -> Option<Conflict> {
    let required: i64 = desired.broker_defaults.get(MIN_INSYNC)?.text()?.trim().parse().ok()?;
    let is_covered_by_spec = |name: &String| {
        let topic = desired.topics.get(name);
        topic.is_some_and(|topic| {
            topic.config.contains_key(MIN_INSYNC) || reassign::will_have_replicas(topic, required)
        })
    };
    let inherits =
        |(name, copies): &(&String, &i16)| i64::from(**copies) < required && !is_covered_by_spec(name);
    let topics: Vec<(&String, &i16)> = observed.inheriting_topics.iter().filter(inherits).collect();
    if topics.is_empty() {
        return None;
    }
    let mut list = String::new();
    for (position, (name, copies)) in topics.iter().take(MAX_NAMED).enumerate() {
        let comma = if position == 0 { "" } else { ", " };
        // Writing into a string does not fail.
        let _ = write!(list, "{comma}`{name}` ({copies})");
    }
    let more = topics.len().saturating_sub(MAX_NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let problem = format!(
        "{required} is more than the copies that these topics have, which follow the value of all brokers: {list}{more}. \
         Declare {MIN_INSYNC} at those topics, or give them more copies first"
    );
    Some(Conflict::new(SpecPath::root().key("brokerDefaults").key(MIN_INSYNC), problem))
}
