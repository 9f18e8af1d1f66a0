//! Waits until a broker shows the configs that were set.
//!
//! Each broker applies what the controller has committed at its own pace. Before the defaults of all brokers change,
//! every broker must have the topics' own values; otherwise it could delete records by the new default.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::by_request::ByRequest;
use crate::Error;
use crate::change::{AlterThrottle, ConfigDrifts};
use crate::desired::Topic;
use crate::observe::configs;
use crate::observed::Setting;
use crate::wire::Connection;

/// The time that a broker may take.
const MAX_WAIT: Duration = Duration::from_secs(10);
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(10);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// A topic, or `None` for all brokers, and its configs. The value is `None` where the default is to apply.
pub(super) type Wanted<'c> = (Option<&'c str>, BTreeMap<&'c String, Option<&'c str>>);

/// The configs that these changes set.
pub(super) fn altered<'c>(by_request: &ByRequest<'c>) -> Vec<Wanted<'c>> {
    let topics = by_request.topic_configs.iter().chain(&by_request.topic_resets);
    let topics = topics.map(|(_, topic)| (Some(topic.name.as_str()), wanted(&topic.config)));
    let brokers = by_request.broker_configs.iter().map(|(_, brokers)| (None, wanted(&brokers.config)));
    topics.chain(throttled_replicas(by_request)).chain(brokers).collect()
}

/// Copying begins when every broker knows what is throttled.
fn throttled_replicas<'c>(by_request: &ByRequest<'c>) -> impl Iterator<Item = Wanted<'c>> {
    let throttles = by_request.throttles.iter().chain(&by_request.removed_throttles);
    throttles.filter_map(|(_, throttle)| match throttle {
        AlterThrottle::Topic(topic) => Some((Some(topic.name.as_str()), wanted(&topic.config))),
        AlterThrottle::Broker(_) => None,
    })
}

/// The value of a secret is never shown, so it is not waited for.
fn wanted(config: &ConfigDrifts) -> BTreeMap<&String, Option<&str>> {
    let shown = config.iter().filter(|(_, drift)| drift.to.secret().is_none());
    shown.map(|(key, drift)| (key, drift.to.text())).collect()
}

/// The declared values of the topics of a spec.
pub(super) fn declared(topics: &BTreeMap<String, Topic>) -> Vec<Wanted<'_>> {
    let wanted = topics.iter().map(|(name, topic)| (Some(name.as_str()), declared_values(topic)));
    wanted.filter(|(_, config): &Wanted<'_>| !config.is_empty()).collect()
}

fn declared_values(topic: &Topic) -> BTreeMap<&String, Option<&str>> {
    topic.config.iter().filter_map(|(key, said)| Some((key, Some(said.value.as_deref()?)))).collect()
}

/// Waits, for a limited time, until the broker shows all of the configs. With `may_lack`, a topic that the broker
/// does not know yet passes, because the broker has no records of it.
pub(super) async fn await_configs(
    broker: &mut Connection,
    wanted: &[Wanted<'_>],
    may_lack: bool,
) -> Result<(), Error> {
    let mut missing = wanted.to_vec();
    let (began, mut pause) = (Instant::now(), FIRST_PAUSE);
    loop {
        let asked: Vec<_> =
            missing.iter().map(|(topic, config)| (*topic, config.keys().copied().collect())).collect();
        let existing = configs(broker, &asked).await?;
        missing.retain(|(topic, config)| {
            existing.get(&topic.map(str::to_owned)).map_or(!may_lack, |existing| !shows_all(existing, config))
        });
        let Some((topic, _)) = missing.first() else { return Ok(()) };
        if began.elapsed() >= MAX_WAIT {
            let resource = topic.map_or_else(|| "all brokers".to_owned(), |topic| format!("topic {topic}"));
            return Err(Error::ConfigNotVisible { peer: broker.peer().clone(), resource });
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn shows_all(existing: &BTreeMap<String, Setting>, wanted: &BTreeMap<&String, Option<&str>>) -> bool {
    wanted.iter().all(|(key, wanted)| {
        let setting = existing.get(*key);
        match (setting.and_then(Setting::own), wanted) {
            (Some(declared_values), Some(wanted)) => {
                setting.is_some_and(|setting| setting.kind.are_equal(declared_values, wanted))
            }
            (declared_values, wanted) => declared_values == *wanted,
        }
    })
}
