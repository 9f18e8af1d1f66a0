//! Scalars as a spec may write them. Reading accepts every YAML scalar; `validate` decides which ones are valid.

use std::borrow::Cow;
use std::fmt;

use init_core::SecretRef;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A number as YAML has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A number without a fraction.
    Whole(i128),
    /// A number with a fraction, or one that is too large to be exact.
    Real(f64),
}

impl Number {
    /// The number as text. A fraction is always shown, even if it is zero.
    pub(crate) fn to_text(self) -> String {
        match self {
            Self::Whole(number) => number.to_string(),
            Self::Real(number) => format!("{number:?}"),
        }
    }

    /// The number, if it is whole.
    pub fn whole(self) -> Option<i128> {
        match self {
            Self::Whole(number) => Some(number),
            Self::Real(_) => None,
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => number.fmt(f),
            // The text has only digits and no exponent, because Kafka does not parse an exponent in a whole number.
            Self::Real(number) => number.fmt(f),
        }
    }
}

/// The value of a config as it is written.
#[derive(Clone, Debug, PartialEq)]
pub enum ConfigValue {
    /// `null`: the default applies.
    Null,
    /// A number, a boolean or a string.
    Scalar(String),
    /// A list of numbers, booleans and strings.
    List(Vec<ConfigValue>),
    /// `{secret: NAME}`: the value of a secret.
    Secret(SecretRef),
}

impl ConfigValue {
    /// The value in Kafka's spelling; `None` for `null`, which removes the value of the resource itself.
    pub fn text(&self) -> Result<Option<String>, &'static str> {
        match self {
            Self::Null => Ok(None),
            Self::Scalar(text) => Ok(Some(text.clone())),
            Self::Secret(_) => {
                Err("Kafka shows the value of this config, so it is no secret: write the value itself")
            }
            Self::List(items) => {
                let items = items.iter().map(|item| item.text()?.ok_or("an item of a list has a value"));
                let items: Result<Vec<String>, _> = items.collect();
                items.map(|items| Some(items.join(",")))
            }
        }
    }

    fn number(number: Number) -> Self {
        Self::Scalar(number.to_string())
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Number, E> {
        Ok(Number::Whole(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
        Ok(Number::Whole(number.into()))
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<Number, E> {
        Ok(Number::Whole(number))
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<Number, E> {
        Ok(i128::try_from(number).map_or(Number::Real(f64::INFINITY), Number::Whole))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Number, E> {
        Ok(Number::Real(number))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = ConfigValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, a boolean, a string, a list of those or {secret: NAME}")
    }

    fn visit_unit<E: Error>(self) -> Result<ConfigValue, E> {
        Ok(ConfigValue::Null)
    }

    fn visit_none<E: Error>(self) -> Result<ConfigValue, E> {
        Ok(ConfigValue::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<ConfigValue, E> {
        Ok(ConfigValue::Scalar(value.to_string()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<ConfigValue, E> {
        NumberVisitor.visit_i64(number).map(ConfigValue::number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<ConfigValue, E> {
        NumberVisitor.visit_u64(number).map(ConfigValue::number)
    }

    fn visit_i128<E: Error>(self, number: i128) -> Result<ConfigValue, E> {
        NumberVisitor.visit_i128(number).map(ConfigValue::number)
    }

    fn visit_u128<E: Error>(self, number: u128) -> Result<ConfigValue, E> {
        NumberVisitor.visit_u128(number).map(ConfigValue::number)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<ConfigValue, E> {
        NumberVisitor.visit_f64(number).map(ConfigValue::number)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<ConfigValue, E> {
        Ok(ConfigValue::Scalar(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<ConfigValue, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            if matches!(item, ConfigValue::List(_)) {
                return Err(A::Error::custom("a config's list holds no list"));
            }
            list.push(item);
        }
        Ok(ConfigValue::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ConfigValue, A::Error> {
        SecretRef::deserialize(MapAccessDeserializer::new(map)).map(ConfigValue::Secret)
    }
}

impl<'de> Deserialize<'de> for ConfigValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [{ "type": "integer", "minimum": 1 }, { "const": -1 }] })
    }
}

impl JsonSchema for ConfigValue {
    fn schema_name() -> Cow<'static, str> {
        "ConfigValue".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let secret = generator.subschema_for::<SecretRef>();
        let scalar = ["number", "boolean", "string"];
        let value = ["number", "boolean", "string", "null"];
        json_schema!({ "anyOf": [{ "type": value }, { "type": "array", "items": { "type": scalar } }, secret] })
    }
}
