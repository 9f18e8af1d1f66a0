//! The comparison of desired and observed state by key, which all backends share.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// The state of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side<D, O> {
    /// Only in the desired state.
    Missing(D),
    /// In both states.
    Present(D, O),
    /// Only in the observed state, so the spec does not declare it.
    Extra(O),
}

/// Yields every key of both maps once, in the order of keys.
pub fn by_key<'a, K: Ord, D, O>(
    desired: &'a BTreeMap<K, D>,
    observed: &'a BTreeMap<K, O>,
) -> impl Iterator<Item = (&'a K, Side<&'a D, &'a O>)> {
    let mut desired = desired.iter().peekable();
    let mut observed = observed.iter().peekable();
    std::iter::from_fn(move || match (desired.peek(), observed.peek()) {
        (Some((key, _)), Some((other, _))) if key == other => {
            let ((key, in_spec), (_, on_server)) = (desired.next()?, observed.next()?);
            Some((key, Side::Present(in_spec, on_server)))
        }
        (Some((key, _)), Some((other, _))) if key > other => {
            observed.next().map(|(k, o)| (k, Side::Extra(o)))
        }
        (Some(_), _) => desired.next().map(|(k, d)| (k, Side::Missing(d))),
        (None, _) => observed.next().map(|(k, o)| (k, Side::Extra(o))),
    })
}

/// One property that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Drift<T> {
    /// The value on the server; `None` if the property is not set there.
    pub from: Option<T>,
    /// The value in the spec.
    pub to: T,
}

impl<T: PartialEq> Drift<T> {
    /// Returns the drift if the two values differ.
    pub fn between(from: Option<T>, to: T) -> Option<Self> {
        (from.as_ref() != Some(&to)).then_some(Self { from, to })
    }
}

impl<T: fmt::Display> fmt::Display for Drift<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.from {
            Some(from) => write!(f, "{from} -> {}", self.to),
            None => write!(f, "unset -> {}", self.to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_key_is_yielded_once_in_order_with_its_state(
            desired: BTreeMap<u8, u16>, observed: BTreeMap<u8, u16>,
        ) {
            let sides: Vec<_> = by_key(&desired, &observed).collect();
            let keys: Vec<u8> = sides.iter().map(|(key, _)| **key).collect();
            let mut union: Vec<u8> = desired.keys().chain(observed.keys()).copied().collect();
            union.sort_unstable();
            union.dedup();
            prop_assert_eq!(keys, union);
            for (key, side) in sides {
                let expected = match (desired.get(key), observed.get(key)) {
                    (Some(d), Some(o)) => Side::Present(d, o),
                    (Some(d), None) => Side::Missing(d),
                    (None, Some(o)) => Side::Extra(o),
                    (None, None) => panic!("{key} is of neither map"),
                };
                prop_assert_eq!(side, expected);
            }
        }
    }
}
