//! `reassign` as it is written: whether the partitions of existing topics may be reassigned, and at which rate.

use std::borrow::Cow;
use std::fmt;

use init_core::Size;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// The permission to reassign partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reassign {
    /// `true` or `false`, without a throttle.
    Unthrottled(bool),
    /// `{throttle: SIZE}`: they may be, and copying is throttled.
    Throttled(Throttle),
}

/// The replication throttle of a reassignment.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// The bytes per second that each broker sends at most for the reassignment, and that it receives at most.
    pub(crate) throttle: Size,
}

struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = Reassign;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("true, false, or `throttle` with the bytes per second")
    }

    fn visit_bool<E: Error>(self, allowed: bool) -> Result<Reassign, E> {
        Ok(Reassign::Unthrottled(allowed))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Reassign, A::Error> {
        Throttle::deserialize(MapAccessDeserializer::new(map)).map(Reassign::Throttled)
    }
}

impl<'de> Deserialize<'de> for Reassign {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for Reassign {
    fn schema_name() -> Cow<'static, str> {
        "Reassign".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let throttled = generator.subschema_for::<Throttle>();
        json_schema!({ "anyOf": [{ "type": "boolean" }, throttled] })
    }
}
