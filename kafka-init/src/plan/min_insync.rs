//! More copies in sync than there are copies. Kafka before 3.7 then refuses every write with `acks=all`, and later ones
//! quietly ask for fewer than the spec says.

use std::fmt::Write as _;

use init_core::{Conflict, SpecPath};

use super::reassign;
use crate::desired::min_insync::MIN_INSYNC;
use crate::desired::{Desired, Topic};
use crate::observed::{Observed, ObservedTopic};

/// So many topics are named.
const NAMED: usize = 5;

/// A topic that is there, with fewer copies than the spec says of it.
pub(super) fn above(name: &str, topic: &Topic, there: &ObservedTopic, desired: &Desired) -> Option<Conflict> {
    // One that says nothing may have a value of its own, which is not the spec's.
    topic.config.get(MIN_INSYNC)?;
    let (required, origin) = desired.min_insync(topic)?;
    let copies = there.copies.0;
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
    // What the spec says of the factor itself is a violation or a conflict by itself.
    let is_open = topic.replication_factor.is_none();
    (is_open && required > i64::from(copies)).then(|| Conflict::new(at, problem()))
}

/// Topics that follow the value of all brokers, which is about to be more than the copies that they have.
pub(super) fn by_default(desired: &Desired, observed: &Observed) -> Option<Conflict> {
    let required: i64 = desired.broker_defaults.get(MIN_INSYNC)?.as_ref()?.trim().parse().ok()?;
    let says = |name: &String| {
        let topic = desired.topics.get(name);
        topic.is_some_and(|topic| {
            topic.config.contains_key(MIN_INSYNC) || reassign::will_have(topic, required)
        })
    };
    let follows = |(name, copies): &(&String, &i16)| i64::from(**copies) < required && !says(name);
    let topics: Vec<(&String, &i16)> = observed.followers.iter().filter(follows).collect();
    if topics.is_empty() {
        return None;
    }
    let mut list = String::new();
    for (position, (name, copies)) in topics.iter().take(NAMED).enumerate() {
        let comma = if position == 0 { "" } else { ", " };
        // Writing into a string does not fail.
        let _ = write!(list, "{comma}`{name}` ({copies})");
    }
    let more = topics.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let problem = format!(
        "{required} is more than the copies that these topics have, which follow the value of all brokers: {list}{more}. \
         Declare {MIN_INSYNC} at those topics, or give them more copies first"
    );
    Some(Conflict::new(SpecPath::root().key("brokerDefaults").key(MIN_INSYNC), problem))
}
