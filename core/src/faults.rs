//! Every place of a text that does not parse, and not only the first: what failed is left out, and the text is read again.
//!
//! A place is told by where it stands: the numbers of the entries that lead to it, of mappings and lists alike.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// All readings of a text together: a short text with aliases may be a long one.
const ENTRIES_LIMIT: usize = 1_000_000;

type Place = Vec<usize>;

/// One reading of the text: where it is, where it failed, and what it leaves out.
#[derive(Default)]
pub(crate) struct Reading {
    at: RefCell<Place>,
    failed: RefCell<Option<Place>>,
    left_out: BTreeSet<Place>,
    entries: Cell<usize>,
}

/// What an error says about the rest of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A value or a key that does not fit: the rest can be read without it.
    Entry,
    /// A key that a mapping lacks, which may be one that is left out.
    MissingKey,
    /// The text is no YAML, or keeps no bound: there is no rest.
    Text,
}

/// What was read, or what is wrong in up to `most` places. `is_meant` says whether a missing key, which is the first error, may be
/// the entry that the second one is about.
pub(crate) fn all<T, E>(
    most: usize,
    kind: impl Fn(&E) -> Kind,
    is_meant: impl Fn(&E, &E) -> bool,
    mut read: impl FnMut(&Reading) -> Result<T, E>,
) -> Result<T, Vec<E>> {
    let mut reading = Reading::default();
    let mut errors: Vec<(Place, E)> = Vec::new();
    for _ in 0..most {
        let error = match read(&reading) {
            Ok(value) if errors.is_empty() => return Ok(value),
            Ok(_) => break,
            Err(error) => error,
        };
        let place = reading.failed.take().unwrap_or_default();
        let kind = kind(&error);
        if kind == Kind::Text {
            // What is no YAML did not fit for that reason.
            errors.retain(|(of, _)| *of != place || place.is_empty());
        }
        let follows =
            kind == Kind::MissingKey && entries_of(&place, &errors).any(|other| is_meant(&error, other));
        if !follows && (kind == Kind::Text || !reading.left_out.contains(&place)) {
            errors.push((place.clone(), error));
        }
        // Without the whole text there is nothing to read, and what is met again cannot be passed.
        let is_last = kind == Kind::Text || place.is_empty() || !reading.left_out.insert(place);
        if is_last || reading.entries.get() > ENTRIES_LIMIT {
            break;
        }
    }
    Err(errors.into_iter().map(|(_, error)| error).collect())
}

/// The errors about entries of the mapping at this place.
fn entries_of<'e, E>(place: &'e Place, errors: &'e [(Place, E)]) -> impl Iterator<Item = &'e E> {
    let is_entry = move |of: &Place| of.split_last().is_some_and(|(_, within)| within == place);
    errors.iter().filter(move |(of, _)| is_entry(of)).map(|(_, error)| error)
}

impl Reading {
    /// The text as it is read, entry by entry.
    pub(crate) fn of<D>(&self, deserializer: D) -> Entered<'_, D> {
        Entered { inner: deserializer, reading: self }
    }

    fn leaves_out(&self, entry: usize) -> bool {
        if self.left_out.is_empty() {
            return false;
        }
        let mut place = self.at.borrow().clone();
        place.push(entry);
        self.left_out.contains(&place)
    }

    /// Reads an entry of the mapping or list that it is in. The innermost place is what failed.
    fn within<T, E>(&self, entry: usize, read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.entries.set(self.entries.get().saturating_add(1));
        self.at.borrow_mut().push(entry);
        let result = self.noted(read());
        self.at.borrow_mut().pop();
        result
    }

    fn noted<T, E>(&self, result: Result<T, E>) -> Result<T, E> {
        if result.is_err() {
            self.failed.borrow_mut().get_or_insert_with(|| self.at.borrow().clone());
        }
        result
    }
}

/// A deserializer, a visitor or a seed that knows where it is.
pub(crate) struct Entered<'r, T> {
    inner: T,
    reading: &'r Reading,
}

/// What may hold other values is read by a visitor that knows where it is.
macro_rules! followed {
    ($($method:ident($($argument:ident: $type:ty),*))*) => { $(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($argument,)* Entered { inner: visitor, reading: self.reading })
        }
    )* };
}

/// What holds no others is read as without us, which keeps the program small.
macro_rules! as_it_is {
    ($($method:ident($($argument:ident: $type:ty),*))*) => { $(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($argument,)* visitor)
        }
    )* };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Entered<'_, D> {
    type Error = D::Error;

    followed! {
        deserialize_any() deserialize_option() deserialize_newtype_struct(name: &'static str)
        deserialize_seq() deserialize_tuple(len: usize) deserialize_tuple_struct(name: &'static str, len: usize)
        deserialize_map() deserialize_struct(name: &'static str, fields: &'static [&'static str])
    }

    as_it_is! {
        deserialize_bool()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_f32() deserialize_f64() deserialize_char() deserialize_str() deserialize_string()
        deserialize_bytes() deserialize_byte_buf() deserialize_unit() deserialize_unit_struct(name: &'static str)
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier() deserialize_ignored_any()
    }
}

/// A value that holds no others goes to the visitor as it is.
macro_rules! visit {
    ($($method:ident($type:ty))*) => { $(
        fn $method<E: serde::de::Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value)
        }
    )* };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Entered<'_, V> {
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
        self.inner.visit_some(self.reading.of(value))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(self.reading.of(value))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, value: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        self.reading.noted(self.inner.visit_seq(Entries { inner: items, next: 0, reading: self.reading }))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<V::Value, A::Error> {
        self.reading.noted(self.inner.visit_map(Entries { inner: entries, next: 0, reading: self.reading }))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Entered<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(self.reading.of(deserializer))
    }
}

/// The entries of a mapping or a list, without those that are left out.
struct Entries<'r, A> {
    inner: A,
    next: usize,
    reading: &'r Reading,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Entries<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        while self.reading.leaves_out(self.next)
            && self.reading.within(self.next, || self.inner.next_element::<IgnoredAny>())?.is_some()
        {
            self.next += 1;
        }
        let (entry, reading) = (self.next, self.reading);
        self.next += 1;
        reading.within(entry, || self.inner.next_element_seed(Entered { inner: seed, reading }))
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Entries<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        while self.reading.leaves_out(self.next) && self.inner.next_key::<IgnoredAny>()?.is_some() {
            self.reading.within(self.next, || self.inner.next_value::<IgnoredAny>())?;
            self.next += 1;
        }
        let entry = self.next;
        self.next += 1;
        self.reading.within(entry, || self.inner.next_key_seed(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let (entry, reading) = (self.next.saturating_sub(1), self.reading);
        reading.within(entry, || self.inner.next_value_seed(Entered { inner: seed, reading }))
    }
}

#[cfg(test)]
mod tests;
