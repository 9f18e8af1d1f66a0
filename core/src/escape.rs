//! Escapes and truncates untrusted texts for output, so that they are on one line, of bounded length, and contain no
//! terminal escape sequences. All text from outside of this program passes through here: reports, log and status line.

use std::fmt::{self, Write as _};

/// The limits for reading a text, in bytes and as a multiple of its output limit. The rest is only counted.
const READ_LIMIT: usize = 64 * 1024;
const READ_FACTOR: usize = 8;
/// The number of bytes before the end of reading that are not shown: they may contain the beginning of a secret that is too
/// short to be recognized.
const EDGE: usize = 128;

/// Returns true for characters that are escaped: control characters, bidirectional controls, line and paragraph separators,
/// and zero-width characters, which make different names look equal.
pub(crate) fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Escapes an untrusted text for a line of text.
pub(crate) fn printable(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_hidden(letter) { escaped.extend(letter.escape_default()) } else { escaped.push(letter) }
    }
    escaped
}

/// Escapes an untrusted text for a JSON string, including the characters that `printable` escapes.
pub(crate) fn json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '\\' => escaped.extend(['\\', letter]),
            '\n' => escaped += "\\n",
            '\r' => escaped += "\\r",
            '\t' => escaped += "\\t",
            letter if is_hidden(letter) => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A writer that keeps the beginning of its input and counts the rest.
struct Prefix {
    text: String,
    room: usize,
    more: usize,
}

impl fmt::Write for Prefix {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = if self.more == 0 { self.room - self.text.len() } else { 0 };
        let (kept, rest) = text.split_at(text.floor_char_boundary(room));
        self.text += kept;
        self.more += rest.len();
        Ok(())
    }
}

/// Formats a value, applies `sanitize` to its text, and truncates the result to `limit` bytes.
pub(crate) fn bounded(value: impl fmt::Display, limit: usize, sanitize: impl Fn(&str) -> String) -> String {
    let mut prefix = Prefix { text: String::new(), room: READ_LIMIT.min(limit * READ_FACTOR), more: 0 };
    let _ = write!(prefix, "{value}");
    let text = sanitize(&prefix.text);
    let edge = if prefix.more == 0 { 0 } else { EDGE };
    let limit = limit.min(text.len().saturating_sub(edge));
    let kept = text.get(..text.floor_char_boundary(limit)).unwrap_or_default();
    match text.len() - kept.len() + prefix.more {
        0 => text,
        more => format!("{kept}… ({more} bytes more)"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOSTILE: &str =
        "a\u{1b}[2J\u{9b}31m\u{7f}\r\n\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{2029}\u{200b}\u{feff}é☃b";

    #[test]
    fn control_characters_and_line_separators_are_escaped() {
        assert_eq!(
            printable(HOSTILE),
            "a\\u{1b}[2J\\u{9b}31m\\u{7f}\\r\\n\\u{202e}\\u{2066}\\u{200f}\\u{61c}\\u{2028}\\u{2029}\\u{200b}\\u{feff}é☃b"
        );
        assert_eq!(
            json(HOSTILE),
            "a\\u001b[2J\\u009b31m\\u007f\\r\\n\\u202e\\u2066\\u200f\\u061c\\u2028\\u2029\\u200b\\ufeffé☃b"
        );
    }

    #[test]
    fn a_long_text_is_truncated_at_a_character_and_the_rest_is_counted() {
        let plain = |text: &str| text.to_owned();
        assert_eq!(bounded("é".repeat(10), 20, plain), "é".repeat(10));
        assert_eq!(bounded("é".repeat(10), 5, plain), "éé… (16 bytes more)");
        assert_eq!(bounded("x".repeat(5_000_000), 300, plain).len(), 300 + "… (4999700 bytes more)".len());
        // The end of the read part is not shown, even if everything before it was replaced by a shorter text.
        assert_eq!(
            bounded("x".repeat(1_000), 100, |text| text[700..].to_owned()).len(),
            "… (300 bytes more)".len()
        );
    }

    proptest! {
        #[test]
        fn escaped_json_parses_to_the_original_text(text: String) {
            let read: String = serde_json::from_str(&format!("\"{}\"", json(&text))).unwrap();
            prop_assert_eq!(read, text);
        }
    }
}
