//! A number of bytes with a unit, as specs write it.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};

const UNITS: [(&str, u64); 11] = [
    ("", 1),
    ("B", 1),
    ("KB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("PB", 1_000_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// A size as it is written, such as `10GiB`, `500MB` or `1048576`; it is checked later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Size(String);

impl Size {
    /// The number of bytes. GB is a power of 1000, and GiB a power of 1024.
    pub fn bytes(&self) -> Result<u64, String> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = self.0.split_at(digits);
        let factor = UNITS.iter().find(|(name, _)| *name == unit.trim_start()).map(|(_, factor)| *factor);
        let bytes =
            number.parse::<u64>().ok().zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
        match bytes {
            None => Err("expected a whole number with KB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024)"
                .to_owned()),
            Some(0) => Err("0 bytes are no limit: leave it out".to_owned()),
            // The servers store it as a signed number.
            Some(bytes) if i64::try_from(bytes).is_err() => Err("no server holds that much".to_owned()),
            Some(bytes) => Ok(bytes),
        }
    }
}

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = Size;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a size such as 10GiB")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Size, E> {
                Ok(Size(text.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Size, E> {
                Ok(Size(number.to_string()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Size, E> {
                Ok(Size(number.to_string()))
            }
        }
        deserializer.deserialize_any(Bytes)
    }
}

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Bytes: a number, or a text with KB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB (powers of 1024).",
            "anyOf": [
                { "type": "integer", "minimum": 1 },
                { "type": "string", "pattern": "^[0-9]+ *(B|[KMGTP]B|[KMGT]iB)?$" },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_powers_of_1000_or_1024() {
        for (text, bytes) in
            [("10GiB", 10_737_418_240), ("10GB", 10_000_000_000), ("10 MB", 10_000_000), ("7", 7)]
        {
            assert_eq!(Size(text.to_owned()).bytes(), Ok(bytes), "{text}");
        }
        for text in ["", "0", "10G", "10gb", "-1", "1.5GiB", "GiB", "99999999999TiB", "9223372036854775808"] {
            assert!(Size(text.to_owned()).bytes().is_err(), "{text}");
        }
    }
}
