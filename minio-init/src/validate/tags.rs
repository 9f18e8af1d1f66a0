//! Validates tags of buckets and in the filters of lifecycle rules.

use std::collections::BTreeMap;

use init_core::{SpecPath, Violations};

/// Checks the limits of S3 for tags.
pub(super) fn check(at: &SpecPath, tags: &BTreeMap<String, String>, max: usize, violations: &mut Violations) {
    if tags.len() > max {
        violations.push(at, format!("at most {max} tags"));
    }
    let allowed = |text: &str| text.chars().all(|c| c.is_alphanumeric() || " +-=._:/@".contains(c));
    for (key, value) in tags {
        let at = at.key(key);
        if key.is_empty() || key.chars().count() > 128 || !allowed(key) || key.starts_with("aws:") {
            violations.push(
                &at,
                "a tag's key has 1 to 128 letters, digits, spaces and `+-=._:/@`, not beginning with `aws:`",
            );
        }
        if value.chars().count() > 256 || !allowed(value) {
            violations.push(&at, "a tag's value has up to 256 letters, digits, spaces and `+-=._:/@`");
        }
    }
}
