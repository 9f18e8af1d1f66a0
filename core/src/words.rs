//! The words of a tool's own: what a change or a conflict says whatever the spec and the server are.

use serde_json::Value;

/// Words of every tool's changes.
const COMMON: &str = "add alter assign attach change changes conflict create detach drop enable disable from grant in \
    kind load meet name none null op problem remove revoke set server spec status to true false unset value";

/// The names of fields and of choices in a JSON Schema, as they are and word by word, and those of every tool.
pub(crate) fn of(schema: &Value) -> String {
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
                        properties.keys().for_each(|name| note(name, words));
                    }
                    ("enum", Value::Array(choices)) => {
                        choices.iter().filter_map(Value::as_str).for_each(|choice| note(choice, words));
                    }
                    ("const", Value::String(choice)) => note(choice, words),
                    _ => {}
                }
                collect(value, words);
            }
        }
        _ => {}
    }
}

/// `replicationFactor`, and `replication factor`.
fn note(name: &str, words: &mut String) {
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
        let words = of(&schema);
        for word in ["\nreplicationFactor\n", "replication factor", "\non\n", " alter "] {
            assert!(words.contains(word), "{words}");
        }
    }
}
