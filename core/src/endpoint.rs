//! An endpoint: a DNS name and a port, never an IP address.
//!
//! Docker and Compose assign a new address at every start, so an address in a spec is a defect that shows only later.
//! Everything that `inet_aton(3)` would accept as an address is refused, not just dotted quads.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::Serialize;
use thiserror::Error;

use crate::{unexpanded, variables};

/// A host name as DNS and Docker allow it, converted to lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DnsName(String);

/// `NAME:PORT`, and one address of that name where it leads to several servers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    host: DnsName,
    port: u16,
    address: Option<IpAddr>,
}

/// The reason for which a text is no endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EndpointError {
    /// There is no colon with a port.
    #[error("`{0}` has no port: write NAME:PORT")]
    NoPort(String),
    /// The port is not a number from 1 to 65535.
    #[error("`{0}` is no port: it is a whole number from 1 to 65535")]
    Port(String),
    /// The text is an IP address, in any spelling.
    #[error("`{0}` is an IP address: write the server's DNS name, which survives a restart")]
    Address(String),
    /// The text is a list of endpoints.
    #[error("`{0}` is several endpoints in one string: write a list, [NAME:PORT, NAME:PORT]")]
    Several(String),
    /// There are credentials before an `@`. The text may contain a password, so the message does not repeat it.
    #[error("an endpoint holds no user: write NAME:PORT and give the user its own field")]
    UserInfo,
    /// The text has a scheme or a path.
    #[error("`{0}` is a URL: write NAME:PORT")]
    Url(String),
    /// The host is not a valid name, for the given reason.
    #[error("`{0}` is no DNS name: {1}")]
    Name(String, &'static str),
}

impl DnsName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Endpoint {
    /// The pattern of an endpoint in the JSON Schema. It does not check the lengths of the parts.
    pub const PATTERN: &'static str = concat!(
        r"^(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.)*",
        // The last label must not be a number, because the name would then be an address.
        r"(?![0-9]+\.?:|0[xX][0-9A-Fa-f]*\.?:)[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?\.?",
        r":[0-9]{1,5}$"
    );

    /// Makes an endpoint of its parts, for one that is written as a URL or advertised by a server.
    pub fn new(host: DnsName, port: u16) -> Result<Self, EndpointError> {
        if port == 0 {
            Err(EndpointError::Port("0".to_owned()))
        } else {
            Ok(Self { host, port, address: None })
        }
    }

    /// The server at this address of the name, one of several that the name leads to. A spec never holds an address: it is
    /// looked up by each run.
    #[must_use]
    pub fn at(&self, address: IpAddr) -> Self {
        Self { address: Some(address), ..self.clone() }
    }

    /// The address of the one server that is meant, when the name leads to several.
    pub fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// The name.
    pub fn host(&self) -> &str {
        self.host.as_str()
    }

    /// The port, never zero.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl FromStr for DnsName {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let refuse = |reason| Err(EndpointError::Name(text.to_owned(), reason));
        if variables::first_variable(text).is_some() {
            return refuse(unexpanded::PROBLEM);
        }
        if text.contains(':') || is_inet_aton(text) {
            return Err(EndpointError::Address(text.to_owned()));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        if name.is_empty() || name.len() > 253 {
            return refuse("a name has 1 to 253 characters");
        }
        for label in name.split('.') {
            if label.is_empty() || label.len() > 63 {
                return refuse("a label between dots has 1 to 63 characters");
            }
            if label.starts_with('-') || label.ends_with('-') {
                return refuse("a label does not start or end with a hyphen");
            }
            // Compose service names may hold `_`, and Docker's resolver answers for them.
            if !label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
                return refuse("a label has only letters, digits, `-` and `_`");
            }
        }
        Ok(Self(name.to_ascii_lowercase()))
    }
}

/// Returns true if a resolver would take the text for an address: if its last label is a decimal, octal or hexadecimal
/// number. No top-level domain is numeric (RFC 3696 section 2), so no valid name is refused.
fn is_inet_aton(text: &str) -> bool {
    let last = text.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    let hex = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    match hex {
        Some(digits) => digits.bytes().all(|b| b.is_ascii_hexdigit()),
        None => !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit()),
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        if text.contains('@') {
            return Err(EndpointError::UserInfo);
        }
        if variables::first_variable(text).is_some() {
            return Err(EndpointError::Name(text.to_owned(), unexpanded::PROBLEM));
        }
        if text.contains([',', ';']) {
            return Err(EndpointError::Several(text.to_owned()));
        }
        if text.contains(['/', '?', '#']) {
            return Err(EndpointError::Url(text.to_owned()));
        }
        if text.matches(':').count() > 1 {
            return Err(EndpointError::Address(text.to_owned()));
        }
        let (host, port) = text.rsplit_once(':').ok_or_else(|| match DnsName::from_str(text) {
            Err(address @ EndpointError::Address(_)) => address,
            _ => EndpointError::NoPort(text.to_owned()),
        })?;
        let host = DnsName::from_str(host)?;
        let digits = !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
        let number = port.parse().ok().filter(|number| digits && *number != 0);
        Self::new(host, number.ok_or_else(|| EndpointError::Port(port.to_owned()))?)
    }
}

