//! Writes a report, or a part of it, as JSON, with each string redacted, truncated and escaped.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};

use crate::escape;
use crate::redact::Redactor;

/// The longest string, in bytes. A value of a change may be the whole text of a policy.
const LIMIT: usize = 64 * 1024;
/// The nesting depth from which strings of a report may come from a server: within a change, a conflict, a list of causes.
const UNTRUSTED_DEPTH: usize = 3;
/// The fields of a change whose values are fixed words of the tool.
const TRUSTED_FIELDS: [&str; 3] = ["op", "kind", "status"];

/// Writes a report as one line.
pub(crate) fn line(value: &impl Serialize, redactor: &Redactor) -> serde_json::Result<String> {
    Ok(part(value, redactor, Bounds { untrusted_depth: UNTRUSTED_DEPTH, limit: LIMIT })? + "\n")
}

/// The limits for writing a part of a report.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// The nesting depth from which strings may come from a server.
    pub(crate) untrusted_depth: usize,
    /// The longest string, in bytes.
    pub(crate) limit: usize,
}

/// Writes a part of a report.
pub(crate) fn part(
    value: &impl Serialize,
    redactor: &Redactor,
    bounds: Bounds,
) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    let sanitized = RedactingFormatter {
        redactor,
        bounds,
        text: String::new(),
        depth: 0,
        in_key: false,
        key: String::new(),
    };
    value.serialize(&mut Serializer::with_formatter(&mut bytes, sanitized))?;
    String::from_utf8(bytes).map_err(|error| serde::ser::Error::custom(error.utf8_error()))
}

struct RedactingFormatter<'r> {
    redactor: &'r Redactor,
    bounds: Bounds,
    /// The string that is being written.
    text: String,
    /// The number of open objects and lists.
    depth: usize,
    in_key: bool,
    /// The last key that was written.
    key: String,
}

impl RedactingFormatter<'_> {
    fn sanitized(&self) -> String {
        let Bounds { untrusted_depth, limit } = self.bounds;
        let is_report = untrusted_depth == UNTRUSTED_DEPTH;
        let is_trusted = is_report
            && self.depth == UNTRUSTED_DEPTH
            && (self.in_key || TRUSTED_FIELDS.contains(&self.key.as_str()));
        if self.depth < untrusted_depth || is_trusted {
            return self.text.clone();
        }
        escape::bounded(&self.text, limit, |text| self.redactor.redact_own(text).into_owned())
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

impl Formatter for RedactingFormatter<'_> {
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

    /// A numeric key is written between two quotes without calls of `write_string_fragment`, so it is not redacted.
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
        let sanitized = self.sanitized();
        if self.in_key {
            self.key.clone_from(&sanitized);
        }
        writer.write_all(escape::json(&sanitized).as_bytes())?;
        writer.write_all(b"\"")
    }
}
