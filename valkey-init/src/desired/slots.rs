//! Sets of hash slots, in the ranges that the server uses.

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Serialize, Serializer};

/// The number of hash slots of a cluster.
pub(crate) const COUNT: u16 = 16384;

/// Slots in ascending order, as inclusive ranges that neither overlap nor touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slots(Vec<(u16, u16)>);

impl Slots {
    /// All slots.
    pub fn all() -> Self {
        Self(vec![(0, COUNT - 1)])
    }

    /// One range, both ends included.
    pub fn range(first: u16, last: u16) -> Self {
        (first..=last).collect()
    }

    /// True when the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The ranges, both ends included.
    pub fn ranges(&self) -> &[(u16, u16)] {
        &self.0
    }

    /// Every slot.
    pub fn iter(&self) -> impl Iterator<Item = u16> {
        self.0.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// True when `slot` is in the set.
    pub fn contains(&self, slot: u16) -> bool {
        let after = self.0.partition_point(|(first, _)| *first <= slot);
        self.0.get(..after).and_then(<[_]>::last).is_some_and(|(_, last)| slot <= *last)
    }

    /// True when both sets have a slot in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.0.iter().any(|(first, last)| other.0.iter().any(|(f, l)| first <= l && f <= last))
    }

    /// Parses the slots of a line of `CLUSTER NODES`, such as `5` and `0-5460`. Other words, such as those of open
    /// slots, are ignored.
    pub(crate) fn parse<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        words.filter_map(range).flatten().collect()
    }
}

fn range(word: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last && last < COUNT).then_some(first..=last)
}

impl FromIterator<u16> for Slots {
    fn from_iter<I: IntoIterator<Item = u16>>(slots: I) -> Self {
        let mut held = [false; COUNT as usize];
        for slot in slots {
            if let Some(held) = held.get_mut(usize::from(slot)) {
                *held = true;
            }
        }
        let mut ranges: Vec<(u16, u16)> = Vec::new();
        for slot in (0..COUNT).zip(held).filter_map(|(slot, held)| held.then_some(slot)) {
            match ranges.last_mut() {
                Some((_, last)) if slot == *last + 1 => *last = slot,
                _ => ranges.push((slot, slot)),
            }
        }
        Self(ranges)
    }
}

impl fmt::Display for Slots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, (first, last)) in self.0.iter().enumerate() {
            f.write_str(if position == 0 { "" } else { "," })?;
            if first == last { write!(f, "{first}") } else { write!(f, "{first}-{last}") }?;
        }
        Ok(())
    }
}

impl Serialize for Slots {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_merge_and_print_as_the_server_writes_them() {
        let slots = Slots::parse(["5", "0-3", "", "-", "9-8", "16384", "[93->-id]", "4"].into_iter());
        assert_eq!(slots.to_string(), "0-5");
        assert_eq!(Slots::all().iter().count(), 16384);
        assert!(slots.contains(0) && slots.contains(5) && !slots.contains(6));
    }

    proptest! {
        #[test]
        fn a_set_of_slots_keeps_its_elements(slots: std::collections::BTreeSet<u8>) {
            let set: Slots = slots.iter().map(|slot| u16::from(*slot)).collect();
            let back: std::collections::BTreeSet<u8> =
                set.iter().filter_map(|slot| u8::try_from(slot).ok()).collect();
            prop_assert_eq!(back, slots);
        }
    }
}
