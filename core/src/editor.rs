//! Adapts the generated JSON Schema of a spec to what editors show.
//!
//! A language server shows the description that is nearest to a value. The description of a type would hide that of the
//! property, so descriptions of definitions, alternatives and enumerated values are moved or removed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::Endpoint;

/// The keywords for the items of a list and the values of a map, which get the description of their type.
const ENTRIES: [&str; 2] = ["items", "additionalProperties"];
const ALTERNATIVES: [&str; 3] = ["anyOf", "oneOf", "allOf"];
/// The alternative that every pattern gets: a text with a variable is only known after substitution.
const VARIABLE: &str = r"|\$\{";

/// Returns the adapted schema of `tool`. `examples` is a JSON object from the JSON pointer of a property to its example.
pub(crate) fn for_editors(schema: Value, tool: &str, examples: &str) -> Result<Value, serde_json::Error> {
    let mut schema = rename_definitions(schema);
    let descriptions = take_descriptions(&mut schema);
    visit_objects(&mut schema, &mut |fields| {
        list_choices(fields);
        describe_entries(fields, &descriptions);
        remove_descriptions_of_alternatives(fields);
        unwrap_lines(fields);
        allow_variables(fields);
    });
    let examples: BTreeMap<String, Value> = serde_json::from_str(examples)?;
    for (place, example) in examples {
        if let Some(property) = schema.pointer_mut(&place).and_then(Value::as_object_mut) {
            property.insert("examples".to_owned(), json!([example]));
        }
    }
    if let Some(fields) = schema.as_object_mut() {
        fields.insert("$id".to_owned(), format!("urn:dayzero:{tool}:spec").into());
    }
    Ok(schema)
}

/// Calls `change` for every object of the schema, inner ones first.
fn visit_objects(schema: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| visit_objects(item, change)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| visit_objects(field, change));
            change(fields);
        }
        _ => {}
    }
}

/// Renames the definitions, whose names editors show, from names of Rust types to plain names: `AccessKey` becomes
/// `accessKey`, and `AclSpec` becomes `acl`.
fn rename_definitions(mut schema: Value) -> Value {
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        let typed = std::mem::take(definitions);
        definitions.extend(typed.into_iter().map(|(name, definition)| (plain_name(&name), definition)));
    }
    visit_objects(&mut schema, &mut |fields| {
        if let Some(name) = definition_of_ref(fields).map(plain_name) {
            fields.insert("$ref".to_owned(), format!("#/$defs/{name}").into());
        }
    });
    schema
}

