//! The SCRAM mechanisms of a user: one name, a list of names, or a map with settings for each.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use init_core::SecretRef;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::state::State;
use super::value::Number;
use crate::desired::Scram;

/// The settings of each mechanism, where it has any of its own.
#[derive(Debug, Default)]
pub struct Mechanisms(pub(crate) BTreeMap<Scram, Option<CredentialSpec>>);

/// The settings of one mechanism, which override those of the user.
#[derive(Debug, Default, serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialSpec {
    /// The password for this mechanism.
    pub(crate) password: Option<SecretRef>,
    /// The SCRAM iterations for this mechanism, from 4096 to 16384.
    pub(crate) iterations: Option<Number>,
    /// `present` creates the credential of this mechanism, `absent` deletes it. Default: the state of the user.
    pub(crate) state: Option<State>,
}

struct AnyOf;

impl<'de> Visitor<'de> for AnyOf {
    type Value = Mechanisms;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mechanism, a list of them, or a map of them")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Mechanisms, E> {
        let mechanism = Scram::deserialize(name.into_deserializer())?;
        Ok(Mechanisms([(mechanism, None)].into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Mechanisms, A::Error> {
        let mut mechanisms = BTreeMap::new();
        while let Some(mechanism) = names.next_element::<Scram>()? {
            mechanisms.insert(mechanism, None);
        }
        Ok(Mechanisms(mechanisms))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Mechanisms, A::Error> {
        let mut mechanisms = BTreeMap::new();
        while let Some((mechanism, credential)) = entries.next_entry()? {
            mechanisms.insert(mechanism, credential);
        }
        Ok(Mechanisms(mechanisms))
    }
}

impl<'de> Deserialize<'de> for Mechanisms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyOf)
    }
}

impl JsonSchema for Mechanisms {
    fn schema_name() -> Cow<'static, str> {
        "Mechanisms".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<Scram>();
        let about = generator.subschema_for::<CredentialSpec>();
        let about = |name: &str| {
            let description = format!("A credential for {name}; with nothing behind it, as the user says.");
            json_schema!({ "description": description, "anyOf": [about, { "type": "null" }] })
        };
        let names = [Scram::Sha256.name(), Scram::Sha512.name()];
        json_schema!({ "anyOf": [
            one,
            { "type": "array", "items": one, "minItems": 1 },
            {
                "type": "object",
                "properties": { names[0]: about(names[0]), names[1]: about(names[1]) },
                "additionalProperties": false,
                "minProperties": 1,
            },
        ] })
    }
}
