//! The time at which an access key stops working: a point in time to the second, in UTC, or none.

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// The word for no end.
pub(crate) const NEVER: &str = "never";

/// When an access key (service account) ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Expiry {
    /// It has no end.
    #[default]
    Never,
    /// Seconds since 1970.
    At(i64),
}

impl Expiry {
    /// Parses the text of a spec: `never`, or a time as RFC 3339 has it, with any offset. A fraction of a second is
    /// refused, because times are compared by the second.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text == NEVER {
            return Some(Self::Never);
        }
        let time: Timestamp = text.parse().ok()?;
        (time.subsec_nanosecond() == 0 && time.as_second() > 0).then(|| Self::At(time.as_second()))
    }

    /// Reads the time of a server, which may have a fraction of a second. To MinIO the first second of 1970 is no end.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let time: Timestamp = text.parse().ok()?;
        Some(if time.as_second() > 0 { Self::At(time.as_second()) } else { Self::Never })
    }

    /// The time as it is sent, which is the first second of 1970 for no end.
    pub(crate) fn sent(self) -> String {
        match self {
            Self::Never => Self::At(0).to_string(),
            Self::At(_) => self.to_string(),
        }
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str(NEVER),
            Self::At(seconds) => match Timestamp::from_second(*seconds) {
                Ok(time) => time.fmt(f),
                Err(_) => write!(f, "{seconds} s after 1970"),
            },
        }
    }
}

impl Serialize for Expiry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_time_is_read_with_any_offset_and_to_the_second() {
        for (text, seconds) in
            [("2030-01-01T00:00:00Z", 1_893_456_000), ("2030-01-01T02:00:00+02:00", 1_893_456_000)]
        {
            assert_eq!(Expiry::parse(text), Some(Expiry::At(seconds)), "{text}");
        }
        for wrong in [
            "",
            "Never",
            "2030-01-01",
            "2030-01-01T00:00:00",
            "2030-01-01T00:00:00.5Z",
            "1970-01-01T00:00:00Z",
        ] {
            assert_eq!(Expiry::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Expiry::parse("never"), Some(Expiry::Never));
        assert_eq!(Expiry::read("1970-01-01T00:00:00Z"), Some(Expiry::Never));
        assert_eq!(Expiry::read("2030-01-01T00:00:00.5Z"), Some(Expiry::At(1_893_456_000)));
        assert_eq!(Expiry::Never.sent(), "1970-01-01T00:00:00Z");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(seconds in 1_i64..=253_402_207_200) {
            prop_assert_eq!(Expiry::parse(&Expiry::At(seconds).to_string()), Some(Expiry::At(seconds)));
            prop_assert_eq!(Expiry::read(&Expiry::At(seconds).sent()), Some(Expiry::At(seconds)));
        }
    }
}
