//! Writes a report, or a part of it, as JSON: each string redacted, cut and escaped on its way out.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};

use crate::redact::Redactor;
use crate::shown;

/// A value of a change is a name, a setting, or the text of a policy; beyond this it is cut.
const LIMIT: usize = 64 * 1024;
/// From here on texts may come from a server: within a change, a conflict, a list of causes.
const INSIDE: usize = 3;
/// Fields of a change whose values are words of ours.
const OUR_WORDS: [&str; 3] = ["op", "kind", "status"];

/// One line.
pub(crate) fn line(value: &impl Serialize, redactor: &Redactor) -> serde_json::Result<String> {
    Ok(part(value, redactor, Bounds { inside: INSIDE, limit: LIMIT })? + "\n")
}

/// How a part of a report is written.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// From how many open objects and lists on texts may come from a server.
    pub(crate) inside: usize,
    /// The longest text, in bytes.
    pub(crate) limit: usize,
}

/// A part of a report.
pub(crate) fn part(
    value: &impl Serialize,
    redactor: &Redactor,
    bounds: Bounds,
) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    let safe = Safe { redactor, bounds, text: String::new(), depth: 0, in_key: false, key: String::new() };
    value.serialize(&mut Serializer::with_formatter(&mut bytes, safe))?;
    String::from_utf8(bytes).map_err(|error| serde::ser::Error::custom(error.utf8_error()))
}

struct Safe<'r> {
    redactor: &'r Redactor,
    bounds: Bounds,
    /// The string that is being written.
    text: String,
    /// How many objects and lists are open.
    depth: usize,
    in_key: bool,
    /// The key that was written last.
    key: String,
}

impl Safe<'_> {
    fn safe(&self) -> String {
        let Bounds { inside, limit } = self.bounds;
        let whole = inside == INSIDE;
        let ours = whole && self.depth == INSIDE && (self.in_key || OUR_WORDS.contains(&self.key.as_str()));
        if self.depth < inside || ours {
            return self.text.clone();
        }
        shown::bounded(&self.text, limit, |text| self.redactor.own(text).into_owned())
    }

    fn open<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        writer.write_all(bracket)
    }

    fn close<W: ?Sized + Write>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        writer.write_all(bracket)
    }
}

impl Formatter for Safe<'_> {
    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.in_key = true;
        if first { Ok(()) } else { writer.write_all(b",") }
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.in_key = false;
        Ok(())
    }

    /// A key that is a number is written between the two quotes without being told here.
    fn begin_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.text.clear();
        writer.write_all(b"\"")
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, _: &mut W, part: &str) -> io::Result<()> {
        self.text += part;
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, _: &mut W, escape: CharEscape) -> io::Result<()> {
        self.text.push(match escape {
            CharEscape::Quote => '"',
            CharEscape::ReverseSolidus => '\\',
            CharEscape::Solidus => '/',
            CharEscape::Backspace => '\u{8}',
            CharEscape::FormFeed => '\u{c}',
            CharEscape::LineFeed => '\n',
            CharEscape::CarriageReturn => '\r',
            CharEscape::Tab => '\t',
            CharEscape::AsciiControl(byte) => char::from(byte),
        });
        Ok(())
    }

    fn end_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let safe = self.safe();
        if self.in_key {
            self.key.clone_from(&safe);
        }
        writer.write_all(shown::json(&safe).as_bytes())?;
        writer.write_all(b"\"")
    }
}
