//! A reference to a secret in a spec: `{secret: NAME}`. A spec cannot contain the value of a secret.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Serialize, Serializer};

/// The value of a secret. It is redacted in `Debug`, wiped on drop, and has no `Display`, `Serialize` or `PartialEq`.
pub type Secret = secrecy::SecretString;

const NAME_PATTERN: &str = "^[A-Za-z0-9_-][A-Za-z0-9._-]*$";

/// The name of a file in the secrets directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretRef(String);

impl SecretRef {
    /// The name of the file.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// Makes a reference from a name that was made to be valid.
    pub(crate) fn from_valid_name(name: String) -> Self {
        Self(name)
    }
}

impl FromStr for SecretRef {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if name.is_empty() || name.starts_with('.') || !name.bytes().all(allowed) {
            return Err("a secret's name is a file name of letters, digits, `.`, `_` and `-`, not starting with a dot"
                .to_owned());
        }
        Ok(Self(name.to_owned()))
    }
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{secret: {}}}", self.0)
    }
}

impl Serialize for SecretRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A string that may be public or secret: a plain string, or `{secret: NAME}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Text {
    /// A string in the spec.
    Plain(String),
    /// The value of a secret, which is displayed as its label.
    Secret(SecretRef),
}

impl Text {
    /// The reference, if it is a secret.
    pub fn secret(&self) -> Option<&SecretRef> {
        match self {
            Self::Plain(_) => None,
            Self::Secret(secret) => Some(secret),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(text),
            Self::Secret(secret) => secret.fmt(f),
        }
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SecretRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor { allow_plain: false }).map(|text| match text {
            Text::Secret(secret) => secret,
            Text::Plain(name) => Self(name),
        })
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor { allow_plain: true })
    }
}

/// Deserializes both forms. A value in the place of a reference may be a secret, so no error repeats it.
struct TextVisitor {
    allow_plain: bool,
}

impl TextVisitor {
    fn scalar<E: de::Error>(&self, text: &str) -> Result<Text, E> {
        if self.allow_plain {
            return Ok(Text::Plain(text.to_owned()));
        }
        Err(E::custom(
            "a spec holds no secret: put the value in a file of the secrets directory and write {secret: NAME}",
        ))
    }

    /// Refuses a number or a boolean, whose spelling (`1e5`, `0x1F`) is lost after parsing.
    fn no_string<E: de::Error>(&self) -> Result<Text, E> {
        if self.allow_plain {
            Err(E::custom("expected a string: write it in quotes"))
        } else {
            self.scalar("")
        }
    }
}

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.allow_plain { "a string or {secret: NAME}" } else { "{secret: NAME}" })
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
        self.scalar(text)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Text, E> {
        self.no_string()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Text, E> {
        self.no_string()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Text, E> {
        self.no_string()
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Text, E> {
        self.no_string()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        let mut secret = None;
        while let Some(key) = map.next_key::<String>()? {
            if key != "secret" {
                return Err(de::Error::unknown_field(&key, &["secret"]));
            }
            let name: String = map.next_value()?;
            secret = Some(name.parse().map_err(de::Error::custom)?);
        }
        secret.map(Text::Secret).ok_or_else(|| de::Error::missing_field("secret"))
    }
}

impl JsonSchema for SecretRef {
    fn schema_name() -> Cow<'static, str> {
        "SecretRef".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "description": "The file NAME of the secrets directory holds the value.",
            "properties": { "secret": {
                "type": "string",
                "pattern": NAME_PATTERN,
                "description": "The name of a file in the secrets directory, which is /run/secrets unless --secrets-dir names another.",
            } },
            "required": ["secret"],
            "additionalProperties": false,
        })
    }
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let secret = generator.subschema_for::<SecretRef>();
        json_schema!({ "anyOf": [{ "type": "string" }, secret] })
    }
}
