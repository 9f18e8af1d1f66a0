//! Counts the objects that a run compares, by kind.

use std::collections::BTreeSet;

use crate::backend::Backend;
use crate::change::{Change as _, Subject};

/// A text such as `12 topics, 3 users, 20 acls`, in the order in which an empty server would get them.
pub(crate) fn compared<B: Backend>(desired: &B::Desired) -> String {
    let plan = B::plan(desired, &B::Observed::default());
    count_by_kind(plan.changes().iter().map(B::Change::subject))
}

/// The objects of one kind, each with its name and the name of the object that contains it.
type Objects = BTreeSet<(String, Option<String>)>;

fn count_by_kind(subjects: impl Iterator<Item = Subject>) -> String {
    let mut kinds: Vec<(&str, Objects)> = Vec::new();
    for Subject { kind, name, within } in subjects {
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, objects)) => {
                objects.insert((name, within));
            }
            None => kinds.push((kind, BTreeSet::from([(name, within)]))),
        }
    }
    let count =
        |(kind, objects): &(&str, Objects)| format!("{} {}", objects.len(), noun(kind, objects.len()));
    kinds.iter().map(count).collect::<Vec<_>>().join(", ")
}

/// The noun for a kind, in the plural if `count` is not 1.
fn noun(kind: &str, count: usize) -> String {
    let word = kind.replace('_', " ");
    let before = |ending: char| word.strip_suffix(ending).and_then(|rest| rest.chars().next_back());
    if count == 1 || (word.ends_with('s') && before('s') != Some('s')) {
        word
    } else if before('y').is_some_and(|letter| !"aeiou".contains(letter)) {
        word.trim_end_matches('y').to_owned() + "ies"
    } else if ["s", "x", "ch", "sh"].iter().any(|ending| word.ends_with(ending)) {
        word + "es"
    } else {
        word + "s"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_identified_by_its_name_and_its_container() {
        let subjects = [
            Subject::new("policy", "a"),
            Subject::new("user", "a"),
            Subject::new("user", "a"),
            Subject::new("user", "b").within("node"),
            Subject::new("policy", "b"),
            Subject::new("user", "b").within("other"),
        ];
        assert_eq!(count_by_kind(subjects.into_iter()), "2 policies, 3 users");
        assert_eq!(count_by_kind([].into_iter()), "");
    }

    #[test]
    fn every_kind_has_a_plural() {
        for (kind, one, more) in [
            ("acl", "acl", "acls"),
            ("policy", "policy", "policies"),
            ("access_key", "access key", "access keys"),
            ("default_privileges", "default privileges", "default privileges"),
            ("class", "class", "classes"),
            ("index", "index", "indexes"),
        ] {
            assert_eq!((noun(kind, 1), noun(kind, 2)), (one.to_owned(), more.to_owned()));
        }
    }
}
