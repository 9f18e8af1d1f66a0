//! Parts of a spec with every field that are about other servers, in two variants.

use serde_json::{Value, json};

pub(super) fn tiers(second: bool) -> Value {
    let pick = |a: Value, b: Value| if second { b } else { a };
    json!({
        "COLD": {"type": "minio", "endpoint": "http://cold:9000", "accessKey": pick(json!("one"), json!("two")),
                 "secretKey": {"secret": "g"}, "bucket": "cold"},
        "GLACIER": {"type": "s3", "endpoint": "https://s3.example.org/", "accessKey": {"secret": "h"}, "secretKey": {"secret": "g"},
                    "bucket": "cold", "prefix": "a/", "region": "eu-west-1", "storageClass": "STANDARD_IA"},
    })
}

pub(super) fn copied(second: bool) -> Value {
    let pick = |a: Value, b: Value| if second { b } else { a };
    json!({"versioning": "enabled", "replication": [
                {"to": far(second, "one"), "prefix": "a/", "deletes": pick(json!(true), json!(false)),
                 "priority": pick(json!(null), json!(9))},
                {"to": far(second, "one"), "tags": {"a": "b"}, "status": pick(json!("enabled"), json!("disabled"))},
                {"to": far(false, "two"), "existingObjects": true, "deleteMarkers": pick(json!(null), json!(true))}]})
}

/// A bucket at another server.
fn far(second: bool, name: &str) -> Value {
    let key = if second { "new-key" } else { "old-key" };
    json!({"endpoint": format!("http://{name}:9000"), "bucket": "copy", "accessKey": key, "secretKey": {"secret": "g"}})
}
