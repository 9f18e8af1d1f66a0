//! What the JSON Schema of a spec says about a place in it: where a list of names belongs, and where the path of a file.

use serde_json::{Map, Value, json};

/// One step from a value to a value in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Item,
}

/// How the texts of several files become one section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// Objects by name, or a list of objects: each file may have some.
    Objects,
    /// Anything else, which is how a server is reached and what holds for all of it.
    Whole,
}

/// The schema of one tool's specs.
#[derive(Debug, Default)]
pub(crate) struct Shape(Value);

impl Shape {
    pub(crate) fn new(schema: Value) -> Self {
        Self(schema)
    }

    /// Whether a list of strings may stand there, and no mapping with the key `split`.
    pub(crate) fn takes_names(&self, path: &[Step]) -> bool {
        let forms = self.forms(path);
        forms.iter().any(|form| self.is_names(form))
            && !forms.iter().any(|form| property(form, "split").is_some())
    }

    /// Whether the path of a file stands under this key.
    pub(crate) fn is_file(&self, mapping: &[Step], key: &str) -> bool {
        let own = |form: &&Value| form.get("properties").is_some_and(|known| known.get(key).is_some());
        key == "file" && self.forms(mapping).iter().any(own)
    }

    pub(crate) fn section(&self, key: &str) -> Section {
        let required = self.0.get("required").and_then(Value::as_array);
        let is_required = required.is_some_and(|required| required.iter().any(|name| name == key));
        let objects = |form: &&Value| {
            form.get("additionalProperties").is_some_and(Value::is_object)
                || (is_list(form) && !self.is_names(form))
        };
        let any = self.forms(&[Step::Key(key.to_owned())]).iter().any(objects);
        if any && !is_required { Section::Objects } else { Section::Whole }
    }

    /// Every form that a value at a place may have.
    fn forms(&self, path: &[Step]) -> Vec<&Value> {
        let mut forms = Vec::new();
        self.spread(&self.0, &mut forms, 0);
        for step in path {
            let mut next = Vec::new();
            for form in forms {
                let inner = match step {
                    Step::Key(key) => property(form, key),
                    Step::Item => form.get("items"),
                };
                if let Some(inner) = inner {
                    self.spread(inner, &mut next, 0);
                }
            }
            forms = next;
        }
        forms
    }

    /// A schema, or what it refers to, or its alternatives.
    fn spread<'s>(&'s self, schema: &'s Value, forms: &mut Vec<&'s Value>, depth: usize) {
        if depth > 32 {
            return;
        }
        let referred = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
        if let Some(schema) = referred.and_then(|name| self.0.pointer(name)) {
            self.spread(schema, forms, depth + 1);
        }
        for alternatives in ["anyOf", "oneOf", "allOf"] {
            for schema in schema.get(alternatives).and_then(Value::as_array).into_iter().flatten() {
                self.spread(schema, forms, depth + 1);
            }
        }
        forms.push(schema);
    }

    fn is_names(&self, form: &Value) -> bool {
        let mut items = Vec::new();
        if let Some(schema) = form.get("items").filter(|_| is_list(form)) {
            self.spread(schema, &mut items, 0);
        }
        items.iter().any(|item| is_type(item, "string") || item.get("enum").is_some())
    }

    /// The schema, with `{split: TEXT}` wherever a list of names may stand, and `interpolate`.
    pub(crate) fn offered(self) -> Value {
        let mut schema = self.0.clone();
        self.offer(&mut schema);
        if let Some(root) = schema.as_object_mut() {
            let properties = root.entry("properties").or_insert_with(|| json!({}));
            if let Some(properties) = properties.as_object_mut() {
                properties.insert("interpolate".to_owned(), interpolate());
            }
            let definitions = root.entry("$defs").or_insert_with(|| json!({}));
            if let Some(definitions) = definitions.as_object_mut() {
                definitions.insert("Split".to_owned(), split());
            }
        }
        schema
    }

    fn offer(&self, schema: &mut Value) {
        match schema {
            Value::Array(items) => items.iter_mut().for_each(|item| self.offer(item)),
            Value::Object(fields) => {
                for field in fields.values_mut() {
                    self.offer(field);
                }
                self.offer_here(fields);
            }
            _ => {}
        }
    }

    /// A list of names becomes one of two forms; among other forms, one more.
    fn offer_here(&self, fields: &mut Map<String, Value>) {
        let form = Value::Object(fields.clone());
        if !self.is_names(&form) {
            return;
        }
        let about = ["description", "default"].map(|key| (key, fields.remove(key)));
        let list = Value::Object(std::mem::take(fields));
        for (key, value) in about {
            fields.extend(value.map(|value| (key.to_owned(), value)));
        }
        fields.insert("anyOf".to_owned(), json!([list, { "$ref": "#/$defs/Split" }]));
    }
}

