//! Files that need each other, directly or by others.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::Import;

/// Every circle, as the imports that it consists of.
pub fn circles(imports: &BTreeSet<Import>) -> Vec<BTreeSet<Import>> {
    let mut reached: BTreeMap<&[String], BTreeSet<&[String]>> = BTreeMap::new();
    for import in imports {
        reached.entry(&import.from).or_default().insert(&import.to);
    }
    // The closure: everything that is reached in any number of steps. The graphs have some eighty modules, so plain repetition is quick enough.
    loop {
        let further: Vec<_> = reached.iter().map(|(from, to)| (*from, next(&reached, to))).collect();
        let before: usize = reached.values().map(BTreeSet::len).sum();
        for (from, to) in further {
            reached.entry(from).or_default().extend(to);
        }
        if reached.values().map(BTreeSet::len).sum::<usize>() == before {
            break;
        }
    }
    let back = |import: &&Import| {
        reached.get(import.to.as_slice()).is_some_and(|to| to.contains(import.from.as_slice()))
    };
    let mut found: Vec<BTreeSet<Import>> = Vec::new();
    for import in imports.iter().filter(back) {
        let same = |circle: &&mut BTreeSet<Import>| {
            circle.iter().any(|other| {
                other.from == import.from
                    || reached
                        .get(other.from.as_slice())
                        .is_some_and(|to| to.contains(import.from.as_slice()))
                        && reached
                            .get(import.from.as_slice())
                            .is_some_and(|to| to.contains(other.from.as_slice()))
            })
        };
        match found.iter_mut().find(same) {
            Some(circle) => drop(circle.insert(import.clone())),
            None => found.push(BTreeSet::from([import.clone()])),
        }
    }
    found
}

fn next<'a>(
    reached: &BTreeMap<&'a [String], BTreeSet<&'a [String]>>,
    to: &BTreeSet<&'a [String]>,
) -> BTreeSet<&'a [String]> {
    to.iter().filter_map(|module| reached.get(module)).flatten().copied().collect()
}

/// The imports of a circle, with something between them.
pub fn lists(circle: &BTreeSet<Import>, between: &str) -> String {
    circle.iter().map(Import::to_string).collect::<Vec<_>>().join(between)
}
