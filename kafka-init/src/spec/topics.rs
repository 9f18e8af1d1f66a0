//! The topics as written: a map by name, or a list of groups of one shape.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::value::{ConfigValue, Number};

/// For editors: what `validate` takes for the name of a topic.
const NAME: &str = r"^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$";

/// The topics in either form.
#[derive(Debug)]
pub enum Topics {
    /// By name. A name with nothing after it is a topic with the defaults.
    ByName(BTreeMap<String, Option<TopicSpec>>),
    /// Groups of topics of one shape.
    Groups(Vec<TopicGroup>),
}

/// One topic.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TopicSpec {
    /// How many partitions. -1: the broker's default for a new topic, and whatever an existing one has.
    pub(crate) partitions: Option<Number>,
    /// How many copies of each partition. -1: the broker's default for a new topic, and whatever an existing
    /// one has.
    pub(crate) replication_factor: Option<Number>,
    /// Topic configs, by Kafka's names; merged over those of `defaults` key by key.
    pub(crate) config: Option<BTreeMap<String, ConfigValue>>,
    /// The brokers of each partition of a new topic, the preferred leader first, in the place of `partitions` and
    /// `replicationFactor`.
    pub(crate) assignment: Option<Vec<Vec<i32>>>,
    /// Whether the partitions of an existing topic are moved until it has `replicationFactor` copies. Default: false, and
    /// another factor is a conflict.
    pub(crate) reassign: Option<bool>,
    /// Of a topic: whether `defaults` hold for it. Default: true, and false for Kafka's own topics.
    pub(crate) defaults: Option<bool>,
}

/// Topics of one shape.
#[derive(Debug, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TopicGroup {
    /// Their names.
    #[schemars(inner(regex(pattern = NAME)))]
    pub(crate) names: Vec<String>,
    /// How many partitions each has, as for one topic.
    pub(crate) partitions: Option<Number>,
    /// How many copies of each partition, as for one topic.
    pub(crate) replication_factor: Option<Number>,
    /// Their configs, as for one topic.
    pub(crate) config: Option<BTreeMap<String, ConfigValue>>,
    /// The brokers of each partition, as for one topic.
    pub(crate) assignment: Option<Vec<Vec<i32>>>,
    /// Whether their partitions are moved, as for one topic.
    pub(crate) reassign: Option<bool>,
    /// Whether `defaults` hold for them, as for one topic.
    pub(crate) defaults: Option<bool>,
}

impl TopicGroup {
    /// The names, and what holds for each of them.
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
