//! Queries on the JSON Schema of a spec: at which paths a list of names is expected, and where the path of a file is.

use serde_json::{Map, Value, json};

/// One step of a path, from a value to an inner one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Item,
}

/// The kind of a section, which determines how the parts of several files are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// A mapping or a list of objects, of which each file may declare some.
    Objects,
    /// Anything else: the connection, and settings of the whole server. Only one file may have it.
    Whole,
}

/// The JSON Schema of a tool's specs.
#[derive(Debug, Default)]
pub(crate) struct SpecSchema(Value);

impl SpecSchema {
    pub(crate) fn new(schema: Value) -> Self {
        Self(schema)
    }

    /// Returns true if a list of strings is allowed at the path, and no mapping with a key `split`.
    pub(crate) fn takes_names(&self, path: &[Step]) -> bool {
        let schemas_at = self.schemas_at(path);
        schemas_at.iter().any(|form| self.is_names(form))
            && !schemas_at.iter().any(|form| property(form, "split").is_some())
    }

    /// Returns true if the value of this key is the path of a file.
    pub(crate) fn is_file(&self, mapping: &[Step], key: &str) -> bool {
        let own = |form: &&Value| form.get("properties").is_some_and(|known| known.get(key).is_some());
        key == "file" && self.schemas_at(mapping).iter().any(own)
    }

    pub(crate) fn section(&self, key: &str) -> Section {
        let required = self.0.get("required").and_then(Value::as_array);
        let is_required = required.is_some_and(|required| required.iter().any(|name| name == key));
        let objects = |form: &&Value| {
            form.get("additionalProperties").is_some_and(Value::is_object)
                || (is_list(form) && !self.is_names(form))
        };
        let any = self.schemas_at(&[Step::Key(key.to_owned())]).iter().any(objects);
        if any && !is_required { Section::Objects } else { Section::Whole }
    }

    /// All schemas that a value at the path may match.
    fn schemas_at(&self, path: &[Step]) -> Vec<&Value> {
        let mut schemas_at = Vec::new();
        self.add_alternatives(&self.0, &mut schemas_at, 0);
        for step in path {
            let mut next = Vec::new();
            for form in schemas_at {
                let inner = match step {
                    Step::Key(key) => property(form, key),
                    Step::Item => form.get("items"),
                };
                if let Some(inner) = inner {
                    self.add_alternatives(inner, &mut next, 0);
                }
            }
            schemas_at = next;
        }
        schemas_at
    }

    /// Adds a schema, the definition that it refers to, and its alternatives.
    fn add_alternatives<'s>(&'s self, schema: &'s Value, schemas_at: &mut Vec<&'s Value>, depth: usize) {
        if depth > 32 {
            return;
        }
        let referred = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
        if let Some(schema) = referred.and_then(|name| self.0.pointer(name)) {
            self.add_alternatives(schema, schemas_at, depth + 1);
        }
        for alternatives in ["anyOf", "oneOf", "allOf"] {
            for schema in schema.get(alternatives).and_then(Value::as_array).into_iter().flatten() {
                self.add_alternatives(schema, schemas_at, depth + 1);
            }
        }
        schemas_at.push(schema);
    }

    /// Returns true for a list of strings or of enumerated values.
    fn is_names(&self, form: &Value) -> bool {
        let mut items = Vec::new();
        if let Some(schema) = form.get("items").filter(|_| is_list(form)) {
            self.add_alternatives(schema, &mut items, 0);
        }
        items.iter().any(|item| is_type(item, "string") || item.get("enum").is_some())
    }

    /// The published schema, with `{split: TEXT}` as an alternative to every list of names, and with `interpolate`.
    pub(crate) fn published(self) -> Value {
        let mut schema = self.0.clone();
        self.add_split(&mut schema);
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

    fn add_split(&self, schema: &mut Value) {
        match schema {
            Value::Array(items) => items.iter_mut().for_each(|item| self.add_split(item)),
            Value::Object(fields) => {
                for field in fields.values_mut() {
                    self.add_split(field);
                }
                self.add_split_to(fields);
            }
            _ => {}
        }
    }

    /// Replaces the schema of a list of names by the alternatives of the list and `{split: TEXT}`.
    fn add_split_to(&self, fields: &mut Map<String, Value>) {
        let form = Value::Object(fields.clone());
        if !self.is_names(&form) {
            return;
        }
        let annotations = ["description", "default"].map(|key| (key, fields.remove(key)));
        let list = Value::Object(std::mem::take(fields));
        for (key, value) in annotations {
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

    fn spec_schema() -> SpecSchema {
        SpecSchema::new(json!({
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
    fn lists_of_names_and_files_are_found_by_their_paths() {
        for (at, names) in [
            ("bootstrap", true),
            ("topics.a.names", true),
            ("acls.-.names", true),
            ("acls", false),
            ("topics", false),
            ("topics.a", false),
            ("nothing.there", false),
        ] {
            assert_eq!(spec_schema().takes_names(&path(at)), names, "{at}");
        }
        assert!(
            spec_schema().is_file(&path("topics.a"), "file")
                && spec_schema().is_file(&path("acls.-"), "file")
        );
        assert!(!spec_schema().is_file(&path("topics"), "file"));
    }

    #[test]
    fn only_sections_of_objects_may_be_in_several_files() {
        for (key, section) in [
            ("topics", Section::Objects),
            ("acls", Section::Objects),
            ("nodes", Section::Whole),
            ("bootstrap", Section::Whole),
            ("tls", Section::Whole),
            ("unknown", Section::Whole),
        ] {
            assert_eq!(spec_schema().section(key), section, "{key}");
        }
    }

    #[test]
    fn the_published_schema_allows_split_for_every_list_of_names() {
        let published = spec_schema().published();
        let split = json!({ "$ref": "#/$defs/Split" });
        let bootstrap = &published["properties"]["bootstrap"];
        assert_eq!(bootstrap["anyOf"][1], split);
        assert_eq!(bootstrap["description"], "d");
        assert_eq!(published["$defs"]["Node"]["properties"]["names"]["anyOf"][1]["anyOf"][1], split);
        assert_eq!(published["properties"]["acls"].get("anyOf"), None);
        assert_eq!(published["properties"]["interpolate"]["default"], false);
    }
}