fn property<'s>(form: &'s Value, key: &str) -> Option<&'s Value> {
    let own = form.get("properties").and_then(|known| known.get(key));
    own.or_else(|| form.get("additionalProperties").filter(|schema| schema.is_object()))
}

fn is_list(form: &Value) -> bool {
    is_type(form, "array")
}

fn is_type(form: &Value, name: &str) -> bool {
    match form.get("type") {
        Some(Value::String(only)) => only == name,
        Some(Value::Array(several)) => several.iter().any(|one| one == name),
        _ => false,
    }
}

fn interpolate() -> Value {
    json!({
        "type": "boolean",
        "default": false,
        "description": "Whether `${NAME}` in the names and values of this file is replaced by the variable NAME of the tool's own \
            environment, also `${NAME:-DEFAULT}` and `${NAME:?MESSAGE}`; `$$` is then a dollar.",
    })
}

fn split() -> Value {
    json!({
        "type": "object",
        "description": "A list in one text, such as a variable holds it.",
        "properties": { "split": {
            "type": "string",
            "description": "The items, separated by commas; blanks around them and empty items are dropped.",
        } },
        "required": ["split"],
        "additionalProperties": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Shape {
        Shape::new(json!({
            "required": ["nodes"],
            "properties": {
                "nodes": { "type": "array", "items": { "$ref": "#/$defs/Node" } },
                "bootstrap": { "type": "array", "description": "d", "items": { "type": "string" } },
                "acls": { "type": ["array", "null"], "items": { "$ref": "#/$defs/Node" } },
                "topics": { "anyOf": [{ "$ref": "#/$defs/Topics" }, { "type": "null" }] },
                "tls": { "$ref": "#/$defs/Node" },
            },
            "$defs": {
                "Node": { "type": "object", "additionalProperties": false, "properties": {
                    "file": { "type": "string" },
                    "names": { "anyOf": [{ "type": "string" }, { "type": "array", "items": { "enum": ["a"] } }] },
                } },
                "Topics": { "type": "object", "additionalProperties": { "$ref": "#/$defs/Node" } },
            },
        }))
    }

    fn path(text: &str) -> Vec<Step> {
        let step = |step: &str| if step == "-" { Step::Item } else { Step::Key(step.to_owned()) };
        text.split('.').map(step).collect()
    }

    #[test]
    fn names_and_files_are_known_by_their_places() {
        for (at, names) in [
            ("bootstrap", true),
            ("topics.a.names", true),
            ("acls.-.names", true),
            ("acls", false),
            ("topics", false),
            ("topics.a", false),
            ("nothing.there", false),
        ] {
            assert_eq!(shape().takes_names(&path(at)), names, "{at}");
        }
        assert!(shape().is_file(&path("topics.a"), "file") && shape().is_file(&path("acls.-"), "file"));
        assert!(!shape().is_file(&path("topics"), "file"));
    }

    #[test]
    fn objects_may_come_from_several_files_and_the_connection_may_not() {
        for (key, section) in [
            ("topics", Section::Objects),
            ("acls", Section::Objects),
            ("nodes", Section::Whole),
            ("bootstrap", Section::Whole),
            ("tls", Section::Whole),
            ("unknown", Section::Whole),
        ] {
            assert_eq!(shape().section(key), section, "{key}");
        }
    }

    #[test]
    fn the_offered_schema_has_the_other_form_wherever_names_may_stand() {
        let offered = shape().offered();
        let split = json!({ "$ref": "#/$defs/Split" });
        let bootstrap = &offered["properties"]["bootstrap"];
        assert_eq!(bootstrap["anyOf"][1], split);
        assert_eq!(bootstrap["description"], "d");
        assert_eq!(offered["$defs"]["Node"]["properties"]["names"]["anyOf"][1]["anyOf"][1], split);
        assert_eq!(offered["properties"]["acls"].get("anyOf"), None);
        assert_eq!(offered["properties"]["interpolate"]["default"], false);
    }
}
