//! What a change tells of itself: the words of the report, which are the same for all tools.

use std::convert::Infallible;
use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use crate::diff::Drift;

/// Keys of a change in the report that no property may have.
pub const RESERVED: [&str; 6] = ["op", "kind", "name", "in", "status", "problem"];

/// One step towards the spec. It never holds a secret, and its `Display` is one line that begins with a verb.
pub trait Change: Clone + Ord + fmt::Display {
    /// The operation, as verb and noun in the server's words: `create_topic`.
    fn op(&self) -> &'static str;

    /// What becomes of the subject.
    fn effect(&self) -> Effect;

    /// The object that the change is about.
    fn subject(&self) -> Subject;

    /// The properties that differ, each with what the server has and what the spec wants.
    fn properties(&self) -> Properties;
}

/// A run that plans nothing has no change.
impl Change for Infallible {
    fn op(&self) -> &'static str {
        match *self {}
    }

    fn effect(&self) -> Effect {
        match *self {}
    }

    fn subject(&self) -> Subject {
        match *self {}
    }

    fn properties(&self) -> Properties {
        match *self {}
    }
}

/// What a change does to its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It comes into being.
    Add,
    /// It is there and is altered.
    Alter,
    /// It is taken away.
    Remove,
}

impl Effect {
    /// The sign before a change in a text report.
    pub const fn sign(self) -> char {
        match self {
            Self::Add => '+',
            Self::Alter => '~',
            Self::Remove => '-',
        }
    }
}

/// The object that a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The server's word for such an object: `topic`.
    pub kind: &'static str,
    /// What the spec calls it.
    pub name: String,
    /// The object that holds it: the database of a schema, the node of a user.
    pub within: Option<String>,
}

impl Subject {
    /// An object that the whole server has.
    pub fn new(kind: &'static str, name: impl fmt::Display) -> Self {
        Self { kind, name: name.to_string(), within: None }
    }

    /// An object within another one.
    #[must_use]
    pub fn within(mut self, holder: impl fmt::Display) -> Self {
        self.within = Some(holder.to_string());
        self
    }
}

/// One property of a change. A side that has nothing is left out of the report.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Property {
    /// What the server has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// What the spec wants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
}

/// The properties of a change, in the order in which a reader wants them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Properties(Vec<(&'static str, Property)>);

impl Properties {
    /// A change without properties: that it is made says everything.
    pub fn none() -> Self {
        Self::default()
    }

    /// A value that the server gets, where it has none.
    #[must_use]
    pub fn to(self, name: &'static str, value: impl Serialize) -> Self {
        self.between(name, None::<()>, Some(value))
    }

    /// The same for a value that may be absent.
    #[must_use]
    pub fn to_some(self, name: &'static str, value: Option<impl Serialize>) -> Self {
        self.between(name, None::<()>, value)
    }

    /// A value that is taken away.
    #[must_use]
    pub fn without(self, name: &'static str, value: impl Serialize) -> Self {
        self.between(name, Some(value), None::<()>)
    }

    /// A value that differs.
    #[must_use]
    pub fn drift<T: Serialize>(self, name: &'static str, drift: &Drift<T>) -> Self {
        self.between(name, drift.from.as_ref(), Some(&drift.to))
    }

    /// The same for a value that may be as it should.
    #[must_use]
    pub fn drifts<T: Serialize>(self, name: &'static str, drift: Option<&Drift<T>>) -> Self {
        match drift {
            Some(drift) => self.drift(name, drift),
            None => self,
        }
    }

    /// A map or a list of which each side holds what differs and nothing else. An empty side is left out.
    #[must_use]
    pub fn differing(self, name: &'static str, from: impl Serialize, to: impl Serialize) -> Self {
        self.between(name, Some(from), Some(to))
    }

    fn between(
        mut self,
        name: &'static str,
        from: Option<impl Serialize>,
        to: Option<impl Serialize>,
    ) -> Self {
        debug_assert!(!RESERVED.contains(&name), "`{name}` is a key of every change");
        let property = Property { from: from.and_then(value), to: to.and_then(value) };
        if property != Property::default() {
            self.0.push((name, property));
        }
        self
    }

    /// Each property with its name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Property)> {
        self.0.iter().map(|(name, property)| (*name, property))
    }
}

/// The value, unless it says that there is none.
fn value(value: impl Serialize) -> Option<Value> {
    let value = serde_json::to_value(value).unwrap_or_default();
    let nothing = match &value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    (!nothing).then_some(value)
}

/// Writes the keys that every change has, and its properties, into an open JSON object.
pub(crate) fn write<C: Change, M: SerializeMap>(change: &C, map: &mut M) -> Result<(), M::Error> {
    let Subject { kind, name, within } = change.subject();
    map.serialize_entry("op", change.op())?;
    map.serialize_entry("kind", kind)?;
    map.serialize_entry("name", &name)?;
    if let Some(within) = within {
        map.serialize_entry("in", &within)?;
    }
    for (name, property) in change.properties().iter() {
        map.serialize_entry(name, property)?;
    }
    Ok(())
}

/// A change as an object of its own, for a snapshot.
pub fn as_json<C: Change>(change: &C) -> Value {
    struct Alone<'c, C>(&'c C);
    impl<C: Change> Serialize for Alone<'_, C> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            write(self.0, &mut map)?;
            map.end()
        }
    }
    serde_json::to_value(Alone(change)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_side_without_a_value_is_left_out() {
        let nothing: BTreeMap<String, String> = BTreeMap::new();
        let properties = Properties::none()
            .to("partitions", 3)
            .to_some("owner", None::<String>)
            .without("tags", ["a"])
            .drift("limit", &Drift { from: Some(1), to: 2 })
            .drifts("locale", None::<&Drift<String>>)
            .differing("config", &nothing, BTreeMap::from([("k", "v")]))
            .differing("none", &nothing, &nothing);
        let shown: Vec<_> =
            properties.iter().map(|(name, property)| json!([name, property]).to_string()).collect();
        assert_eq!(
            shown,
            [
                r#"["partitions",{"to":3}]"#,
                r#"["tags",{"from":["a"]}]"#,
                r#"["limit",{"from":1,"to":2}]"#,
                r#"["config",{"to":{"k":"v"}}]"#,
            ]
        );
    }
}
