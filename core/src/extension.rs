//! The top-level keys of a spec that its type does not have: extension fields and `interpolate`.
//!
//! As in a Compose file, fields with the prefix `x-` are ignored, so that YAML anchors can be defined in them. Their content
//! counts towards the limits of depth and size. `interpolate` controls the substitution of variables before parsing.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::CowStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

/// The prefix of extension fields.
pub(crate) const PREFIX: &str = "x-";
/// The key that turns the substitution of variables on.
pub(crate) const INTERPOLATE: &str = "interpolate";

/// Wraps the deserializer of a spec and removes these keys from its top level.
pub(crate) struct WithoutExtensions<D>(pub(crate) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for WithoutExtensions<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(TopLevelVisitor(visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(TopLevelVisitor(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, TopLevelVisitor(visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct enum identifier ignored_any
    }
}

/// Visits the top-level mapping. A spec that is no mapping is refused by the inner visitor.
struct TopLevelVisitor<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for TopLevelVisitor<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Entries(map))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(seq)
    }
}

struct Entries<A>(A);

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, mut seed: K) -> Result<Option<K::Value>, A::Error> {
        loop {
            match self.0.next_key_seed(KeySeed(seed, PhantomData))? {
                None => return Ok(None),
                Some(KeyRead::Known(key)) => return Ok(Some(key)),
                Some(KeyRead::Ignored(unused)) => seed = unused,
            }
            self.0.next_value::<IgnoredAny>()?;
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(seed)
    }
}

/// Reads one key. The inner seed is deserialized within the call of the parser, which knows the location of the key.
struct KeySeed<'de, K>(K, PhantomData<&'de ()>);

enum KeyRead<K, T> {
    Known(T),
    Ignored(K),
}

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for KeySeed<'de, K> {
    type Value = KeyRead<K, K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let key: Cow<'de, str> = serde::Deserialize::deserialize(deserializer)?;
        if key.starts_with(PREFIX) || key == INTERPOLATE {
            return Ok(KeyRead::Ignored(self.0));
        }
        let key: CowStrDeserializer<'de, D::Error> = key.into_deserializer();
        self.0.deserialize(key).map(KeyRead::Known)
    }
}
