//! Keys of a spec's top level that are no part of what it means. Those that begin with `x-` are ignored, so that anchors have a
//! place to be defined, as in a Compose file; what stands below them counts for depth and size as everything else does.
//! `interpolate` is about the text alone.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::CowStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

/// What such a key begins with.
pub(crate) const PREFIX: &str = "x-";
/// Whether variables in the text are replaced.
pub(crate) const INTERPOLATE: &str = "interpolate";

/// A deserializer of a spec, whose top level has no such keys.
pub(crate) struct Without<D>(pub(crate) D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Without<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(Top(visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Top(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, Top(visitor))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct enum identifier ignored_any
    }
}

/// Sees the top level's mapping; a spec that is none is refused in the words of its own visitor.
struct Top<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Top<V> {
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
            match self.0.next_key_seed(Key(seed, PhantomData))? {
                None => return Ok(None),
                Some(Read::Known(key)) => return Ok(Some(key)),
                Some(Read::Ignored(unused)) => seed = unused,
            }
            self.0.next_value::<IgnoredAny>()?;
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(seed)
    }
}

/// Reads one key. Its own seed is asked inside of the parser's, which knows where the key stands.
struct Key<'de, K>(K, PhantomData<&'de ()>);

enum Read<K, T> {
    Known(T),
    Ignored(K),
}

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for Key<'de, K> {
    type Value = Read<K, K::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let key: Cow<'de, str> = serde::Deserialize::deserialize(deserializer)?;
        if key.starts_with(PREFIX) || key == INTERPOLATE {
            return Ok(Read::Ignored(self.0));
        }
        let key: CowStrDeserializer<'de, D::Error> = key.into_deserializer();
        self.0.deserialize(key).map(Read::Known)
    }
}
