//! The time at which a password expires: a time in UTC with a precision of one second, or an infinity.

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// The value of `VALID UNTIL`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    /// `-infinity`: the password has always been expired.
    NegativeInfinity,
    /// A time in seconds since 1970.
    At(i64),
    /// `infinity`: the password never expires.
    Infinity,
}

impl Until {
    /// True when a spec can express the time.
    pub(crate) fn is_expressible(self) -> bool {
        match self {
            Self::NegativeInfinity => false,
            Self::At(_) => Self::parse(&self.to_string()) == Some(self),
            Self::Infinity => true,
        }
    }

    /// Parses an RFC 3339 time with any offset. A fraction of a second is refused, since the server's times are
    /// compared by the second.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let time: Timestamp = text.parse().ok()?;
        (time.subsec_nanosecond() == 0).then(|| Self::At(time.as_second()))
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NegativeInfinity => f.write_str("-infinity"),
            Self::Infinity => f.write_str("infinity"),
            Self::At(seconds) => match Timestamp::from_second(*seconds) {
                Ok(time) => time.fmt(f),
                // PostgreSQL stores years up to 294276.
                Err(_) => write!(f, "{seconds} s after 1970"),
            },
        }
    }
}

impl Serialize for Until {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rfc_3339_times_are_parsed() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2030-01-01T00:00:00Z", 1_893_456_000),
            ("2030-01-01T02:00:00+02:00", 1_893_456_000),
            ("2024-02-29T12:00:00-00:30", 1_709_209_800),
            ("2024-02-29 12:00:00-00:30", 1_709_209_800),
        ] {
            assert_eq!(Until::parse(text), Some(Until::At(seconds)), "{text}");
        }
        for wrong in [
            "",
            "infinity",
            "2030-01-01",
            "2030-02-30T00:00:00Z",
            "2030-01-01T24:00:00Z",
            "2030-01-01T00:00:00",
            "2030-01-01T00:00:00.5Z",
        ] {
            assert_eq!(Until::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Until::At(1_893_456_000).to_string(), "2030-01-01T00:00:00Z");
        assert_eq!(Until::At(i64::MAX).to_string(), "9223372036854775807 s after 1970");
    }

    proptest! {
        #[test]
        fn a_written_time_is_parsed_back(seconds in -62_135_596_800_i64..=253_402_207_200) {
            prop_assert_eq!(Until::parse(&Until::At(seconds).to_string()), Some(Until::At(seconds)));
        }

        #[test]
        fn any_text_is_read_without_panic(text: String) {
            let _ = Until::parse(&text);
        }
    }
}
