//! The one comparison that all backends share: what is wanted beside what is there, by key.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// One key of either side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side<D, O> {
    /// Wanted and not there.
    Missing(D),
    /// Wanted and there.
    Present(D, O),
    /// There, and nothing the spec is about.
    Extra(O),
}

/// Every key of both maps once, in key order.
pub fn by_key<'a, K: Ord, D, O>(
    desired: &'a BTreeMap<K, D>,
    observed: &'a BTreeMap<K, O>,
) -> impl Iterator<Item = (&'a K, Side<&'a D, &'a O>)> {
    let mut wanted = desired.iter().peekable();
    let mut there = observed.iter().peekable();
    std::iter::from_fn(move || match (wanted.peek(), there.peek()) {
        (Some((key, _)), Some((other, _))) if key == other => {
            let ((key, desired), (_, observed)) = (wanted.next()?, there.next()?);
            Some((key, Side::Present(desired, observed)))
        }
        (Some((key, _)), Some((other, _))) if key > other => there.next().map(|(k, o)| (k, Side::Extra(o))),
        (Some(_), _) => wanted.next().map(|(k, d)| (k, Side::Missing(d))),
        (None, _) => there.next().map(|(k, o)| (k, Side::Extra(o))),
    })
}

/// One property that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Drift<T> {
    /// What the server has; nothing when the property is not set there.
    pub from: Option<T>,
    /// What the spec wants.
    pub to: T,
}

impl<T: PartialEq> Drift<T> {
    /// The drift between the two, if they differ.
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
        fn every_key_comes_once_in_order_and_on_its_side(
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
