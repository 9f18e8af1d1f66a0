//! The objects of a server, as entries of a spec.

use super::node::Node;

/// Everything that a spec can say of one server.
#[derive(Debug, Default)]
pub struct Export {
    /// In the order of the spec.
    pub sections: Vec<Section>,
    /// What the spec cannot say.
    pub notes: Vec<Note>,
}

/// One key of a spec's top level.
#[derive(Debug)]
pub struct Section {
    /// The key.
    pub name: &'static str,
    /// What stands below it.
    pub entries: Entries,
}

/// What a section holds, in the order in which it is written. Of a list, the names are what patterns are compared with.
#[derive(Debug)]
pub enum Entries {
    /// A mapping by name.
    Map(Vec<(String, Node)>),
    /// A list.
    List(Vec<(String, Node)>),
    /// A single value.
    One(Node),
}

/// Something that is on the server and cannot be said in a spec.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The section that it belongs to.
    pub section: &'static str,
    /// The entry that it is about.
    pub name: String,
    /// What is missing, in one sentence.
    pub text: String,
}

impl Export {
    /// Adds a section that is a mapping by name.
    pub fn map(&mut self, name: &'static str, entries: impl IntoIterator<Item = (String, Node)>) {
        let entries = Entries::Map(entries.into_iter().collect());
        self.sections.push(Section { name, entries });
    }

    /// Adds a section that is a mapping of the entries that a spec takes. The others are told, with what `refused` says of them.
    pub fn accepted(
        &mut self,
        name: &'static str,
        entries: Vec<(String, Node)>,
        refused: impl Fn(&'static str, &str, &Node) -> Option<String>,
    ) {
        let mut taken = Vec::new();
        for (entry, node) in entries {
            match refused(name, &entry, &node) {
                None => taken.push((entry, node)),
                Some(problem) => self.note(name, entry, format!("all of it: {problem}")),
            }
        }
        self.map(name, taken);
    }

    /// Adds a section that is a list. Each entry comes with the name that patterns are compared with.
    pub fn list(&mut self, name: &'static str, entries: impl IntoIterator<Item = (String, Node)>) {
        let entries = Entries::List(entries.into_iter().collect());
        self.sections.push(Section { name, entries });
    }

    /// Adds a section that is a single value.
    pub fn one(&mut self, name: &'static str, value: impl Into<Node>) {
        self.sections.push(Section { name, entries: Entries::One(value.into()) });
    }

    /// Tells what the spec cannot say about an entry.
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
