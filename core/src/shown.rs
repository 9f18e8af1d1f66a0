//! What a text from elsewhere may look like where it is shown: on one line, of a bounded length, and unable to steer a
//! terminal. Everything that did not come from our own binary goes through here: reports, the log, the progress line.

use std::fmt::{self, Write as _};

/// A text is read this far at most, and no further than this many times what is shown of it; the rest is counted.
const READ: usize = 64 * 1024;
const AHEAD: usize = 8;
/// Where reading stopped, a part of a secret too short to be recognised may stand: this much is not shown.
const EDGE: usize = 128;

/// Whether a character is shown by its code alone: controls, which move a terminal's cursor or colour it; marks that
/// change the direction of what follows; separators that other programs take for the end of a line; and characters
/// without a width, which make two names look like one.
pub(crate) fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// A text from elsewhere as it stands in a line for people.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_hidden(letter) { shown.extend(letter.escape_default()) } else { shown.push(letter) }
    }
    shown
}

/// A text from elsewhere between the quotes of a JSON string: the same characters are shown by their codes.
pub(crate) fn json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '\\' => shown.extend(['\\', letter]),
            '\n' => shown += "\\n",
            '\r' => shown += "\\r",
            '\t' => shown += "\\t",
            letter if is_hidden(letter) => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let _ = write!(shown, "\\u{unit:04x}");
                }
            }
            letter => shown.push(letter),
        }
    }
    shown
}

/// The beginning of what is written to it, and how much more there was.
struct Beginning {
    text: String,
    room: usize,
    more: usize,
}

impl fmt::Write for Beginning {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = if self.more == 0 { self.room - self.text.len() } else { 0 };
        let (kept, rest) = text.split_at(text.floor_char_boundary(room));
        self.text += kept;
        self.more += rest.len();
        Ok(())
    }
}

/// The text of a value, read as far as it may matter, with what is done to it before it is cut to `limit` bytes.
pub(crate) fn bounded(value: impl fmt::Display, limit: usize, safe: impl Fn(&str) -> String) -> String {
    let mut beginning = Beginning { text: String::new(), room: READ.min(limit * AHEAD), more: 0 };
    let _ = write!(beginning, "{value}");
    let text = safe(&beginning.text);
    let edge = if beginning.more == 0 { 0 } else { EDGE };
    let limit = limit.min(text.len().saturating_sub(edge));
    let kept = text.get(..text.floor_char_boundary(limit)).unwrap_or_default();
    match text.len() - kept.len() + beginning.more {
        0 => text,
        more => format!("{kept}… ({more} bytes more)"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STEERING: &str =
        "a\u{1b}[2J\u{9b}31m\u{7f}\r\n\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}\u{2029}\u{200b}\u{feff}é☃b";

    #[test]
    fn what_steers_a_terminal_or_forges_a_line_is_shown_by_its_code() {
        assert_eq!(
            printable(STEERING),
            "a\\u{1b}[2J\\u{9b}31m\\u{7f}\\r\\n\\u{202e}\\u{2066}\\u{200f}\\u{61c}\\u{2028}\\u{2029}\\u{200b}\\u{feff}é☃b"
        );
        assert_eq!(
            json(STEERING),
            "a\\u001b[2J\\u009b31m\\u007f\\r\\n\\u202e\\u2066\\u200f\\u061c\\u2028\\u2029\\u200b\\ufeffé☃b"
        );
    }

    #[test]
    fn a_long_text_is_cut_between_two_characters_and_the_rest_is_counted() {
        let plain = |text: &str| text.to_owned();
        assert_eq!(bounded("é".repeat(10), 20, plain), "é".repeat(10));
        assert_eq!(bounded("é".repeat(10), 5, plain), "éé… (16 bytes more)");
        assert_eq!(bounded("x".repeat(5_000_000), 300, plain).len(), 300 + "… (4999700 bytes more)".len());
        // What stands where reading stopped is not shown, even if all before it was replaced by something short.
        assert_eq!(
            bounded("x".repeat(1_000), 100, |text| text[700..].to_owned()).len(),
            "… (300 bytes more)".len()
        );
    }

    proptest! {
        #[test]
        fn json_reads_back_as_it_was(text: String) {
            let read: String = serde_json::from_str(&format!("\"{}\"", json(&text))).unwrap();
            prop_assert_eq!(read, text);
        }
    }
}
