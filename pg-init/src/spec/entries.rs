//! Reads maps by name. An entry without a value, which YAML reads as null, declares its name alone, as `{}` does.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Unexpected, Visitor};

/// Reads a map whose values may be absent.
pub(super) fn entries<'de, D, V>(deserializer: D) -> Result<BTreeMap<String, V>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de> + Default,
{
    deserializer.deserialize_any(Entries(PhantomData))
}

/// The serde visitor of such a map.
struct Entries<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de> + Default> Visitor<'de> for Entries<V> {
    type Value = BTreeMap<String, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map by name, such as `{NAME: {}}`")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        let written = BTreeMap::<String, Option<V>>::deserialize(MapAccessDeserializer::new(map))?;
        Ok(written.into_iter().map(|(name, entry)| (name, entry.unwrap_or_default())).collect())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(de::Error::invalid_type(Unexpected::Seq, &self))
    }
}
