//! Collects all errors of a document instead of the first one only: an entry that cannot be deserialized is skipped, and
//! the document is deserialized again.
//!
//! An entry is identified by its path: the indices of the entries that lead to it, in mappings and lists alike.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The limit for the entries of all passes together, because aliases can make a short document a very long one.
const ENTRIES_LIMIT: usize = 1_000_000;

type EntryPath = Vec<usize>;

/// The state of one pass over the document: the current path, the path of the first failure, and the paths to skip.
#[derive(Default)]
pub(crate) struct Pass {
    current: RefCell<EntryPath>,
    failed: RefCell<Option<EntryPath>>,
    skipped: BTreeSet<EntryPath>,
    entries: Cell<usize>,
}

/// The kind of an error, which determines how the next pass continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A value or a key that is not accepted. The rest of the document can be deserialized without it.
    Entry,
    /// A missing key, which may be that of a skipped entry.
    MissingKey,
    /// The document is not valid YAML or exceeds a limit. There is no further pass.
    Document,
}

/// Returns the value, or up to `most` errors. `may_be_misspelling(missing, other)` returns true if the missing key of the
/// first error may have been written as the key that the other error is about.
pub(crate) fn collect_errors<T, E>(
    most: usize,
    kind: impl Fn(&E) -> Kind,
    may_be_misspelling: impl Fn(&E, &E) -> bool,
    mut read: impl FnMut(&Pass) -> Result<T, E>,
) -> Result<T, Vec<E>> {
    let mut pass = Pass::default();
    let mut errors: Vec<(EntryPath, E)> = Vec::new();
    for _ in 0..most {
        let error = match read(&pass) {
            Ok(value) if errors.is_empty() => return Ok(value),
            Ok(_) => break,
            Err(error) => error,
        };
        let path = pass.failed.take().unwrap_or_default();
        let kind = kind(&error);
        if kind == Kind::Document {
            // The entry was not accepted because it is not valid YAML.
            errors.retain(|(of, _)| *of != path || path.is_empty());
        }
        let is_consequence = kind == Kind::MissingKey
            && entries_of(&path, &errors).any(|other| may_be_misspelling(&error, other));
        if !is_consequence && (kind == Kind::Document || !pass.skipped.contains(&path)) {
            errors.push((path.clone(), error));
        }
        // The whole document cannot be skipped, and an entry that fails although it is skipped ends the passes.
        let is_last = kind == Kind::Document || path.is_empty() || !pass.skipped.insert(path);
        if is_last || pass.entries.get() > ENTRIES_LIMIT {
            break;
        }
    }
    Err(errors.into_iter().map(|(_, error)| error).collect())
}

/// The errors that concern the entries of the mapping with this path.
fn entries_of<'e, E>(path: &'e EntryPath, errors: &'e [(EntryPath, E)]) -> impl Iterator<Item = &'e E> {
    let is_entry = move |of: &EntryPath| of.split_last().is_some_and(|(_, parent)| parent == path);
    errors.iter().filter(move |(of, _)| is_entry(of)).map(|(_, error)| error)
}

impl Pass {
    /// Wraps a deserializer so that this pass knows the path of every entry.
    pub(crate) fn track<D>(&self, deserializer: D) -> Tracked<'_, D> {
        Tracked { inner: deserializer, pass: self }
    }

    fn skips(&self, entry: usize) -> bool {
        if self.skipped.is_empty() {
            return false;
        }
        let mut path = self.current.borrow().clone();
        path.push(entry);
        self.skipped.contains(&path)
    }

    /// Deserializes an entry of the current mapping or list. The innermost entry with an error is recorded.
    fn in_entry<T, E>(&self, entry: usize, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.entries.set(self.entries.get().saturating_add(1));
        self.current.borrow_mut().push(entry);
        let result = self.record_failure(read());
        self.current.borrow_mut().pop();
        result
    }

    fn record_failure<T, E>(&self, result: Result<T, E>) -> Result<T, E> {
        if result.is_err() {
            self.failed.borrow_mut().get_or_insert_with(|| self.current.borrow().clone());
        }
        result
    }
}

/// A deserializer, a visitor or a seed that tracks the path of the current entry.
pub(crate) struct Tracked<'r, T> {
    inner: T,
    pass: &'r Pass,
}

/// Forwards the methods for values that may contain other values, with a tracked visitor.
macro_rules! forward_tracked {
    ($($method:ident($($argument:ident: $type:ty),*))*) => { $(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($argument,)* Tracked { inner: visitor, pass: self.pass })
        }
    )* };
}

/// Forwards the methods for scalars unchanged, which keeps the binary small.
macro_rules! forward_scalars {
    ($($method:ident($($argument:ident: $type:ty),*))*) => { $(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($argument,)* visitor)
        }
    )* };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tracked<'_, D> {
    type Error = D::Error;

    forward_tracked! {
        deserialize_any() deserialize_option() deserialize_newtype_struct(name: &'static str)
        deserialize_seq() deserialize_tuple(len: usize) deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_map() deserialize_struct(name: &'static str, fields: &'static [&'static str])
    }

    forward_scalars! {
        deserialize_bool()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_f32() deserialize_f64() deserialize_char() deserialize_str() deserialize_string()
        deserialize_bytes() deserialize_byte_buf() deserialize_unit() deserialize_unit_struct(name: &'static str)
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier() deserialize_ignored_any()
    }
}

/// Forwards scalars to the inner visitor.
macro_rules! visit {
    ($($method:ident($type:ty))*) => { $(
        fn $method<E: serde::de::Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value)
        }
    )* };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Tracked<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    visit! {
        visit_bool(bool)
        visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_i64(i64) visit_i128(i128)
        visit_u8(u8) visit_u16(u16) visit_u32(u32) visit_u64(u64) visit_u128(u128)
        visit_f32(f32) visit_f64(f64) visit_char(char)
        visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(self.pass.track(value))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(self.pass.track(value))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, value: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.pass.record_failure(self.inner.visit_seq(Entries { inner: items, next: 0, pass: self.pass }))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        self.pass.record_failure(self.inner.visit_map(Entries { inner: entries, next: 0, pass: self.pass }))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Tracked<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(self.pass.track(deserializer))
    }
}

/// The entries of a mapping or a list without the skipped ones.
struct Entries<'r, A> {
    inner: A,
    next: usize,
    pass: &'r Pass,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Entries<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        while self.pass.skips(self.next)
            && self.pass.in_entry(self.next, || self.inner.next_element::<IgnoredAny>())?.is_some()
        {
            self.next += 1;
        }
        let (entry, pass) = (self.next, self.pass);
        self.next += 1;
        pass.in_entry(entry, || self.inner.next_element_seed(Tracked { inner: seed, pass }))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        while self.pass.skips(self.next) && self.inner.next_key::<IgnoredAny>()?.is_some() {
            self.pass.in_entry(self.next, || self.inner.next_value::<IgnoredAny>())?;
            self.next += 1;
        }
        let entry = self.next;
        self.next += 1;
        self.pass.in_entry(entry, || self.inner.next_key_seed(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let (entry, pass) = (self.next.saturating_sub(1), self.pass);
        pass.in_entry(entry, || self.inner.next_value_seed(Tracked { inner: seed, pass }))
    }
}

#[cfg(test)]
mod tests;
