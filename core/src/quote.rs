//! Strings of YAML in double quotes, which no reader takes for anything else.

use std::fmt::Write as _;

use crate::shown::is_hidden;

/// A string in the double quotes of YAML, in one line. A character that would steer a terminal or that a reader may not
/// see is written by its code.
pub(crate) fn quoted(text: &str) -> String {
    let mut page = String::with_capacity(text.len() + 2);
    page.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => page.extend(['\\', letter]),
            '\n' => page += "\\n",
            '\t' => page += "\\t",
            '\r' => page += "\\r",
            letter if is_hidden(letter) || is_special(letter) => {
                let code = u32::from(letter);
                let _ =
                    if code > 0xFFFF { write!(page, "\\U{code:08X}") } else { write!(page, "\\u{code:04X}") };
            }
            letter => page.push(letter),
        }
    }
    page.push('"');
    page
}

/// Characters that YAML does not take as they are, or not everywhere.
pub(crate) fn is_special(letter: char) -> bool {
    matches!(letter, '\u{85}' | '\u{A0}' | '\u{E000}'..='\u{F8FF}' | '\u{FFFE}' | '\u{FFFF}')
        || u32::from(letter) & 0xFFFE == 0xFFFE
}
