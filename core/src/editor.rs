//! The JSON Schema of a spec as an editor shows it.
//!
//! A language server takes the description that is nearest to a value. What a type says of itself would stand before what a
//! property says of its place, so a definition, an alternative and a choice have no description of their own here.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::Endpoint;

/// What a name in a map or an item of a list is, which its type says.
const ENTRIES: [&str; 2] = ["items", "additionalProperties"];
const ALTERNATIVES: [&str; 3] = ["anyOf", "oneOf", "allOf"];
/// A text that holds a variable may become anything.
const VARIABLE: &str = r"|\$\{";

/// The schema of `tool`. `examples` is JSON: of each property, by its place in the result, what a spec has there.
pub(crate) fn shown(schema: Value, tool: &str, examples: &str) -> Result<Value, serde_json::Error> {
    let mut schema = named_plainly(schema);
    let about = descriptions(&mut schema);
    each(&mut schema, &mut |fields| {
        list_choices(fields);
        describe_entries(fields, &about);
        silence_alternatives(fields);
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

/// Every object of the schema, the inner ones first.
fn each(schema: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, change)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| each(field, change));
            change(fields);
        }
        _ => {}
    }
}

/// Definitions have names of types, which messages and completions show: `AccessKey` becomes `accessKey`, `AclSpec` `acl`.
fn named_plainly(mut schema: Value) -> Value {
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        let typed = std::mem::take(definitions);
        definitions.extend(typed.into_iter().map(|(name, definition)| (plain(&name), definition)));
    }
    each(&mut schema, &mut |fields| {
        if let Some(name) = referred(fields).map(plain) {
            fields.insert("$ref".to_owned(), format!("#/$defs/{name}").into());
        }
    });
    schema
}

fn plain(name: &str) -> String {
    let name = ["Spec", "Ref"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
    let mut letters = name.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

fn referred(fields: &Map<String, Value>) -> Option<&str> {
    fields.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

/// Takes from each definition what it says of itself.
fn descriptions(schema: &mut Value) -> BTreeMap<String, Value> {
    let definitions = schema.get_mut("$defs").and_then(Value::as_object_mut);
    let described = definitions.into_iter().flatten().filter_map(|(name, definition)| {
        let text = definition.as_object_mut()?.remove("description")?;
        // What follows the first paragraph is about the code.
        let first = text.as_str()?.split("\n\n").next()?;
        Some((name.clone(), first.into()))
    });
    described.collect()
}

/// Choices that are described one by one become a list, beside the list of what they mean.
fn list_choices(fields: &mut Map<String, Value>) {
    let Some(choices) = fields.get("oneOf").and_then(Value::as_array) else { return };
    let listed = choices.iter().map(|choice| {
        let values = match choice.get("enum") {
            Some(values) => values.as_array()?.clone(),
            None => vec![choice.get("const")?.clone()],
        };
        let about = choice.get("description").cloned().unwrap_or_else(|| "".into());
        Some(values.into_iter().map(move |value| (value, about.clone())))
    });
    let Some(listed) = listed.collect::<Option<Vec<_>>>() else { return };
    let (values, about): (Vec<_>, Vec<_>) = listed.into_iter().flatten().unzip();
    fields.remove("oneOf");
    fields.insert("type".to_owned(), "string".into());
    fields.insert("enum".to_owned(), values.into());
    fields.insert("enumDescriptions".to_owned(), about.into());
}

fn describe_entries(fields: &mut Map<String, Value>, about: &BTreeMap<String, Value>) {
    for key in ENTRIES {
        let Some(entry) = fields.get_mut(key).and_then(Value::as_object_mut) else { continue };
        if let Some(text) = only_definition(entry).and_then(|name| about.get(name)) {
            entry.entry("description").or_insert_with(|| text.clone());
        }
    }
}

/// The one definition that a schema refers to, itself or among alternatives.
fn only_definition(fields: &Map<String, Value>) -> Option<&str> {
    let forms = fields.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    let mut names = forms.filter_map(Value::as_object).chain([fields]).filter_map(referred);
    names.next().filter(|_| names.next().is_none())
}

fn silence_alternatives(fields: &mut Map<String, Value>) {
    for key in ALTERNATIVES {
        let forms = fields.get_mut(key).and_then(Value::as_array_mut);
        for form in forms.into_iter().flatten().filter_map(Value::as_object_mut) {
            form.remove("description");
        }
    }
}

/// The end of a line in the source is none in the text.
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
        // What a language server says in the place of the pattern.
        let message = "An endpoint is NAME:PORT, with a DNS name and no address.";
        fields.insert("patternErrorMessage".to_owned(), message.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Value {
        let of_type = json!({
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
        shown(of_type, "toy-init", r#"{"/properties/match": "any", "/properties/gone": 1}"#)
            .unwrap_or_default()
    }

    #[test]
    fn the_description_of_a_key_is_the_only_one_on_the_way_to_its_value() {
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
    fn choices_are_listed_with_what_they_mean() {
        let choices = json!({
            "type": "string", "enum": ["any", "prefixed"], "enumDescriptions": ["", "It begins so."],
        });
        assert_eq!(schema()["$defs"]["pattern"], choices);
    }

    #[test]
    fn examples_stand_at_their_places_and_a_variable_fits_any_pattern() {
        let schema = schema();
        assert_eq!(schema["properties"]["match"]["examples"], json!(["any"]));
        assert_eq!(schema["$defs"]["secret"]["properties"]["description"]["pattern"], r"^a$|\$\{");
        assert_eq!(schema["$id"], "urn:dayzero:toy-init:spec");
        assert!(schema["properties"].get("gone").is_none());
    }
}
