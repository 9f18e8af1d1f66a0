//! The page about this tool: its examples are valid specs, and every field has an example.

use std::collections::BTreeSet;

use init_core::Command;
use pg_init::Spec;
use serde_json::Value;

use crate::report;

const PAGE: &str = include_str!("../../../docs/postgres.md");
const HEAD: &str = "endpoint: pg:5432\nuser: postgres\npassword: {secret: p}\ntls: disable\n";

fn examples() -> Vec<String> {
    let blocks = PAGE.split("```yaml\n").skip(1).filter_map(|rest| rest.split_once("```"));
    let whole =
        |block: &str| if block.contains("endpoint") { block.to_owned() } else { format!("{HEAD}{block}") };
    blocks.map(|(block, _)| whole(block)).collect()
}

#[tokio::test]
async fn every_example_is_a_valid_spec() {
    // The example about TLS names files that do not exist here.
    for example in examples().iter().filter(|example| !example.contains("{file: ")) {
        let report = report(Command::Validate, example).await;
        assert_eq!(report["outcome"], "valid", "{example}\n{report}");
    }
}

/// Every key of every object of the schema.
fn keys(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(entries) => {
            for (key, inner) in entries {
                if let ("properties", Value::Object(properties)) = (key.as_str(), inner) {
                    found.extend(properties.keys().cloned());
                }
                keys(inner, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|inner| keys(inner, found)),
        _ => {}
    }
}

#[test]
fn every_field_has_an_example() {
    let mut found = BTreeSet::new();
    keys(&serde_json::to_value(schemars::schema_for!(Spec)).unwrap(), &mut found);
    let text = examples().concat();
    let absent: Vec<_> = found.into_iter().filter(|key| !text.contains(&format!("{key}:"))).collect();
    assert_eq!(absent, [""; 0]);
}
