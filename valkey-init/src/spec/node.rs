//! A node in the spec: `HOST:PORT`, or a mapping with more fields.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use init_core::Endpoint;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};

use super::scalar::Scalar;

/// One node, its endpoint not yet parsed.
#[derive(Debug)]
pub(crate) struct NodeSpec {
    pub(crate) endpoint: String,
    pub(crate) zone: Option<String>,
    pub(crate) announce_hostname: Option<String>,
    pub(crate) announced: AnnouncedPorts,
    pub(crate) config: BTreeMap<String, Scalar>,
    pub(crate) drain: bool,
    pub(crate) replicas: Option<u16>,
    /// True when it was written as a mapping, which decides the place of a violation.
    pub(crate) mapping: bool,
}

/// The long form.
#[derive(serde::Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schemars(rename = "DescribedNode")]
struct NodeMapping {
    /// The endpoint of the node: `HOST:PORT`, with a name and never an address.
    #[schemars(regex(pattern = Endpoint::PATTERN))]
    endpoint: String,
    /// cluster: the zone of the node; a replica is placed in another zone than its primary where possible.
    zone: Option<String>,
    /// The name that the node announces, when it is not the endpoint's.
    announce_hostname: Option<String>,
    /// cluster, replication: the port that the node announces to clients and replicas.
    announce_port: Option<u16>,
    /// cluster: the TLS port that the node announces to clients.
    announce_tls_port: Option<u16>,
    /// cluster: the port of its cluster bus that the node announces to the other nodes.
    announce_bus_port: Option<u16>,
    /// Parameters of this node, which take precedence over those of all nodes.
    #[serde(default)]
    config: BTreeMap<String, Scalar>,
    /// cluster, with `rebalance`: true to move all slots of this node to the others.
    #[serde(default)]
    drain: bool,
    /// cluster, replication: the number of nodes behind the name, as of a service that runs several times; 1 when absent.
    #[schemars(range(min = 1))]
    replicas: Option<u16>,
}

/// The announced ports of a node, where they differ from those on which it listens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AnnouncedPorts {
    pub(crate) port: Option<u16>,
    pub(crate) tls_port: Option<u16>,
    pub(crate) bus_port: Option<u16>,
}

impl<'de> Deserialize<'de> for NodeSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = NodeSpec;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HOST:PORT or {endpoint, zone, announceHostname, …}")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<NodeSpec, E> {
        Ok(NodeSpec {
            endpoint: text.to_owned(),
            zone: None,
            announce_hostname: None,
            announced: AnnouncedPorts::default(),
            config: BTreeMap::new(),
            drain: false,
            replicas: None,
            mapping: false,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<NodeSpec, A::Error> {
        let long = NodeMapping::deserialize(MapAccessDeserializer::new(map))?;
        let announced = AnnouncedPorts {
            port: long.announce_port,
            tls_port: long.announce_tls_port,
            bus_port: long.announce_bus_port,
        };
        Ok(NodeSpec {
            endpoint: long.endpoint,
            zone: long.zone,
            announce_hostname: long.announce_hostname,
            announced,
            config: long.config,
            drain: long.drain,
            replicas: long.replicas,
            mapping: true,
        })
    }
}

impl JsonSchema for NodeSpec {
    fn schema_name() -> Cow<'static, str> {
        "Node".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let long = generator.subschema_for::<NodeMapping>();
        schemars::json_schema!({
            "anyOf": [{ "type": "string", "pattern": Endpoint::PATTERN }, long]
        })
    }
}
