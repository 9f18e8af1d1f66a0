//! No arm takes whatever is left of the changes, and no file is longer than can be read at once.

use structure::{Crate, folder, is_rust, read, root, wildcards};

/// The largest number of lines of a file; of product code the tests do not count.
const LINES: usize = 300;

#[test]
fn a_new_change_is_asked_for_by_the_compiler_everywhere() {
    let arms: Vec<String> = Crate::all().iter().flat_map(wildcards).collect();
    assert!(arms.is_empty(), "an arm for whatever change is left: {arms:#?}");
}

/// The check itself finds the arms: a wildcard, a name, a part of a tuple, of `Self`, and of a kind of change.
#[test]
fn an_arm_for_the_rest_is_found_however_it_is_written() {
    let found = |body: &str| {
        let change = (
            "change",
            "pub enum Change { A(u8), B } pub enum Kind { C, D } impl Change { fn f(&self) { BODY } }",
        );
        wildcards(&Crate::of_texts(&[("", ""), (change.0, &change.1.replace("BODY", body))])).len()
    };
    assert_eq!(found("match self { Change::A(_) => 1, _ => 2 }"), 1);
    assert_eq!(found("match self { Self::A(_) => 1, other => other.x() }"), 1);
    assert_eq!(
        found("match (self, x) { (Self::A(_), 1) => 1, (_, 2) => 3, (Self::A(_) | Self::B, _) => 2 }"),
        1
    );
    assert_eq!(found("match x { Some(Kind::C) => 1, Some(_) => 2, None => 3 }"), 1);
    assert_eq!(found("match x { &crate::change::Kind::C => 1, Kind::D | _ => 2 }"), 1);
    assert_eq!(found("match self { Self::A(0) => 1, Self::A(_) => 2, Self::B => 3 }"), 0);
    assert_eq!(found("match self { _ if done => 0, Self::A(_) => 2, Self::B => 3 }"), 0);
    assert_eq!(found("match x { Other::A => 1, _ => 2 }"), 0);
}

#[test]
fn no_file_of_the_product_is_longer_than_can_be_read_at_once() {
    let crates = Crate::all();
    let files = crates.iter().flat_map(|one| one.sources.values());
    let long: Vec<String> = files
        .filter(|file| file.lines > LINES)
        .map(|file| format!("{}: {} lines without its tests", file.path, file.lines))
        .collect();
    assert!(long.is_empty(), "{long:#?}");
}

/// The tests too: what is beside the product's `src`.
#[test]
fn no_file_of_the_tests_is_longer_than_can_be_read_at_once() {
    let mut long = Vec::new();
    let beside = Crate::all()
        .into_iter()
        .flat_map(|one| ["tests", "src"].map(|folder| format!("{}/{folder}", one.name)));
    let mut folders: Vec<String> =
        beside.chain(["integration".to_owned(), "fuzz/fuzz_targets".to_owned()]).collect();
    while let Some(path) = folders.pop() {
        if !root().join(&path).is_dir() {
            continue;
        }
        for name in folder(&path) {
            let path = format!("{path}/{name}");
            if root().join(&path).is_dir() {
                folders.push(path);
            } else if is_rust(&name) && !is_product(&path) && read(&path).lines().count() > LINES {
                long.push(path);
            }
        }
    }
    assert!(long.is_empty(), "longer than {LINES} lines: {long:#?}");
}

/// Returns true if the test before this one counts the file, without its tests.
fn is_product(path: &str) -> bool {
    !path.starts_with("integration")
        && path.contains("/src/")
        && !path.ends_with("tests.rs")
        && !path.contains("/tests/")
}
