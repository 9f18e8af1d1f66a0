//! Characters with which the text of a peer could steer the terminal of whoever reads a report.

/// A text with an escape sequence, C1 controls, a bidirectional override, and line breaks of its own.
pub const STEERING: &str = "the server's own words \u{1b}[2J\u{1b}]0;title\u{7} \u{9b}31m \u{202e}txet\u{2066} \r\nINFO forged line\u{85}";

/// Fails when a text for people has any control character but the ends of its lines, or starts a line with what a peer said.
pub fn shows_no_controls(text: &str) {
    let steers = |letter: &char| {
        letter.is_control() && *letter != '\n'
            || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let found: Vec<char> = text.chars().filter(steers).collect();
    assert!(found.is_empty(), "{found:?} in {text:?}");
    assert!(!text.lines().any(|line| line.trim_start().starts_with("INFO forged line")), "{text}");
}
