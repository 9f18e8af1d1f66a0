//! The four tools have the same tree, and no file of any crate needs one that needs it.

use std::collections::BTreeSet;

use structure::{Crate, circles, folder, imports, lists, tools};

/// The files and folders in `src` of every tool, in the order of the pipeline.
const ROOMS: [&str; 12] = [
    "lib", "main", "error", "spec", "validate", "desired", "observe", "observed", "plan", "change", "apply",
    "wire",
];
/// The files and folders that a tool may have beside them: the export, and the entries of its fuzz targets.
const ALLOWED: [&str; 2] = ["export", "fuzzing"];
/// The stages that are functions of their arguments alone, and what they must not name.
const PURE: [&str; 6] = ["spec", "validate", "desired", "observed", "plan", "change"];
const OUTSIDE: [&str; 3] = ["observe", "apply", "wire"];

#[test]
fn every_tool_has_the_same_tree() {
    for tool in tools() {
        let entries = folder(&format!("{tool}/src"));
        let rooms: BTreeSet<&str> =
            entries.iter().map(|name| name.strip_suffix(".rs").unwrap_or(name)).collect();
        let missing: Vec<_> = ROOMS.iter().filter(|room| !rooms.contains(*room)).collect();
        let beside: Vec<_> =
            rooms.iter().filter(|room| !ROOMS.contains(room) && !ALLOWED.contains(room)).collect();
        assert!(missing.is_empty() && beside.is_empty(), "{tool}: without {missing:?}, and with {beside:?}");
    }
}

#[test]
fn the_pure_stages_name_none_that_talks_to_the_server() {
    for tool in tools().into_iter().map(Crate::of) {
        for import in imports(&tool) {
            let (from, to) = (import.from.first(), import.to.first());
            let pure = from.is_some_and(|room| PURE.contains(&room.as_str()));
            let outside = to.is_some_and(|room| OUTSIDE.contains(&room.as_str()));
            assert!(!(pure && outside), "{}: {import}", tool.name);
        }
    }
}

#[test]
fn no_file_needs_one_that_needs_it() {
    let mut found = Vec::new();
    for one in Crate::all() {
        let circles = circles(&imports(&one));
        found.extend(circles.iter().map(|circle| format!("{}:\n    {}", one.name, lists(circle, "\n    "))));
    }
    assert!(found.is_empty(), "{} circles of files\n{}", found.len(), found.join("\n\n"));
}

/// The check itself finds circles: of two files, of three by way of a parent that passes a name on, and of a macro.
#[test]
fn a_circle_is_found_however_it_is_written() {
    let circle = |files: &[(&str, &str)]| circles(&imports(&Crate::of_texts(files))).len();
    assert_eq!(circle(&[("a", "use crate::b::B;"), ("b", "fn f() { println!(\"{}\", super::a::x()); }")]), 1);
    assert_eq!(
        circle(&[
            ("a", "pub use self::b::B; struct A;"),
            ("a/b", "use super::c::C;"),
            ("a/c", "use crate::a::B;")
        ]),
        1
    );
    assert_eq!(circle(&[("a", "mod b; fn f() { b::g() } struct A;"), ("a/b", "use super::A;")]), 1);
    assert_eq!(
        circle(&[("", "pub use b::B;"), ("a", "use crate::{x::Y, B};"), ("b", "use crate::a::A;")]),
        1
    );
    assert_eq!(circle(&[("a", "mod b; pub use b::B; struct A;"), ("a/b", "use super::A;")]), 1);
    assert_eq!(
        circle(&[("a", "mod b; pub use b::B;"), ("a/b", "use super::c::C;"), ("a/c", "struct C;")]),
        0
    );
    assert_eq!(circle(&[("a", "use crate::b::B;"), ("b", "#[cfg(test)] mod tests { use crate::a::A; }")]), 0);
}
