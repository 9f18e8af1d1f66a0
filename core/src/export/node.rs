//! An untyped value of a spec: backends make such values for `export`, and the connection of the given spec is read as one.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::{SecretRef, Text};

/// An untyped value of a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A string.
    Text(String),
    /// A number, a boolean or null, as it is written.
    Literal(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of writing.
    Map(Vec<(String, Node)>),
    /// A reference to a secret whose value the server does not return.
    Secret {
        /// The name of its file.
        name: SecretRef,
        /// Its description, such as `the password of the role app`.
        purpose: String,
    },
}

impl Node {
    /// Makes an empty mapping, to which fields are added.
    pub const fn map() -> Self {
        Self::Map(Vec::new())
    }

    /// Adds a field to a mapping.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Self>) -> Self {
        if let Self::Map(fields) = &mut self {
            fields.push((key.to_owned(), value.into()));
        }
        self
    }

    /// Adds a field if there is a value.
    #[must_use]
    pub fn with_some(self, key: &str, value: Option<impl Into<Self>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Adds a field if the value is not an empty list or mapping.
    #[must_use]
    pub fn with_non_empty(self, key: &str, value: impl Into<Self>) -> Self {
        let value = value.into();
        if value.is_empty() { self } else { self.with(key, value) }
    }

    /// Makes a single value, or a list if there is not exactly one.
    pub fn one_or_many<T: Into<Self>>(values: impl IntoIterator<Item = T>) -> Self {
        let mut values: Vec<Self> = values.into_iter().map(Into::into).collect();
        match (values.pop(), values.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                values.extend(last);
                Self::List(values)
            }
        }
    }

    /// Returns true for an empty list or mapping.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::List(items) => items.is_empty(),
            Self::Map(fields) => fields.is_empty(),
            Self::Text(_) | Self::Literal(_) | Self::Secret { .. } => false,
        }
    }

    /// Visits every string, including keys.
    pub(super) fn texts(&self, visit: &mut impl FnMut(&str)) {
        match self {
            Self::Text(text) => visit(text),
            Self::List(items) => items.iter().for_each(|item| item.texts(visit)),
            Self::Map(fields) => {
                for (key, value) in fields {
                    visit(key);
                    value.texts(visit);
                }
            }
            Self::Literal(_) | Self::Secret { .. } => {}
        }
    }

    /// Changes every string, including keys.
    pub(super) fn rewrite(&mut self, change: &mut impl FnMut(&mut String)) {
        match self {
            Self::Text(text) => change(text),
            Self::List(items) => items.iter_mut().for_each(|item| item.rewrite(change)),
            Self::Map(fields) => {
                for (key, value) in fields {
                    change(key);
                    value.rewrite(change);
                }
            }
            Self::Literal(_) | Self::Secret { .. } => {}
        }
    }

    /// Visits every secret.
    pub(super) fn secrets(&mut self, visit: &mut impl FnMut(&mut SecretRef, &str)) {
        match self {
            Self::Secret { name, purpose } => visit(name, purpose),
            Self::List(items) => items.iter_mut().for_each(|item| item.secrets(visit)),
            Self::Map(fields) => fields.iter_mut().for_each(|(_, value)| value.secrets(visit)),
            Self::Text(_) | Self::Literal(_) => {}
        }
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Node {
    fn from(flag: bool) -> Self {
        Self::Literal(flag.to_string())
    }
}

impl From<i32> for Node {
    fn from(number: i32) -> Self {
        Self::Literal(number.to_string())
    }
}

impl From<i64> for Node {
    fn from(number: i64) -> Self {
        Self::Literal(number.to_string())
    }
}

impl From<u64> for Node {
    fn from(number: u64) -> Self {
        Self::Literal(number.to_string())
    }
}

impl<T: Into<Self>> From<Vec<T>> for Node {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl From<&SecretRef> for Node {
    fn from(secret: &SecretRef) -> Self {
        Self::map().with("secret", secret.name())
    }
}

impl From<&Text> for Node {
    fn from(text: &Text) -> Self {
        match text {
            Text::Plain(plain) => plain.as_str().into(),
            Text::Secret(secret) => secret.into(),
        }
    }
}

impl From<&serde_json::Value> for Node {
    fn from(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::String(text) => Self::Text(text.clone()),
            serde_json::Value::Array(items) => Self::List(items.iter().map(Into::into).collect()),
            serde_json::Value::Object(fields) => {
                Self::Map(fields.iter().map(|(key, value)| (key.clone(), value.into())).collect())
            }
            literal => Self::Literal(literal.to_string()),
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Node, E> {
        Ok(text.into())
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Node, E> {
        Ok(flag.into())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Node, E> {
        Ok(number.into())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Node, E> {
        Ok(number.into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Literal(number.to_string()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Literal("null".to_owned()))
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Node::Map(fields))
    }
}
