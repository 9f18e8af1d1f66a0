//! A node's view of the cluster: `CLUSTER NODES`, with one line for each known node, its own flagged `myself`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::desired::slots::{COUNT, Slots};

/// One entry of `CLUSTER NODES`: what the reporting node knows about a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeEntry {
    /// The node's id.
    pub id: String,
    /// The known address; `None` before the node was met, or after the address was found to belong to another node.
    pub address: Option<IpAddr>,
    /// The port that it announces to clients.
    pub port: u16,
    /// The announced port of its cluster bus; 0 when it is unknown.
    pub bus_port: u16,
    /// The hostname that it announces to clients.
    pub hostname: String,
    /// True for the reporting node itself.
    pub myself: bool,
    /// The id of its primary, when it is a replica.
    pub primary: Option<String>,
    /// True for a replica, also when its primary is unknown.
    pub replica: bool,
    /// The state of the link to it.
    pub link: LinkState,
    /// The time of its last pong, by the reporting node's clock in milliseconds.
    pub last_pong: u64,
    /// Its configuration epoch.
    pub epoch: u64,
    /// Its slots.
    pub slots: Slots,
    /// Its open slots (migrating or importing), each with the id of the other node. A node reports only its own.
    pub open_slots: BTreeMap<u16, String>,
    /// The importing ones of its open slots.
    pub importing: BTreeSet<u16>,
}

/// The state of the cluster bus link to a node, as the reporting node sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkState {
    /// Connected, without a suspected failure.
    Up,
    /// Reported as connected, but nothing was received since the first observation.
    Unconfirmed,
    /// Not connected now.
    #[default]
    Down,
    /// Suspected or agreed to have failed (`fail?`, `fail`).
    Failing,
    /// Its address belongs to another node (`noaddr`).
    NoAddress,
    /// In the handshake of `CLUSTER MEET`; the id is temporary.
    Handshake,
}

impl NodeEntry {
    /// Parses one line; `None` when the line has another form.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let mut entry = Self { id: words.next()?.to_owned(), ..Self::default() };
        entry.read_address(words.next()?);
        let flags: Vec<&str> = words.next()?.split(',').collect();
        let primary = words.next()?;
        let _ping = words.next()?;
        entry.last_pong = words.next()?.parse().unwrap_or(0);
        entry.epoch = words.next()?.parse().ok()?;
        let connected = words.next()? == "connected";
        let has = |flag: &str| flags.contains(&flag);
        entry.myself = has("myself");
        entry.replica = has("slave");
        entry.primary = (entry.replica && primary != "-").then(|| primary.to_owned());
        entry.link = match () {
            () if has("handshake") => LinkState::Handshake,
            () if has("noaddr") => LinkState::NoAddress,
            () if has("fail") || has("fail?") => LinkState::Failing,
            () if connected || entry.myself => LinkState::Up,
            () => LinkState::Down,
        };
        let words: Vec<&str> = words.collect();
        entry.slots = Slots::parse(words.iter().copied());
        for (slot, other, importing) in words.iter().filter_map(|word| parse_open_slot(word)) {
            entry.open_slots.insert(slot, other);
            entry.importing.extend(importing.then_some(slot));
        }
        Some(entry)
    }

    /// Parses the address field, such as `10.0.0.2:6379@16379,valkey-0,shard-id=…`.
    fn read_address(&mut self, text: &str) {
        let mut parts = text.split(',');
        let address = parts.next().unwrap_or_default();
        let (address, bus) = address.split_once('@').unwrap_or((address, ""));
        self.bus_port = bus.parse().unwrap_or(0);
        let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
        self.address = host.trim_matches(['[', ']']).parse().ok();
        self.port = port.parse().unwrap_or(0);
        let name = parts.next().filter(|name| !name.contains('=')).unwrap_or_default();
        name.clone_into(&mut self.hostname);
    }
}

/// Parses an open slot: `[93->-id]` is migrating to a node, `[93-<-id]` is importing from one. True means importing.
fn parse_open_slot(word: &str) -> Option<(u16, String, bool)> {
    let inner = word.strip_prefix('[')?.strip_suffix(']')?;
    let importing = inner.contains("-<-");
    let (slot, id) = inner.split_once(if importing { "-<-" } else { "->-" })?;
    let slot = slot.parse().ok().filter(|slot| *slot < COUNT)?;
    Some((slot, id.to_owned(), importing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_are_read_as_the_servers_write_them() {
        let line = "07c37d 10.0.0.2:6379@16379,valkey-0,tls-port=0,shard-id=69bc \
                    myself,master - 0 1426238316232 7 connected 0-5460 7000 [93->-292f8b] [94-<-77e7cd]";
        let entry = NodeEntry::parse(line).unwrap();
        assert_eq!((entry.id.as_str(), entry.port, entry.hostname.as_str()), ("07c37d", 6379, "valkey-0"));
        assert_eq!(entry.bus_port, 16379);
        assert_eq!(entry.address, Some("10.0.0.2".parse().unwrap()));
        assert!(entry.myself && !entry.replica);
        assert_eq!((entry.epoch, entry.slots.to_string().as_str()), (7, "0-5460,7000"));
        assert_eq!(entry.open_slots, [(93, "292f8b".to_owned()), (94, "77e7cd".to_owned())].into());
        assert_eq!(entry.importing, [94].into());

        let line = "6ec2 ::1:6380@16380 slave,fail? 07c37d 1 2 3 disconnected";
        let entry = NodeEntry::parse(line).unwrap();
        assert_eq!(entry.address, Some("::1".parse().unwrap()));
        assert_eq!((entry.primary.as_deref(), entry.link), (Some("07c37d"), LinkState::Failing));

        let line = "b9a4 :0@0 master,noaddr - 1 2 3 disconnected 1";
        let entry = NodeEntry::parse(line).unwrap();
        assert_eq!((entry.address, entry.link, entry.hostname.as_str()), (None, LinkState::NoAddress, ""));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(line in "[ -~]{0,120}") {
            let _ = NodeEntry::parse(&line);
        }
    }
}
