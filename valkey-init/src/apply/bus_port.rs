//! Finds the port of a node's cluster bus, for `CLUSTER MEET`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use redis::cmd;

use crate::error::Error;
use crate::observed::NodeEntry;
use crate::wire::{Connection, pairs, text};

/// The offset of the bus port from the data port, by default.
const ABOVE: u16 = 10_000;

/// The port of the cluster bus at these addresses of the node's name: the announced port, or, when the node announces
/// another address, the port on which it listens.
pub(super) async fn port(connection: &Connection, addresses: &[IpAddr]) -> Result<u16, Error> {
    let mut nodes = cmd("CLUSTER");
    nodes.arg("NODES");
    let answer = text(&connection.ask(nodes).await?).unwrap_or_default();
    let own = answer.lines().filter_map(NodeEntry::parse).find(|entry| entry.myself).unwrap_or_default();
    let told = if own.bus_port == 0 { connection.node().port().saturating_add(ABOVE) } else { own.bus_port };
    if own.address.is_none_or(|address| addresses.contains(&address)) {
        return Ok(told);
    }
    let mut parameters = cmd("CONFIG");
    parameters.arg("GET").arg(&[
        "cluster-announce-ip",
        "cluster-announce-bus-port",
        "cluster-port",
        "tls-cluster",
        "port",
        "tls-port",
    ]);
    let answer = match connection.ask(parameters).await {
        Err(error) if error.is_denied_command() => return Ok(told),
        answer => answer?,
    };
    let found: BTreeMap<String, String> =
        pairs(&answer).into_iter().filter_map(|(name, value)| Some((name, text(value)?))).collect();
    Ok(listening(&found).unwrap_or(told))
}

/// The port on which the bus listens, by the parameters of a node that announces another address and another port.
fn listening(found: &BTreeMap<String, String>) -> Option<u16> {
    let number = |name: &str| found.get(name)?.parse::<u16>().ok().filter(|number| *number > 0);
    found.get("cluster-announce-ip").filter(|address| !address.is_empty())?;
    number("cluster-announce-bus-port")?;
    let tls = found.get("tls-cluster").is_some_and(|value| value == "yes");
    number("cluster-port").or_else(|| number(if tls { "tls-port" } else { "port" })?.checked_add(ABOVE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bus_listens_where_the_parameters_say() {
        let port = |pairs: &[(&str, &str)]| {
            let defaults = [("port", "6379"), ("tls-port", "6380"), ("cluster-announce-bus-port", "7001")];
            let all = defaults.iter().chain(&[("cluster-announce-ip", "192.0.2.1")]).chain(pairs);
            listening(&all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        assert_eq!(port(&[]), Some(16379));
        assert_eq!(port(&[("tls-cluster", "yes")]), Some(16380));
        assert_eq!(port(&[("cluster-port", "7777"), ("tls-cluster", "yes")]), Some(7777));
        assert_eq!(port(&[("cluster-announce-ip", "")]), None);
        assert_eq!(port(&[("cluster-announce-bus-port", "0")]), None);
    }
}
