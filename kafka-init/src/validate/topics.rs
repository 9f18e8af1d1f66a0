//! The topics of a spec: names, counts, and the defaults that fill what they leave open.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

use super::configs::{self, Configs};
use super::names;
use crate::desired::{Declared, Origin, Topic};
use crate::spec::{Number, TopicSpec};

/// Kafka's own, which it creates and shapes itself. Their configs may be declared.
const INTERNAL: [&str; 3] = ["__consumer_offsets", "__transaction_state", "__share_group_state"];
/// Kafka's own, and no topic like others.
const METADATA: &str = "__cluster_metadata";
const NAME_LIMIT: usize = 249;

/// Every topic with its defaults filled in.
pub(super) fn validate(
    topics: BTreeMap<String, TopicSpec>,
    defaults: &TopicSpec,
    violations: &mut Violations,
) -> BTreeMap<String, Topic> {
    let root = SpecPath::root();
    let common = counts(defaults, Origin::Defaults, &root.key("defaults"), violations);
    let configs = Configs::defaults(defaults.config.as_ref(), violations);
    if defaults.defaults.is_some() {
        violations
            .push(&root.key("defaults").key("defaults"), "it is for a topic that the defaults do not reach");
    }
    check_names(&topics, violations);
    let mut valid = BTreeMap::new();
    for (name, spec) in topics {
        let at = root.key("topics").key(&name);
        let own = counts(&spec, Origin::Topic, &at, violations);
        let is_internal = INTERNAL.contains(&name.as_str());
        let (common, configs) = if is_internal || spec.defaults == Some(false) {
            (&Counts { partitions: None, replication_factor: None }, &Configs::none())
        } else {
            (&common, &configs)
        };
        if is_internal && (own.partitions.is_some() || own.replication_factor.is_some()) {
            violations.push(
                &at,
                format!("`{name}` is Kafka's own, which makes it itself: declare its `config` alone"),
            );
        }
        let partitions = own.partitions.or(common.partitions).and_then(Count::declared);
        let replication_factor =
            own.replication_factor.or(common.replication_factor).and_then(Count::declared);
        let config = configs.of_topic(&name, spec.config.as_ref(), violations);
        configs::check_min_insync(&name, &config, replication_factor, violations);
        valid.insert(
            name,
            Topic { partitions, replication_factor, config: config.into_values(), is_internal },
        );
    }
    valid
}

/// What is said of a count: `None` inside is -1, the broker's default, which overrides `defaults` as well.
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
    let right = format!("write a whole number from 1 to {}, or -1 for the broker's default", T::MAX);
    violations.check(at, count.ok_or_else(|| format!("`{}` is not possible: {right}", number.spelled())))
}

/// The largest value that Kafka's protocol carries.
trait MaxValue {
    const MAX: i128;
}

impl MaxValue for i32 {
    const MAX: i128 = i32::MAX as i128;
}

impl MaxValue for i16 {
    const MAX: i128 = i16::MAX as i128;
}

fn check_names(topics: &BTreeMap<String, TopicSpec>, violations: &mut Violations) {
    let at = SpecPath::root().key("topics");
    let mut folded: BTreeMap<String, &str> = BTreeMap::new();
    for name in topics.keys() {
        if let Some(problem) = problem_with(name) {
            violations.push(&at.key(name), problem);
        } else if let Some(other) = folded.insert(name.replace('.', "_"), name) {
            let problem =
                "collides with it: Kafka's metrics write `.` as `_`, so it refuses the second of the two";
            violations.push(&at.key(name), format!("`{other}` is declared too, and `{name}` {problem}"));
        }
    }
}

fn problem_with(name: &str) -> Option<String> {
    if name == METADATA {
        return Some(format!("`{name}` is Kafka's own: configure it on the brokers"));
    }
    if name.is_empty() || name.len() > NAME_LIMIT {
        return Some(format!(
            "a topic's name has 1 to {NAME_LIMIT} characters, and this one has {}",
            name.len()
        ));
    }
    if matches!(name, "." | "..") || !name.bytes().all(names::is_of_a_topic) {
        return Some(
            "a topic's name has only letters, digits, `.`, `_` and `-`, and is not `.` or `..`".to_owned(),
        );
    }
    None
}
