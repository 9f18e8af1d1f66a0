//! The subset of XML that S3 uses: a tree of names, texts and children. Namespaces and attributes are ignored, and so
//! is the exact name of a document's root, in which servers differ.

use std::fmt::{self, Write as _};

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesRef, Event};

/// The greatest depth; no document of S3 is deeper.
const DEPTH_LIMIT: usize = 32;
/// The longest text; names, prefixes and tag values are shorter.
const TEXT_LIMIT: usize = 4 << 10;
/// The most elements; a thousand rules have fewer. Each element takes many times its bytes in memory.
const ELEMENT_LIMIT: usize = 20_000;

/// An XML element.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

/// A text as the content of an element.
pub(crate) fn escaped(text: &str) -> String {
    escape(text).into_owned()
}

impl Element {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Adds a child.
    #[must_use]
    pub(crate) fn with(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// Adds a child that holds a text.
    #[must_use]
    pub(crate) fn text(self, name: &str, text: impl fmt::Display) -> Self {
        self.with(Self { name: name.to_owned(), text: text.to_string(), children: Vec::new() })
    }

    /// Adds several children.
    #[must_use]
    pub(crate) fn with_all(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children);
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn content(&self) -> &str {
        &self.text
    }

    /// The children with this name, in order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(crate) fn children(&self) -> &[Self] {
        &self.children
    }

    /// The first descendant along the path.
    pub(crate) fn descendant(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| element.children.iter().find(|child| child.name == *name))
    }

    /// The text of the first descendant along the path.
    pub(crate) fn value(&self, path: &[&str]) -> Option<&str> {
        self.descendant(path).map(|element| element.text.as_str())
    }

    /// The texts of the children with this name.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.all(name).map(|child| child.text.as_str())
    }

    /// Fails for a document that begins with another element.
    pub(crate) fn with_root(self, root: &str) -> Result<Self, String> {
        if self.name() == root {
            return Ok(self);
        }
        Err(format!("it begins with <{}> and not with <{root}>", self.name()))
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        Self::parse_with_texts(bytes, TEXT_LIMIT)
    }

    /// The same for a document whose texts may be longer.
    pub(crate) fn parse_with_texts(bytes: &[u8], limit: usize) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        let mut reader = Reader::from_str(text);
        let (mut open, mut count) = (vec![Self::default()], 0_usize);
        loop {
            let event = reader.read_event().map_err(|error| error.to_string())?;
            count += usize::from(matches!(event, Event::Start(_) | Event::Empty(_)));
            if count > ELEMENT_LIMIT {
                return Err(format!("it has more than {ELEMENT_LIMIT} elements"));
            }
            match event {
                Event::DocType(_) => return Err("it declares a document type".to_owned()),
                Event::Start(start) => {
                    if open.len() > DEPTH_LIMIT {
                        return Err("it is nested too deep".to_owned());
                    }
                    open.push(Self::new(&local_name(start.local_name().as_ref())));
                }
                Event::Empty(empty) => {
                    add_child(&mut open, Self::new(&local_name(empty.local_name().as_ref())));
                }
                Event::End(_) => end_element(&mut open),
                Event::Text(text) => append_text(&mut open, &String::from_utf8_lossy(&text), limit)?,
                Event::CData(data) => append_text(&mut open, &String::from_utf8_lossy(&data), limit)?,
                Event::GeneralRef(reference) => {
                    append_text(&mut open, &resolve_reference(&reference), limit)?;
                }
                Event::Eof => break,
                _ => {}
            }
        }
        let root = open.into_iter().next().and_then(|outside| outside.children.into_iter().next());
        root.ok_or_else(|| "it holds no element".to_owned())
    }
}

fn local_name(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

fn resolve_reference(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(char)) = reference.resolve_char_ref() {
        return char.to_string();
    }
    let name = String::from_utf8_lossy(reference).into_owned();
    resolve_predefined_entity(&name).unwrap_or_default().to_owned()
}

fn append_text(open: &mut [Element], text: &str, limit: usize) -> Result<(), String> {
    let Some(element) = open.last_mut() else { return Ok(()) };
    if element.text.len() + text.len() > limit {
        return Err(format!("a text in it is longer than {limit} bytes"));
    }
    element.text.push_str(text);
    Ok(())
}

fn add_child(open: &mut [Element], child: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(child);
    }
}

/// Ends an element. Whitespace around children is layout; in an element without children it is content.
fn end_element(open: &mut Vec<Element>) {
    if open.len() > 1
        && let Some(mut child) = open.pop()
    {
        if !child.children.is_empty() {
            child.text.clear();
        }
        add_child(open, child);
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>{}", self.name, escape(self.text.as_str()))?;
        for child in &self.children {
            child.fmt(f)?;
        }
        f.write_str("</")?;
        f.write_str(&self.name)?;
        f.write_char('>')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_document_is_read_without_its_namespace_and_layout() {
        let read = Element::parse(
            b"<?xml version=\"1.0\"?>\n<A xmlns=\"urn:x\">\n <B>1 &lt; 2&#33;</B>\n <B><![CDATA[<raw>]]></B><C/>\n</A>",
        )
        .unwrap();
        assert_eq!(read.values("B").collect::<Vec<_>>(), ["1 < 2!", "<raw>"]);
        assert_eq!(read.value(&["C"]), Some(""));
        assert_eq!(read.value(&["D"]), None);
        assert_eq!(read.to_string(), "<A><B>1 &lt; 2!</B><B>&lt;raw&gt;</B><C></C></A>");
    }

    #[test]
    fn invalid_xml_is_an_error() {
        for text in ["", "hello", "<a>", "</a>", "<a></b>"] {
            assert!(Element::parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Element::parse("<a>".repeat(100).as_bytes()).is_err());
        assert!(Element::parse(format!("<a>{}</a>", "<b/>".repeat(ELEMENT_LIMIT)).as_bytes()).is_err());
        assert!(Element::parse(b"<!DOCTYPE a [<!ENTITY b \"bb\">]><a>&b;</a>").is_err());
    }

    proptest! {
        #[test]
        fn reading_never_panics(bytes: Vec<u8>) {
            let _ = Element::parse(&bytes);
        }

        #[test]
        fn written_xml_reads_back_the_same(text in "[ -~]{0,40}") {
            let element = Element::new("A").text("B", &text);
            prop_assert_eq!(Element::parse(element.to_string().as_bytes()), Ok(element));
        }
    }
}
