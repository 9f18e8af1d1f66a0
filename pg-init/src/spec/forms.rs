//! The values of a spec that have more than one form: a name or a list, a word or a map.
//!
//! Each form has a serde visitor of its own, so that an error names the accepted forms.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::connection::{TlsMode, TlsSpec};

/// One name or a list of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameOrList(pub Vec<String>);

/// The value of a configuration parameter: a scalar, a list for parameters that are lists, or null, which resets the
/// parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// One value.
    One(String),
    /// The items of a list.
    List(Vec<String>),
    /// No value of its own: the default of the next level applies.
    Unset,
}

/// The tables of a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tables {
    /// `FOR ALL TABLES`: every existing and future table.
    All,
    /// The listed tables.
    Listed(Vec<PublishedTable>),
}

/// A table of a publication: its name as schema.table, or a map.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct PublishedTable {
    /// The table, as schema.table.
    pub table: String,
    /// The published columns. Default: all, for a table that is added.
    pub columns: Option<Vec<String>>,
    /// The row filter, as an SQL condition. Default: none, for a table that is added.
    #[serde(rename = "where")]
    pub rows: Option<String>,
}

/// A membership: a role's name, or a map with options.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
pub struct MemberOf {
    /// The role to be a member of.
    pub role: String,
    /// `ADMIN OPTION`: the member may grant the role to others.
    pub admin: Option<bool>,
    /// `INHERIT`: the member has the role's privileges without SET ROLE.
    pub inherit: Option<bool>,
    /// `SET`: the member may use SET ROLE.
    pub set: Option<bool>,
}

/// The protection of the connection: a mode, or a map.
#[derive(Debug, Default)]
pub struct Tls(pub TlsSpec);

/// The serde visitor of a value, with the description of its forms for errors.
struct Form<T>(&'static str, std::marker::PhantomData<T>);

impl<T> Form<T> {
    fn expecting(what: &'static str) -> Self {
        Self(what, std::marker::PhantomData)
    }
}

fn read_items<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(mut list: A) -> Result<Vec<T>, A::Error> {
    let mut items = Vec::new();
    while let Some(item) = list.next_element()? {
        items.push(item);
    }
    Ok(items)
}

impl<'de> Visitor<'de> for Form<NameOrList> {
    type Value = NameOrList;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<NameOrList, E> {
        Ok(NameOrList(vec![name.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<NameOrList, A::Error> {
        read_items(list).map(NameOrList)
    }
}

impl<'de> Visitor<'de> for Form<Tables> {
    type Value = Tables;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Tables, E> {
        match word {
            "all" => Ok(Tables::All),
            other => Err(E::unknown_variant(other, &["all"])),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Tables, A::Error> {
        read_items(list).map(Tables::Listed)
    }
}

impl<'de> Visitor<'de> for Form<PublishedTable> {
    type Value = PublishedTable;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, table: &str) -> Result<PublishedTable, E> {
        Ok(PublishedTable { table: table.to_owned(), columns: None, rows: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PublishedTable, A::Error> {
        PublishedTable::deserialize(MapAccessDeserializer::new(map))
    }
}

impl<'de> Visitor<'de> for Form<MemberOf> {
    type Value = MemberOf;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, role: &str) -> Result<MemberOf, E> {
        Ok(MemberOf { role: role.to_owned(), admin: None, inherit: None, set: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<MemberOf, A::Error> {
        MemberOf::deserialize(MapAccessDeserializer::new(map))
    }
}

impl<'de> Visitor<'de> for Form<Tls> {
    type Value = Tls;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, mode: &str) -> Result<Tls, E> {
        let mode = TlsMode::deserialize(StrDeserializer::new(mode))?;
        Ok(Tls(TlsSpec { mode, ..TlsSpec::default() }))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Tls, A::Error> {
        TlsSpec::deserialize(MapAccessDeserializer::new(map)).map(Tls)
    }
}

/// A scalar of any YAML type becomes the text that PostgreSQL reads.
impl<'de> Visitor<'de> for Form<Setting> {
    type Value = Setting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Setting, E> {
        Ok(Setting::One(text.to_owned()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Setting, E> {
        Ok(Setting::Unset)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Setting, E> {
        self.visit_str(if value { "on" } else { "off" })
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Setting, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Setting, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Setting, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Setting, A::Error> {
        read_items(list).map(Setting::List)
    }
}

macro_rules! form {
    ($type:ty, $what:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Form::<$type>::expecting($what))
            }
        }
    };
}

form!(NameOrList, "a name or a list of names");
form!(Tables, "`all` or a list of tables");
form!(PublishedTable, "a table as schema.table, or a map with `table`, `columns`, `where`");
form!(MemberOf, "a role's name, or a map with `role` and its options");
form!(
    Tls,
    "a mode, or a map with `mode`, `ca`, `certificate`, `key`, `keyPassphrase`, `serverName`, `channelBinding`"
);
form!(Setting, "a value, a list of names, or null for none");

macro_rules! schema {
    ($type:ty, $name:literal, $generator:ident => $schema:expr) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

schema!(NameOrList, "StringOrList", _g => json_schema!({
    "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }]
}));
schema!(Tables, "Tables", g => json_schema!({
    "anyOf": [{ "const": "all" }, { "type": "array", "items": g.subschema_for::<PublishedTable>() }]
}));
schema!(PublishedTable, "PublishedTable", _g => json_schema!({
    "anyOf": [{ "type": "string" }, {
        "type": "object",
        "properties": {
            "table": { "type": "string", "description": "The table, as schema.table." },
            "columns": {
                "type": "array",
                "items": { "type": "string" },
                "description": "The published columns. Default: all, for a table that is added. Needs PostgreSQL 15.",
            },
            "where": {
                "type": "string",
                "description": "The row filter, as an SQL condition. Default: none, for a table that is added. Needs PostgreSQL 15.",
            },
        },
        "required": ["table"],
        "additionalProperties": false,
    }]
}));
schema!(Setting, "Setting", _g => json_schema!({
    "anyOf": [{ "type": ["string", "number", "boolean", "null"] }, { "type": "array", "items": { "type": "string" } }]
}));
schema!(MemberOf, "MemberOf", _g => json_schema!({
    "anyOf": [{ "type": "string" }, {
        "type": "object",
        "properties": {
            "role": { "type": "string", "description": "The role to be a member of." },
            "admin": { "type": "boolean", "description": "`ADMIN OPTION`: true when the member may grant the role to others." },
            "inherit": {
                "type": "boolean",
                "description": "`INHERIT`: true when the member has the role's privileges without SET ROLE; false needs PostgreSQL 16.",
            },
            "set": { "type": "boolean", "description": "`SET`: true when the member may use SET ROLE; false needs PostgreSQL 16." },
        },
        "required": ["role"],
        "additionalProperties": false,
    }]
}));
schema!(Tls, "TlsOrMode", generator => {
    let (mode, full) = (generator.subschema_for::<TlsMode>(), generator.subschema_for::<TlsSpec>());
    json_schema!({ "anyOf": [mode, full] })
});
