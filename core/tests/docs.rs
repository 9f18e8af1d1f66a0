//! Tests that the documents agree with the code.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot read its inputs has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};

const REQUIREMENTS: [&str; 12] = [
    "REQ-AUTO-001",
    "REQ-AUTO-002",
    "REQ-AUTO-003",
    "SEC-AUTO-001",
    "CON-AUTO-001",
    "CON-AUTO-002",
    "AC-AUTO-001",
    "TASK-001",
    "VAL-AUTO-PLN-001",
    "VAL-AUTO-PLN-002",
    "VAL-AUTO-PLN-003",
    "VAL-AUTO-PLN-004",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The text of every source file below `folder`.
fn sources(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            all += &sources(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all += &fs::read_to_string(&path).unwrap();
        }
    }
    all
}

#[test]
fn every_requirement_names_tests_that_exist() {
    let page = fs::read_to_string(root().join("docs/requirements.md")).unwrap();
    let code = sources(&root());
    for id in REQUIREMENTS {
        let row = page.lines().find(|line| line.starts_with(&format!("| {id} |")));
        let tests: Vec<&str> =
            row.unwrap().rsplit('|').nth(1).unwrap().split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "{id} has no test");
        for test in tests {
            assert!(code.contains(&format!("fn {test}()")), "{id}: there is no test {test}");
        }
    }
}

#[test]
fn the_readme_shows_the_exit_table_of_the_code() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    assert!(readme.contains(&init_core::Exit::markdown()));
}

/// Each exit code has a section with its code and name as the heading.
#[test]
fn every_exit_code_has_a_section() {
    let page = fs::read_to_string(root().join("docs/exits.md")).unwrap();
    for exit in init_core::Exit::ALL {
        let heading = format!("\n## {}: {}\n", exit.code(), exit.name());
        let section = page.split_once(&heading).and_then(|(_, rest)| rest.split("\n## ").next());
        assert!(
            section.is_some_and(|text| text.len() > 40),
            "docs/exits.md has no section `{}`",
            heading.trim()
        );
    }
}

/// Every page below `folder`.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(pages(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            all.push(path);
        }
    }
    all
}

#[test]
fn every_link_between_the_documents_has_a_target() {
    let front = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|page| root().join(page));
    let mut links = 0;
    for page in pages(&root().join("docs")).iter().chain(&front) {
        let text = fs::read_to_string(page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next()) {
            if !link.is_empty() && !link.contains("://") {
                links += 1;
                assert!(page.with_file_name(link).exists(), "{}: {link}", page.display());
            }
        }
    }
    assert!(links > 10, "{links} links");
}
