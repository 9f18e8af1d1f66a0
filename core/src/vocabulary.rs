//! The vocabulary of a tool: the fixed words of its changes and conflicts, which redaction keeps in texts of this program.

use serde_json::Value;

/// The words in the changes of all tools.
const COMMON: &str = "add alter assign attach change changes conflict create detach drop enable disable from grant in \
    kind load meet name none null op problem remove revoke set server spec status to true false unset value";

/// The names of fields and enumerated values in a JSON Schema, also split into words, and the common words.
pub(crate) fn from_schema(schema: &Value) -> String {
    let mut words = COMMON.to_owned();
    collect(schema, &mut words);
    words
}

fn collect(schema: &Value, words: &mut String) {
    match schema {
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        Value::Object(object) => {
            for (key, value) in object {
                match (key.as_str(), value) {
                    ("properties", Value::Object(properties)) => {
                        properties.keys().for_each(|name| add(name, words));
                    }
                    ("enum", Value::Array(choices)) => {
                        choices.iter().filter_map(Value::as_str).for_each(|choice| add(choice, words));
                    }
                    ("const", Value::String(choice)) => add(choice, words),
                    _ => {}
                }
                collect(value, words);
            }
        }
        _ => {}
    }
}

/// Adds a name such as `replicationFactor`, and its words `replication factor`.
fn add(name: &str, words: &mut String) {
    words.extend(["\n", name, "\n"]);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_choices_are_words() {
        let schema = serde_json::json!({"properties": {"replicationFactor": {"enum": ["on", "off"]}}});
        let words = from_schema(&schema);
        for word in ["\nreplicationFactor\n", "replication factor", "\non\n", " alter "] {
            assert!(words.contains(word), "{words}");
        }
    }
}
