//! The table as it is written in docs/s3-servers.md, between the text by hand and the end of the file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use super::Cell;
use super::features::FEATURES;

const BEGIN: &str = "<!-- made by the tests -->\n";

/// The columns by heading, each with the word of every row, and the sentences of what is refused.
#[derive(Default, PartialEq, Debug)]
pub(super) struct Table {
    columns: Vec<(String, BTreeMap<String, String>)>,
    sentences: BTreeMap<String, Vec<String>>,
}

impl Table {
    /// Reads the columns that are there, so that a run of some servers keeps those of the others.
    pub(super) fn read(text: &str) -> Self {
        let mut table = Self::default();
        let made = text.split_once(BEGIN).map_or("", |(_, made)| made);
        let mut heading = String::new();
        for line in made.lines() {
            let mut cells = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned());
            match line {
                line if line.starts_with("| feature") => {
                    table.columns = cells.skip(1).map(|name| (name, BTreeMap::new())).collect();
                }
                line if line.starts_with("|--") => {}
                line if line.starts_with('|') => {
                    let row = cells.next().unwrap_or_default();
                    for ((_, column), cell) in table.columns.iter_mut().zip(cells) {
                        column.insert(row.clone(), cell);
                    }
                }
                line => {
                    if let Some(name) = line.strip_prefix("### ") {
                        name.clone_into(&mut heading);
                    }
                    let sentence = line.strip_prefix("- ").map(str::to_owned);
                    table.sentences.entry(heading.clone()).or_default().extend(sentence);
                }
            }
        }
        table
    }

    /// Replaces the column of one server.
    pub(super) fn set(&mut self, heading: &str, cells: &[(&str, Cell)]) {
        let column = cells.iter().map(|(row, cell)| ((*row).to_owned(), cell.word().to_owned())).collect();
        match self.columns.iter_mut().find(|(name, _)| name == heading) {
            Some((_, there)) => *there = column,
            None => self.columns.push((heading.to_owned(), column)),
        }
        let mut said = Vec::new();
        for (row, cell) in cells {
            if let Cell::Refused(sentence) | Cell::Found(sentence) = cell {
                said.push(format!("{row}: {sentence}"));
            }
        }
        self.sentences.insert(heading.to_owned(), said);
    }

    fn text(&self) -> String {
        let headings: Vec<_> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let mut text =
            format!("| feature | {} |\n|---|{}\n", headings.join(" | "), "---|".repeat(headings.len()));
        for (row, _) in FEATURES {
            let cells: Vec<_> = self
                .columns
                .iter()
                .map(|(_, column)| column.get(row).map_or("not tried", String::as_str))
                .collect();
            let _ = writeln!(text, "| {row} | {} |", cells.join(" | "));
        }
        text += "\n## The sentence for each no\n";
        for (heading, _) in &self.columns {
            let _ = writeln!(text, "\n### {heading}\n");
            let sentences = self.sentences.get(heading).filter(|sentences| !sentences.is_empty());
            if sentences.is_none() {
                text += "Everything works.\n";
            }
            for sentence in sentences.into_iter().flatten() {
                let _ = writeln!(text, "- {sentence}");
            }
        }
        text
    }

    /// The whole document with this table in it.
    pub(super) fn within(&self, document: &str) -> String {
        let (before, _) = document.split_once(BEGIN).unwrap_or_default();
        format!("{before}{BEGIN}\n{}", self.text())
    }
}

/// The path of the document.
pub(super) fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/s3-servers.md")
}
