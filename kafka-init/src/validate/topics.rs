//! Validates the topics of a spec: names, counts, and the defaults for what a topic leaves open.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use super::configs::{self, Configs};
use super::name_ranges::NameRanges;
use super::reassign::{Reassignment, reassignment};
use super::{assignment, names, throttle};
use crate::desired::{Declared, Origin, Topic};
use crate::spec::{Number, Reassign, TopicGroup, TopicSpec, Topics};

/// The internal topics, which Kafka creates by itself. Their configs may be declared.
const INTERNAL_TOPICS: [&str; 3] = ["__consumer_offsets", "__transaction_state", "__share_group_state"];
/// The metadata log of `KRaft`, which cannot be configured like a topic.
const METADATA_LOG: &str = "__cluster_metadata";
const MAX_NAME_LENGTH: usize = 249;

/// One entry of `topics`: a topic, or a group of them.
struct Entry {
    names: Vec<(String, SpecPath)>,
    spec: TopicSpec,
    origin: Origin,
    at: SpecPath,
}

/// The settings of topics that do not declare their own.
struct Defaults {
    counts: Counts,
    configs: Configs,
    reassign: Option<Reassignment>,
    /// `reassign` at the top of the spec.
    reassign_any: Option<Reassignment>,
}

/// Every topic with its defaults filled in.
pub(super) fn validate(
    topics: Topics,
    defaults: &TopicSpec,
    reassign: Option<&Reassign>,
    violations: &mut Violations,
) -> BTreeMap<String, Topic> {
    let at = SpecPath::root().key("defaults");
    if defaults.assignment.is_some() {
        violations.push(&at.key("assignment"), "it is for one topic, or for a group of them");
    }
    if defaults.defaults.is_some() {
        violations.push(&at.key("defaults"), "it is for a topic that the defaults do not reach");
    }
    let defaults = Defaults {
        counts: counts(defaults, Origin::Defaults, &at, violations),
        configs: Configs::none().with(defaults.config.as_ref(), Origin::Defaults, &at, violations),
        reassign: reassignment(defaults.reassign.as_ref(), &at, violations),
        reassign_any: reassignment(reassign, &SpecPath::root(), violations),
    };
    let entries = entries(topics, violations);
    check_names(&entries, violations);
    let (mut topics, mut rates) = (BTreeMap::new(), BTreeMap::new());
    for entry in entries {
        topics.extend(defaults.topics(entry, &mut rates, violations));
    }
    throttle::check_rates(&rates, violations);
    topics
}

fn entries(topics: Topics, violations: &mut Violations) -> Vec<Entry> {
    let mut ranges = NameRanges::default();
    let root = SpecPath::root().key("topics");
    match topics {
        Topics::ByName(topics) => {
            let entry = |(name, spec): (String, Option<TopicSpec>)| {
                let at = root.key(&name);
                let (names, spec) = (vec![(name, at.clone())], spec.unwrap_or_default());
                Entry { names, spec, origin: Origin::Topic, at }
            };
            topics.into_iter().map(entry).collect()
        }
        Topics::Groups(groups) => {
            let entry = |(position, group): (usize, TopicGroup)| {
                let (at, (names, spec)) = (root.index(position), group.split());
                if names.is_empty() {
                    violations.push(&at.key("names"), "name at least one topic");
                }
                let mut expand = |(item, name)| ranges.expand(name, &at.key("names").index(item), violations);
                let names = names.into_iter().enumerate().flat_map(&mut expand).collect();
                Entry { names, spec, origin: Origin::Group(position), at }
            };
            groups.into_iter().enumerate().map(entry).collect()
        }
    }
}

impl Defaults {
    fn topics(
        &self,
        entry: Entry,
        rates: &mut BTreeMap<SpecPath, u64>,
        violations: &mut Violations,
    ) -> Vec<(String, Topic)> {
        let Entry { names, spec, origin, at } = entry;
        let own_reassign = reassignment(spec.reassign.as_ref(), &at, violations);
        let own =
            counts_of_assignment(counts(&spec, origin, &at, violations), &spec, origin, &at, violations);
        let own_configs = Configs::none().with(spec.config.as_ref(), origin, &at, violations);
        let merged = self.configs.clone().over(&own_configs);
        let mut topics = Vec::with_capacity(names.len());
        for (name, path) in names {
            let is_internal = INTERNAL_TOPICS.contains(&name.as_str());
            let is_reached = !is_internal && spec.defaults != Some(false);
            let by_default = self.reassign.as_ref().filter(|_| is_reached).or(self.reassign_any.as_ref());
            let reassign = own_reassign.as_ref().or(by_default).filter(|reassign| reassign.is_allowed);
            if is_internal
                && (own.partitions.is_some() || (own.replication_factor.is_some() && reassign.is_none()))
            {
                violations.push(&path, internal_topic_problem(&name));
            }
            let (mut partitions, mut replication_factor) = (own.partitions, own.replication_factor);
            if is_reached {
                partitions = partitions.or(self.counts.partitions);
                replication_factor = replication_factor.or(self.counts.replication_factor);
            }
            let partitions = partitions.and_then(Count::declared);
            let replication_factor = replication_factor.and_then(Count::declared);
            let config = if is_reached { merged.clone() } else { own_configs.clone() };
            configs::check_min_insync(&name, &config, replication_factor, violations);
            let throttle = reassign.filter(|_| replication_factor.is_some());
            let throttle = throttle.and_then(|reassign| reassign.throttle.clone());
            rates.extend(throttle.iter().map(|(rate, at)| (at.clone(), *rate)));
            let topic = Topic {
                partitions,
                replication_factor,
                config: config.into_values(),
                assignment: spec.assignment.clone(),
                reassign: reassign.is_some(),
                throttle: throttle.map(|(rate, _)| rate),
                origin,
                is_internal,
            };
            topics.push((name, topic));
        }
        topics
    }
}

