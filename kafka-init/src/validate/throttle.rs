//! Validates the replication throttles of reassignments. A broker has one rate for whatever is copied, and one place
//! that sets it.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use crate::desired::throttle::{RATES, REPLICAS};
use crate::desired::{ConfigResource, Topic, Value};

type Values = BTreeMap<String, Value>;

/// Reports every place of another rate than the first one.
pub(super) fn check_rates(rates: &BTreeMap<SpecPath, u64>, violations: &mut Violations) {
    let Some((first, rate)) = rates.first_key_value() else { return };
    for (at, _) in rates.iter().filter(|(_, other)| *other != rate) {
        let problem = format!(
            "a broker has one rate for all that is reassigned, and {first} says {rate} bytes per second: write the same"
        );
        violations.push(at, problem);
    }
}

/// Reports configs that a throttled reassignment would set to another value and take away.
pub(super) fn check_configs(
    topics: &BTreeMap<String, Topic>,
    broker_defaults: &Values,
    resources: &BTreeMap<ConfigResource, Values>,
    violations: &mut Violations,
) {
    let problem =
        "`reassign` has a `throttle`, which sets this one for as long as it copies: leave one of them out";
    let mut is_throttled = false;
    for (name, topic) in topics.iter().filter(|(_, topic)| topic.throttle.is_some()) {
        is_throttled = true;
        let declared = REPLICAS.iter().filter_map(|key| Some((key, topic.config.get(*key)?)));
        declared.for_each(|(key, value)| violations.push(&value.origin.at(name, "config").key(key), problem));
    }
    let of_brokers = resources.iter().filter(|(resource, _)| matches!(resource, ConfigResource::Broker(_)));
    let of_brokers =
        of_brokers.map(|(broker, values)| (SpecPath::root().key(broker.key()).key(&broker.name()), values));
    let of_all = (SpecPath::root().key("brokerDefaults"), broker_defaults);
    for (at, values) in std::iter::once(of_all).chain(of_brokers).filter(|_| is_throttled) {
        let declared = RATES.iter().filter(|key| values.contains_key(**key));
        declared.for_each(|key| violations.push(&at.key(key), problem));
    }
}
