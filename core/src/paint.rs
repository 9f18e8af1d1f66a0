//! Colours for terminals (ECMA-48). They are put around texts that are escaped already, so that no text can contain an escape
//! sequence of its own.

use tracing::Level;

/// The use of colours in texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// Texts have no escape sequences.
    #[default]
    Plain,
    /// Texts are put between the escape sequences of a colour.
    Coloured,
}

/// The meaning of a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Green: an addition, or information.
    Added,
    /// Yellow: an alteration, or a warning.
    Altered,
    /// Red: a removal.
    Removed,
    /// Bold red: an error.
    Error,
    /// Faint: a detail.
    Detail,
}

impl Tone {
    const fn code(self) -> &'static str {
        match self {
            Self::Added => "32",
            Self::Altered => "33",
            Self::Removed => "31",
            Self::Error => "1;31",
            Self::Detail => "2",
        }
    }
}

impl From<&Level> for Tone {
    fn from(level: &Level) -> Self {
        match *level {
            Level::ERROR => Self::Error,
            Level::WARN => Self::Altered,
            Level::INFO => Self::Added,
            Level::DEBUG | Level::TRACE => Self::Detail,
        }
    }
}

impl Paint {
    /// Colours a text, if colours are used.
    pub(crate) fn put(self, tone: Tone, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Coloured => format!("\u{1b}[{}m{text}\u{1b}[0m", tone.code()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_begins_and_ends_with_its_text() {
        assert_eq!(Paint::Coloured.put(Tone::Error, "error"), "\u{1b}[1;31merror\u{1b}[0m");
        assert_eq!(Paint::Plain.put(Tone::Error, "error"), "error");
    }
}
