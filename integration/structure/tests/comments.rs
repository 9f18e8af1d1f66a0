//! Every doc comment opens with the thing that it describes, not with a question word.

use structure::{folder, is_rust, read, root};

/// Words that make the first sentence of a comment a fragment instead of naming the thing.
const QUESTION_WORDS: [&str; 10] =
    ["How", "Of", "What", "Whether", "Where", "Which", "Who", "Whom", "Whose", "Why"];

/// The folders that hold the code of the workspace.
const FOLDERS: [&str; 7] =
    ["core", "fuzz/fuzz_targets", "integration", "kafka-init", "minio-init", "pg-init", "valkey-init"];

/// The first lines of doc comments that open with a question word, each with the number of its line.
fn fragments(text: &str) -> Vec<String> {
    let mut before = "";
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let marker = ["///", "//!"].into_iter().find(|marker| line.starts_with(marker));
        if let Some(marker) = marker
            && !before.starts_with(marker)
            && line[marker.len()..]
                .split_whitespace()
                .next()
                .is_some_and(|word| QUESTION_WORDS.contains(&word))
        {
            found.push(format!("{}: {line}", number + 1));
        }
        before = line;
    }
    found
}

#[test]
fn no_doc_comment_opens_with_a_question_word() {
    let mut found = Vec::new();
    let mut folders: Vec<String> = FOLDERS.map(str::to_owned).into();
    while let Some(path) = folders.pop() {
        for name in folder(&path).into_iter().filter(|name| name != "target") {
            let path = format!("{path}/{name}");
            if root().join(&path).is_dir() {
                folders.push(path);
            } else if is_rust(&name) {
                found.extend(fragments(&read(&path)).into_iter().map(|line| format!("{path}:{line}")));
            }
        }
    }
    assert!(found.is_empty(), "name the thing first: {found:#?}");
}

/// The check itself sees the first line of a comment alone.
#[test]
fn a_fragment_is_found_at_the_start_of_a_comment_alone() {
    assert_eq!(fragments("/// What a node says.\nfn f() {}").len(), 1);
    assert_eq!(fragments("    //! Whether it is there.").len(), 1);
    assert!(fragments("/// The answer of a node.\n/// What it means depends on the release.").is_empty());
    assert!(fragments("// How this works is said above.\nlet what = 1;").is_empty());
}