/// The counts of a topic with an assignment, which determines both of them.
fn counts_of_assignment(
    declared: Counts,
    spec: &TopicSpec,
    origin: Origin,
    at: &SpecPath,
    violations: &mut Violations,
) -> Counts {
    let Some(assignment) = &spec.assignment else { return declared };
    let at = at.key("assignment");
    let Some((partitions, copies)) = assignment::counts(assignment, &at, violations) else { return declared };
    let differs =
        declared.partitions.is_some_and(|count| count.0.map(|declared| declared.value) != Some(partitions))
            || declared
                .replication_factor
                .is_some_and(|count| count.0.map(|declared| declared.value) != Some(copies));
    if differs {
        let problem = format!(
            "it comes to {partitions} partitions with {copies} copies: leave `partitions` and `replicationFactor` out"
        );
        violations.push(&at, problem);
    }
    Counts {
        partitions: Some(Count(Some(Declared { value: partitions, origin }))),
        replication_factor: Some(Count(Some(Declared { value: copies, origin }))),
    }
}

fn internal_topic_problem(name: &str) -> String {
    format!(
        "`{name}` is Kafka's own, which makes it itself: declare its `config` alone, or its `replicationFactor` with \
         `reassign: true`"
    )
}

/// A declared count. The inner `None` is -1, the broker's default, which overrides `defaults` as well.
#[derive(Clone, Copy)]
struct Count<T>(Option<Declared<T>>);

impl<T> Count<T> {
    fn declared(self) -> Option<Declared<T>> {
        self.0
    }
}

struct Counts {
    partitions: Option<Count<i32>>,
    replication_factor: Option<Count<i16>>,
}

fn counts(spec: &TopicSpec, origin: Origin, at: &SpecPath, violations: &mut Violations) -> Counts {
    Counts {
        partitions: count(spec.partitions, origin, &at.key("partitions"), violations),
        replication_factor: count(spec.replication_factor, origin, &at.key("replicationFactor"), violations),
    }
}

fn count<T: TryFrom<i128> + MaxValue>(
    number: Option<Number>,
    origin: Origin,
    at: &SpecPath,
    violations: &mut Violations,
) -> Option<Count<T>> {
    let number = number?;
    let count = match number.whole() {
        Some(-1) => Some(Count(None)),
        Some(whole) if whole >= 1 => {
            T::try_from(whole).ok().map(|value| Count(Some(Declared { value, origin })))
        }
        _ => None,
    };
    let hint = format!("write a whole number from 1 to {}, or -1 for the broker's default", T::MAX);
    violations.check(at, count.ok_or_else(|| format!("`{}` is not possible: {hint}", number.to_text())))
}

/// The largest value of a type that Kafka's protocol carries.
trait MaxValue {
    const MAX: i128;
}

impl MaxValue for i32 {
    const MAX: i128 = i32::MAX as i128;
}

impl MaxValue for i16 {
    const MAX: i128 = i16::MAX as i128;
}

fn check_names(entries: &[Entry], violations: &mut Violations) {
    let mut by_metric_name: BTreeMap<String, &str> = BTreeMap::new();
    for (name, at) in entries.iter().flat_map(|entry| &entry.names) {
        if let Some(problem) = name_problem(name) {
            violations.push(at, problem);
            continue;
        }
        match by_metric_name.insert(name.replace('.', "_"), name) {
            Some(other) if other == name => violations.push(at, format!("`{name}` is declared twice")),
            Some(other) => {
                let problem =
                    "collides with it: Kafka's metrics write `.` as `_`, so it refuses the second of the two";
                violations.push(at, format!("`{other}` is declared too, and `{name}` {problem}"));
            }
            None => {}
        }
    }
}

fn name_problem(name: &str) -> Option<String> {
    if name == METADATA_LOG {
        return Some(format!("`{name}` is Kafka's own: configure it on the brokers"));
    }
    if name.is_empty() || name.len() > MAX_NAME_LENGTH {
        return Some(format!(
            "a topic's name has 1 to {MAX_NAME_LENGTH} characters, and this one has {}",
            name.len()
        ));
    }
    if matches!(name, "." | "..") || !name.bytes().all(names::is_topic_name_byte) {
        return Some(
            "a topic's name has only letters, digits, `.`, `_` and `-`, and is not `.` or `..`".to_owned(),
        );
    }
    None
}
