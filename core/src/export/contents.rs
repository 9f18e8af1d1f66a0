//! The objects of a server as entries of a spec.

use super::node::Node;

/// All objects of one server that a spec can express.
#[derive(Debug, Default)]
pub struct Export {
    /// The sections, in the order of the spec.
    pub sections: Vec<Section>,
    /// The objects and properties that the spec cannot express.
    pub notes: Vec<Note>,
}

/// One section of a spec, which is a key of its top level.
#[derive(Debug)]
pub struct Section {
    /// The key.
    pub name: &'static str,
    /// The content.
    pub entries: Entries,
}

/// The content of a section, in the order in which it is written.
#[derive(Debug)]
pub enum Entries {
    /// A mapping from names to values.
    Map(Vec<(String, Node)>),
    /// A list. Each item has the name that the patterns of `--only` are compared with.
    List(Vec<(String, Node)>),
    /// A single value.
    One(Node),
}

/// An object or a property of the server that a spec cannot express.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The section.
    pub section: &'static str,
    /// The name of the entry, or empty for the whole section.
    pub name: String,
    /// The missing part.
    pub text: String,
}

impl Export {
    /// Adds a section that is a mapping from names to values.
    pub fn map(&mut self, name: &'static str, entries: impl IntoIterator<Item = (String, Node)>) {
        let entries = Entries::Map(entries.into_iter().collect());
        self.sections.push(Section { name, entries });
    }

    /// Adds a section with the entries that a spec accepts. For each of the others, `refused` returns the reason, which
    /// becomes a note.
    pub fn accepted(
        &mut self,
        name: &'static str,
        entries: Vec<(String, Node)>,
        refused: impl Fn(&'static str, &str, &Node) -> Option<String>,
    ) {
        let mut accepted = Vec::new();
        for (entry, node) in entries {
            match refused(name, &entry, &node) {
                None => accepted.push((entry, node)),
                Some(problem) => self.note(name, entry, format!("all of it: {problem}")),
            }
        }
        self.map(name, accepted);
    }

    /// Adds a section that is a list. Each item has the name that the patterns of `--only` are compared with.
    pub fn list(&mut self, name: &'static str, entries: impl IntoIterator<Item = (String, Node)>) {
        let entries = Entries::List(entries.into_iter().collect());
        self.sections.push(Section { name, entries });
    }

    /// Adds a section that is a single value.
    pub fn one(&mut self, name: &'static str, value: impl Into<Node>) {
        self.sections.push(Section { name, entries: Entries::One(value.into()) });
    }

    /// Adds a note about an entry.
    pub fn note(&mut self, section: &'static str, name: impl Into<String>, text: impl Into<String>) {
        self.notes.push(Note { section, name: name.into(), text: text.into() });
    }
}

impl Entries {
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Map(entries) | Self::List(entries) => entries.is_empty(),
            Self::One(_) => false,
        }
    }
}