fn plain_name(name: &str) -> String {
    let name = ["Spec", "Ref"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

fn definition_of_ref(fields: &Map<String, Value>) -> Option<&str> {
    fields.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

/// Removes the description of each definition and returns them by name.
fn take_descriptions(schema: &mut Value) -> BTreeMap<String, Value> {
    let definitions = schema.get_mut("$defs").and_then(Value::as_object_mut);
    let described = definitions.into_iter().flatten().filter_map(|(name, definition)| {
        let text = definition.as_object_mut()?.remove("description")?;
        // Paragraphs after the first are about the implementation.
        let first = text.as_str()?.split("\n\n").next()?;
        Some((name.clone(), first.into()))
    });
    described.collect()
}

/// Converts a `oneOf` of described constants to an `enum` with `enumDescriptions`.
fn list_choices(fields: &mut Map<String, Value>) {
    let Some(choices) = fields.get("oneOf").and_then(Value::as_array) else { return };
    let listed = choices.iter().map(|choice| {
        let values = match choice.get("enum") {
            Some(values) => values.as_array()?.clone(),
            None => vec![choice.get("const")?.clone()],
        };
        let descriptions = choice.get("description").cloned().unwrap_or_else(|| "".into());
        Some(values.into_iter().map(move |value| (value, descriptions.clone())))
    });
    let Some(listed) = listed.collect::<Option<Vec<_>>>() else { return };
    let (values, descriptions): (Vec<_>, Vec<_>) = listed.into_iter().flatten().unzip();
    fields.remove("oneOf");
    fields.insert("type".to_owned(), "string".into());
    fields.insert("enum".to_owned(), values.into());
    fields.insert("enumDescriptions".to_owned(), descriptions.into());
}

/// Gives the items of a list and the values of a map the description of their type.
fn describe_entries(fields: &mut Map<String, Value>, descriptions: &BTreeMap<String, Value>) {
    for key in ENTRIES {
        let Some(entry) = fields.get_mut(key).and_then(Value::as_object_mut) else { continue };
        if let Some(text) = only_definition(entry).and_then(|name| descriptions.get(name)) {
            entry.entry("description").or_insert_with(|| text.clone());
        }
    }
}

/// The only definition that a schema refers to, directly or in an alternative.
fn only_definition(fields: &Map<String, Value>) -> Option<&str> {
    let forms = fields.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    let mut names = forms.filter_map(Value::as_object).chain([fields]).filter_map(definition_of_ref);
    names.next().filter(|_| names.next().is_none())
}

fn remove_descriptions_of_alternatives(fields: &mut Map<String, Value>) {
    for key in ALTERNATIVES {
        let forms = fields.get_mut(key).and_then(Value::as_array_mut);
        for form in forms.into_iter().flatten().filter_map(Value::as_object_mut) {
            form.remove("description");
        }
    }
}

/// Joins the lines of a paragraph, because the line breaks of the source mean nothing.
fn unwrap_lines(fields: &mut Map<String, Value>) {
    if let Some(Value::String(text)) = fields.get_mut("description") {
        let paragraphs = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
        *text = paragraphs.collect::<Vec<_>>().join("\n\n");
    }
}

fn allow_variables(fields: &mut Map<String, Value>) {
    let Some(Value::String(pattern)) = fields.get_mut("pattern") else { return };
    let is_endpoint = pattern == Endpoint::PATTERN;
    pattern.push_str(VARIABLE);
    if is_endpoint {
        // The message that a language server shows instead of the pattern.
        let message = "An endpoint is NAME:PORT, with a DNS name and no address.";
        fields.insert("patternErrorMessage".to_owned(), message.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Value {
        let generated = json!({
            "properties": {
                "match": { "description": "How names\nare compared.", "$ref": "#/$defs/Pattern" },
                "users": { "description": "d", "additionalProperties": { "$ref": "#/$defs/UserSpec" } },
                "keys": { "description": "d", "items": {
                    "anyOf": [{ "$ref": "#/$defs/UserSpec" }, { "type": "null" }],
                } },
                "password": { "description": "Its password.", "anyOf": [
                    { "$ref": "#/$defs/SecretRef" }, { "type": "string", "description": "a form" },
                ] },
            },
            "$defs": {
                "Pattern": { "description": "type", "oneOf": [
                    { "enum": ["any"] }, { "const": "prefixed", "description": "It begins so." },
                ] },
                "SecretRef": { "description": "type", "properties": {
                    "description": { "type": "string", "pattern": "^a$", "description": "x" },
                } },
                "UserSpec": { "description": "One user.\n\nA note." },
            },
        });
        for_editors(generated, "toy-init", r#"{"/properties/match": "any", "/properties/gone": 1}"#)
            .unwrap_or_default()
    }

    #[test]
    fn only_the_property_has_a_description_on_the_path_to_a_value() {
        let schema = schema();
        assert_eq!(schema["properties"]["match"]["description"], "How names are compared.");
        assert_eq!(schema["properties"]["users"]["additionalProperties"]["description"], "One user.");
        assert_eq!(schema["properties"]["keys"]["items"]["description"], "One user.");
        assert_eq!(schema["properties"]["password"]["anyOf"][1], json!({ "type": "string" }));
        for definition in ["pattern", "secret", "user"] {
            assert!(schema["$defs"][definition].is_object(), "{definition}");
            assert!(schema["$defs"][definition].get("description").is_none(), "{definition}");
        }
        assert_eq!(schema["$defs"]["secret"]["properties"]["description"]["description"], "x");
    }

    #[test]
    fn enumerated_values_are_listed_with_their_descriptions() {
        let choices = json!({
            "type": "string", "enum": ["any", "prefixed"], "enumDescriptions": ["", "It begins so."],
        });
        assert_eq!(schema()["$defs"]["pattern"], choices);
    }

    #[test]
    fn examples_are_inserted_and_every_pattern_allows_variables() {
        let schema = schema();
        assert_eq!(schema["properties"]["match"]["examples"], json!(["any"]));
        assert_eq!(schema["$defs"]["secret"]["properties"]["description"]["pattern"], r"^a$|\$\{");
        assert_eq!(schema["$id"], "urn:dayzero:toy-init:spec");
        assert!(schema["properties"].get("gone").is_none());
    }
}
