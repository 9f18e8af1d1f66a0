//! Colours of a terminal, as ECMA-48 has them. They are put around texts that are escaped already: no text from elsewhere
//! brings a sequence of its own.

use tracing::Level;

/// Whether texts get colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paint {
    /// The text as it is.
    #[default]
    Plain,
    /// The text between two sequences that a terminal takes for colours.
    Coloured,
}

/// What a colour says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Something comes into being: green.
    Good,
    /// Something is altered, or wants a look: yellow.
    Notable,
    /// Something is taken away: red.
    Gone,
    /// Something is wrong: red and bold.
    Bad,
    /// Something is beside the point: faint.
    Faint,
}

impl Tone {
    const fn code(self) -> &'static str {
        match self {
            Self::Good => "32",
            Self::Notable => "33",
            Self::Gone => "31",
            Self::Bad => "1;31",
            Self::Faint => "2",
        }
    }
}

impl From<&Level> for Tone {
    fn from(level: &Level) -> Self {
        match *level {
            Level::ERROR => Self::Bad,
            Level::WARN => Self::Notable,
            Level::INFO => Self::Good,
            Level::DEBUG | Level::TRACE => Self::Faint,
        }
    }
}

impl Paint {
    /// The text in its colour, where there are colours.
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
        assert_eq!(Paint::Coloured.put(Tone::Bad, "error"), "\u{1b}[1;31merror\u{1b}[0m");
        assert_eq!(Paint::Plain.put(Tone::Bad, "error"), "error");
    }
}
