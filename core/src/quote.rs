//! Double-quoted scalars of YAML, which every parser reads as strings.

use std::fmt::Write as _;

use crate::escape::is_hidden;

/// Writes a string as a double-quoted scalar in one line. Control characters and invisible characters are escaped.
pub(crate) fn quoted(text: &str) -> String {
    let mut output = String::with_capacity(text.len() + 2);
    output.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => output.extend(['\\', letter]),
            '\n' => output += "\\n",
            '\t' => output += "\\t",
            '\r' => output += "\\r",
            letter if is_hidden(letter) || is_special(letter) => {
                let code = u32::from(letter);
                let _ = if code > 0xFFFF {
                    write!(output, "\\U{code:08X}")
                } else {
                    write!(output, "\\u{code:04X}")
                };
            }
            letter => output.push(letter),
        }
    }
    output.push('"');
    output
}

/// Returns true for characters that YAML does not allow unescaped, or not everywhere.
pub(crate) fn is_special(letter: char) -> bool {
    matches!(letter, '\u{85}' | '\u{A0}' | '\u{E000}'..='\u{F8FF}' | '\u{FFFE}' | '\u{FFFF}')
        || u32::from(letter) & 0xFFFE == 0xFFFE
}
