//! The trait of a change and its parts, which give the reports of all tools the same form.

use std::convert::Infallible;
use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;

use crate::diff::Drift;

/// The keys of every change in the report, which no property may use.
pub const RESERVED: [&str; 6] = ["op", "kind", "name", "in", "status", "problem"];

/// One step towards the spec. It never holds a secret, and its `Display` is one line that begins with a verb.
pub trait Change: Clone + Ord + fmt::Display {
    /// The operation: a verb and a noun in the server's terms, such as `create_topic`.
    fn op(&self) -> &'static str;

    /// The effect on the subject.
    fn effect(&self) -> Effect;

    /// The object that the change is about.
    fn subject(&self) -> Subject;

    /// The properties that differ, each with its value on the server and in the spec.
    fn properties(&self) -> Properties;
}

/// The change of a run that plans nothing; it has no value.
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

/// The effect of a change on its subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The object is created.
    Add,
    /// The object exists and is altered.
    Alter,
    /// The object is removed.
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
    /// The server's term for such an object, such as `topic`.
    pub kind: &'static str,
    /// The object's name in the spec.
    pub name: String,
    /// The object that contains it, such as the database of a schema or the node of a user.
    pub within: Option<String>,
}

impl Subject {
    /// An object of the server as a whole.
    pub fn new(kind: &'static str, name: impl fmt::Display) -> Self {
        Self { kind, name: name.to_string(), within: None }
    }

    /// Names the object that contains this one.
    #[must_use]
    pub fn within(mut self, holder: impl fmt::Display) -> Self {
        self.within = Some(holder.to_string());
        self
    }
}

/// One property of a change. An absent side is left out of the report.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Property {
    /// The value on the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Value>,
    /// The value in the spec.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Value>,
}

/// The properties of a change, in the order of the report.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Properties(Vec<(&'static str, Property)>);

impl Properties {
    /// No properties, for a change whose operation says everything.
    pub fn none() -> Self {
        Self::default()
    }

    /// Adds a value that is not set on the server.
    #[must_use]
    pub fn to(self, name: &'static str, value: impl Serialize) -> Self {
        self.between(name, None::<()>, Some(value))
    }

    /// Adds such a value if the spec has one.
    #[must_use]
    pub fn to_some(self, name: &'static str, value: Option<impl Serialize>) -> Self {
        self.between(name, None::<()>, value)
    }

    /// Adds a value that is removed.
    #[must_use]
    pub fn without(self, name: &'static str, value: impl Serialize) -> Self {
        self.between(name, Some(value), None::<()>)
    }

    /// Adds a value that differs.
    #[must_use]
    pub fn drift<T: Serialize>(self, name: &'static str, drift: &Drift<T>) -> Self {
        self.between(name, drift.from.as_ref(), Some(&drift.to))
    }

    /// Adds a value if it differs.
    #[must_use]
    pub fn drifts<T: Serialize>(self, name: &'static str, drift: Option<&Drift<T>>) -> Self {
        match drift {
            Some(drift) => self.drift(name, drift),
            None => self,
        }
    }

    /// Adds a map or a list, of which each side holds only the differing entries. An empty side is left out.
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

/// Returns the value as JSON, or `None` if it is null or empty.
fn value(value: impl Serialize) -> Option<Value> {
    let value = serde_json::to_value(value).unwrap_or_default();
    let is_empty = match &value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    (!is_empty).then_some(value)
}

/// Writes the common keys of a change and its properties into an open JSON object.
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

/// Returns a change as a JSON object, for snapshots.
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
