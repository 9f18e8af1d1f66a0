//! A JSON Schema as editors show it: under a key its own description, not that of its value's type or choice.
//!
//! The language server for YAML takes the first description that it meets at a value, from the inside out: of `tls: disable`
//! it would say "Plain text". So what a type says goes to the places that have nothing to say of their own, and what a
//! choice says goes into `enumDescriptions`, which stand beside the choices.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Moves every description to where an editor looks for it.
pub(crate) fn describe_keys(schema: &mut Value) {
    let mut types = BTreeMap::new();
    if let Some(Value::Object(definitions)) = schema.get_mut("$defs") {
        for (name, definition) in definitions {
            let description =
                definition.as_object_mut().and_then(|definition| definition.remove("description"));
            types.extend(description.map(|description| (format!("#/$defs/{name}"), description)));
        }
    }
    describe(schema, &types);
}

/// One schema and all that it holds.
fn describe(schema: &mut Value, types: &BTreeMap<String, Value>) {
    let Value::Object(object) = schema else { return };
    list_choices(object);
    let described = object.contains_key("description");
    for (keyword, value) in object.iter_mut() {
        match (keyword.as_str(), value) {
            ("properties" | "$defs" | "patternProperties", Value::Object(parts)) => {
                for part in parts.values_mut() {
                    if keyword != "$defs" {
                        give(part, types);
                    }
                    describe(part, types);
                }
            }
            ("additionalProperties" | "items", part) => {
                give(part, types);
                describe(part, types);
            }
            ("anyOf" | "oneOf", Value::Array(alternatives)) => {
                for alternative in alternatives {
                    if let (true, Some(alternative)) = (described, alternative.as_object_mut()) {
                        alternative.remove("description");
                    }
                    describe(alternative, types);
                }
            }
            _ => {}
        }
    }
}

/// A place without a description has that of its type.
fn give(place: &mut Value, types: &BTreeMap<String, Value>) {
    let Value::Object(object) = place else { return };
    if object.contains_key("description") {
        return;
    }
    let alternatives = object.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    let references = alternatives.filter_map(|one| one.get("$ref")).chain(object.get("$ref"));
    let described = references.filter_map(Value::as_str).find_map(|reference| types.get(reference)).cloned();
    if let Some(description) = described {
        object.insert("description".to_owned(), description);
    }
}

/// `oneOf` with a constant and a description each becomes `enum` with its descriptions beside it.
fn list_choices(object: &mut Map<String, Value>) {
    let Some(Value::Array(alternatives)) = object.get("oneOf") else { return };
    let mut choices: Vec<(Value, Value)> = Vec::new();
    for alternative in alternatives {
        let description = alternative.get("description").cloned().unwrap_or_else(|| json!(""));
        match (alternative.get("const"), alternative.get("enum")) {
            (Some(choice), _) => choices.push((choice.clone(), description)),
            (None, Some(Value::Array(several))) => {
                choices.extend(several.iter().map(|choice| (choice.clone(), description.clone())));
            }
            _ => return,
        }
    }
    let (words, descriptions): (Vec<Value>, Vec<Value>) = choices.into_iter().unzip();
    object.remove("oneOf");
    object.insert("enum".to_owned(), words.into());
    object.insert("enumDescriptions".to_owned(), descriptions.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Value {
        let mut schema = json!({
            "properties": {
                "mode": { "description": "How far.", "$ref": "#/$defs/Mode" },
                "other": { "$ref": "#/$defs/Mode" },
                "many": { "description": "Things.", "additionalProperties": { "anyOf": [{ "$ref": "#/$defs/Thing" }, { "type": "null" }] } },
                "either": { "description": "One.", "anyOf": [{ "type": "string", "description": "short" }, { "$ref": "#/$defs/Thing" }] },
            },
            "$defs": {
                "Mode": { "description": "A mode.", "oneOf": [{ "const": "on", "description": "It is." }, { "enum": ["off"] }] },
                "Thing": { "description": "A thing.", "properties": { "a": { "type": "string" } } },
            },
        });
        describe_keys(&mut schema);
        schema
    }

    #[test]
    fn a_key_keeps_its_own_description_and_one_without_has_that_of_its_type() {
        let schema = schema();
        assert_eq!(schema["properties"]["mode"]["description"], "How far.");
        assert_eq!(schema["properties"]["other"]["description"], "A mode.");
        assert_eq!(schema["properties"]["many"]["additionalProperties"]["description"], "A thing.");
        assert_eq!(schema["properties"]["either"]["anyOf"][0], json!({ "type": "string" }));
        assert!(schema["$defs"].as_object().unwrap().values().all(|part| part.get("description").is_none()));
    }

    #[test]
    fn choices_are_listed_with_what_they_mean() {
        let mode = &schema()["$defs"]["Mode"];
        assert_eq!(mode["enum"], json!(["on", "off"]));
        assert_eq!(mode["enumDescriptions"], json!(["It is.", ""]));
        assert!(mode.get("oneOf").is_none());
    }
}