impl fmt::Display for DnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)?;
        match self.address {
            Some(address) => write!(f, " at {address}"),
            None => Ok(()),
        }
    }
}

impl Serialize for Endpoint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn valid_endpoints_are_parsed() {
        for (text, shown) in [
            ("kafka-1:19092", "kafka-1:19092"),
            ("my_service:1", "my_service:1"),
            ("Broker.Example.ORG.:65535", "broker.example.org:65535"),
            ("0xkafka:9092", "0xkafka:9092"),
            ("10.kafka:9092", "10.kafka:9092"),
            ("localhost:9092", "localhost:9092"),
        ] {
            assert_eq!(text.parse::<Endpoint>().map(|e| e.to_string()), Ok(shown.to_owned()), "{text}");
        }
    }

    #[test]
    fn a_server_at_one_address_of_a_name_is_another_than_the_name() {
        let name: Endpoint = "valkey:6379".parse().unwrap();
        let [first, second] = ["10.0.0.1", "10.0.0.2"].map(|address| name.at(address.parse().unwrap()));
        assert_eq!(first.to_string(), "valkey:6379 at 10.0.0.1");
        assert_eq!((first.host(), first.port(), first.address()), ("valkey", 6379, "10.0.0.1".parse().ok()));
        assert!(first != second && first != name && name.address().is_none());
        assert_eq!(second.at("10.0.0.1".parse().unwrap()), first);
        assert!(first.to_string().parse::<Endpoint>().is_err(), "what is shown is no endpoint of a spec");
    }

    #[test]
    fn every_spelling_of_an_address_is_refused() {
        for text in [
            "10.0.0.1:9092",
            "10.0.0.1",
            "[::1]:9092",
            "::1",
            "::1:9092",
            "fe80::1%eth0:9092",
            "2130706433:9092",
            "0x7f.1:9092",
            "0x7f000001:9092",
            "127.1:9092",
            "0177.0.0.01:9092",
            "kafka.0x1:9092",
            "10.0.0.1.:9092",
            "0x:9092",
        ] {
            assert!(matches!(text.parse::<Endpoint>(), Err(EndpointError::Address(_))), "{text}");
        }
    }

    #[test]
    fn an_invalid_endpoint_is_refused_with_the_reason() {
        use EndpointError as E;
        for (text, expected) in [
            ("kafka", E::NoPort("kafka".into())),
            ("kafka:0", E::Port("0".into())),
            ("kafka:70000", E::Port("70000".into())),
            ("kafka:+80", E::Port("+80".into())),
            ("kafka:", E::Port(String::new())),
            ("user:hunter2@kafka:9092", E::UserInfo),
            ("http://kafka:9092", E::Url("http://kafka:9092".into())),
            ("kafka:9092/x", E::Url("kafka:9092/x".into())),
            ("a:1,b:2", E::Several("a:1,b:2".into())),
            ("kafka,other:1", E::Several("kafka,other:1".into())),
            ("[kafka:1", E::Name("[kafka".into(), "a label has only letters, digits, `-` and `_`")),
            ("[kafka", E::NoPort("[kafka".into())),
            ("${HOST}:1", E::Name("${HOST}:1".into(), unexpanded::PROBLEM)),
            ("${HOST:-a}:1", E::Name("${HOST:-a}:1".into(), unexpanded::PROBLEM)),
            (":9092", E::Name(String::new(), "a name has 1 to 253 characters")),
            ("a..b:1", E::Name("a..b".into(), "a label between dots has 1 to 63 characters")),
            ("-a:1", E::Name("-a".into(), "a label does not start or end with a hyphen")),
            ("a b:1", E::Name("a b".into(), "a label has only letters, digits, `-` and `_`")),
        ] {
            assert_eq!(text.parse::<Endpoint>(), Err(expected), "{text}");
        }
        assert!(!E::UserInfo.to_string().contains("hunter2"));
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_an_accepted_endpoint_parses_again(text in ".{0,80}") {
            if let Ok(endpoint) = text.parse::<Endpoint>() {
                prop_assert!(endpoint.host().parse::<std::net::IpAddr>().is_err());
                prop_assert_eq!(endpoint.to_string().parse::<Endpoint>(), Ok(endpoint));
            }
        }
    }
}
