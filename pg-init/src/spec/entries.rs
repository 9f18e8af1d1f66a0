//! Entries of a map by name. An entry with nothing in it, which YAML reads as null, declares its name alone, as `{}` does.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

pub(super) fn entries<'de, D, V>(deserializer: D) -> Result<BTreeMap<String, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de> + Default,
{
    let written = BTreeMap::<String, Option<V>>::deserialize(deserializer)?;
    Ok(written.into_iter().map(|(name, entry)| (name, entry.unwrap_or_default())).collect())
}
