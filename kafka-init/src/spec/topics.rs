//! The topics as they are written: a map by name, or a list of groups with the same settings.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::reassign::Reassign;
use super::value::{ConfigValue, Number};

/// The pattern of a topic name in the JSON Schema, for editors; `validate` checks the same.
const NAME: &str = r"^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$";
/// The same with at most one range in it.
const NAME_OR_RANGE: &str = r"^(?!\.{1,2}$)(?!$)[A-Za-z0-9._-]*(\{[0-9]+\.\.[0-9]+\})?[A-Za-z0-9._-]*$";

/// The topics in either form.
#[derive(Debug)]
pub enum Topics {
    /// A map by name. A name with nothing after it is a topic with the defaults.
    ByName(BTreeMap<String, Option<TopicSpec>>),
    /// A list of groups of topics with the same settings.
    Groups(Vec<TopicGroup>),
}

/// One topic.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TopicSpec {
    /// The number of partitions. -1 leaves it to the broker's default for a new topic, and accepts any number of an
    /// existing one.
    pub(crate) partitions: Option<Number>,
    /// The number of replicas of each partition. -1 leaves it to the broker's default for a new topic, and accepts
    /// any number of an existing one.
    pub(crate) replication_factor: Option<Number>,
    /// Topic configs, by Kafka's names; merged over those of `defaults` key by key.
    pub(crate) config: Option<BTreeMap<String, ConfigValue>>,
    /// The replica assignment of a new topic: for each partition its brokers, the preferred leader first. It is
    /// written instead of `partitions` and `replicationFactor`.
    pub(crate) assignment: Option<Vec<Vec<i32>>>,
    /// True to reassign the partitions of an existing topic until it has `replicationFactor` replicas; `{throttle: SIZE}`
    /// to do it with at most so many bytes per second. Default: false, and another replication factor is a conflict.
    pub(crate) reassign: Option<Reassign>,
    /// False to keep `defaults` from this topic. Default: true, and false for Kafka's internal topics.
    pub(crate) defaults: Option<bool>,
}

/// A group of topics with the same settings.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TopicGroup {
    /// The names of the topics. A range in a name stands for each of its numbers: `orders-{01..40}`.
    #[schemars(inner(regex(pattern = NAME_OR_RANGE)))]
    pub(crate) names: Vec<String>,
    /// The number of partitions of each topic, as for one topic.
    pub(crate) partitions: Option<Number>,
    /// The number of replicas of each partition, as for one topic.
    pub(crate) replication_factor: Option<Number>,
    /// Topic configs, as for one topic.
    pub(crate) config: Option<BTreeMap<String, ConfigValue>>,
    /// The replica assignment, as for one topic.
    pub(crate) assignment: Option<Vec<Vec<i32>>>,
    /// True or a throttle to reassign partitions, as for one topic.
    pub(crate) reassign: Option<Reassign>,
    /// False to keep `defaults` from the topics, as for one topic.
    pub(crate) defaults: Option<bool>,
}

impl TopicGroup {
    /// The names of the group, and the settings that each of its topics has.
    pub(crate) fn split(self) -> (Vec<String>, TopicSpec) {
        let Self { names, partitions, replication_factor, config, assignment, reassign, defaults } = self;
        (names, TopicSpec { partitions, replication_factor, config, assignment, reassign, defaults })
    }
}

impl Default for Topics {
    fn default() -> Self {
        Self::ByName(BTreeMap::new())
    }
}

struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = Topics;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of topics, or a list of groups with `names`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Topics, A::Error> {
        BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(Topics::ByName)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Topics, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(Topics::Groups)
    }
}

impl<'de> Deserialize<'de> for Topics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for Topics {
    fn schema_name() -> Cow<'static, str> {
        "Topics".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let topic = generator.subschema_for::<Option<TopicSpec>>();
        let group = generator.subschema_for::<TopicGroup>();
        json_schema!({ "anyOf": [
            { "type": "object", "propertyNames": { "pattern": NAME }, "additionalProperties": topic },
            { "type": "array", "items": group },
        ] })
    }
}
