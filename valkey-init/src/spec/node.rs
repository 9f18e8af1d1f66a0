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
    /// Where the node is: `HOST:PORT`, never an address.
    #[schemars(regex(pattern = Endpoint::PATTERN))]
    endpoint: String,
    /// cluster: where the node stands; a replica is kept out of its primary's zone.
    zone: Option<String>,
    /// The name that clients are told, when it is not the endpoint's.
    announce_hostname: Option<String>,
    /// cluster, replication: the port that clients and replicas are told.
    announce_port: Option<u16>,
    /// cluster: the port with TLS that clients are told.
    announce_tls_port: Option<u16>,
    /// cluster: the port of its bus that the other nodes are told.
    announce_bus_port: Option<u16>,
    /// Parameters of this node, which count before those of all nodes.
    #[serde(default)]
    config: BTreeMap<String, Scalar>,
    /// cluster, with `rebalance`: whether all slots of this node are moved to the others.
    #[serde(default)]
    drain: bool,
    /// cluster, replication: how many nodes the name leads to, as of a service that runs several times; one when absent.
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
