//! `CLUSTER NODES`: one line per known node, the reader's own flagged `myself`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use crate::desired::slots::{COUNT, Slots};

/// What one node knows about another, or about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The node's id.
    pub id: String,
    /// Where it is known to be; none before it was met, or when the address turned out to be another's.
    pub address: Option<IpAddr>,
    /// The port that clients are told.
    pub port: u16,
    /// The port of its cluster bus, as it tells the others; 0 when it is not known.
    pub bus: u16,
    /// The name that clients are told.
    pub hostname: String,
    /// It is the reader itself.
    pub myself: bool,
    /// The id of its primary, when it is a replica.
    pub primary: Option<String>,
    /// It is a replica, even if its primary is not known.
    pub replica: bool,
    /// How it is seen.
    pub link: Link,
    /// When the reader last heard from it, by the reader's clock in milliseconds.
    pub heard: u64,
    /// Its configuration epoch.
    pub epoch: u64,
    /// Its slots.
    pub slots: Slots,
    /// By its own word: slots that are on their way to or from another node, by its id.
    pub moving: BTreeMap<u16, String>,
    /// Those of them that are on their way to it.
    pub importing: BTreeSet<u16>,
}

/// How a node is seen by another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Link {
    /// Connected, and nothing suspected.
    Up,
    /// The same, by the reader's own end alone: nothing was heard since the first look.
    Unheard,
    /// Not connected now.
    #[default]
    Down,
    /// Suspected, or agreed, to have failed.
    Failing,
    /// Its address belongs to another node (`noaddr`).
    NoAddress,
    /// Being met; the id is not its own yet.
    Handshake,
}

impl Entry {
    /// One line, or nothing if it is none.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let mut entry = Self { id: words.next()?.to_owned(), ..Self::default() };
        entry.place(words.next()?);
        let flags: Vec<&str> = words.next()?.split(',').collect();
        let primary = words.next()?;
        let _ping = words.next()?;
        entry.heard = words.next()?.parse().unwrap_or(0);
        entry.epoch = words.next()?.parse().ok()?;
        let connected = words.next()? == "connected";
        let has = |flag: &str| flags.contains(&flag);
        entry.myself = has("myself");
        entry.replica = has("slave");
        entry.primary = (entry.replica && primary != "-").then(|| primary.to_owned());
        entry.link = match () {
            () if has("handshake") => Link::Handshake,
            () if has("noaddr") => Link::NoAddress,
            () if has("fail") || has("fail?") => Link::Failing,
            () if connected || entry.myself => Link::Up,
            () => Link::Down,
        };
        let words: Vec<&str> = words.collect();
        entry.slots = Slots::parse(words.iter().copied());
        for (slot, other, importing) in words.iter().filter_map(|word| moving(word)) {
            entry.moving.insert(slot, other);
            entry.importing.extend(importing.then_some(slot));
        }
        Some(entry)
    }

    /// `10.0.0.2:6379@16379,valkey-0,shard-id=…`
    fn place(&mut self, text: &str) {
        let mut parts = text.split(',');
        let address = parts.next().unwrap_or_default();
        let (address, bus) = address.split_once('@').unwrap_or((address, ""));
        self.bus = bus.parse().unwrap_or(0);
        let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
        self.address = host.trim_matches(['[', ']']).parse().ok();
        self.port = port.parse().unwrap_or(0);
        let name = parts.next().filter(|name| !name.contains('=')).unwrap_or_default();
        name.clone_into(&mut self.hostname);
    }
}

/// `[93->-id]` is on its way to a node, `[93-<-id]` from one.
fn moving(word: &str) -> Option<(u16, String, bool)> {
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
        let entry = Entry::parse(line).unwrap();
        assert_eq!((entry.id.as_str(), entry.port, entry.hostname.as_str()), ("07c37d", 6379, "valkey-0"));
        assert_eq!(entry.bus, 16379);
        assert_eq!(entry.address, Some("10.0.0.2".parse().unwrap()));
        assert!(entry.myself && !entry.replica);
        assert_eq!((entry.epoch, entry.slots.to_string().as_str()), (7, "0-5460,7000"));
        assert_eq!(entry.moving, [(93, "292f8b".to_owned()), (94, "77e7cd".to_owned())].into());
        assert_eq!(entry.importing, [94].into());

        let line = "6ec2 ::1:6380@16380 slave,fail? 07c37d 1 2 3 disconnected";
        let entry = Entry::parse(line).unwrap();
        assert_eq!(entry.address, Some("::1".parse().unwrap()));
        assert_eq!((entry.primary.as_deref(), entry.link), (Some("07c37d"), Link::Failing));

        let line = "b9a4 :0@0 master,noaddr - 1 2 3 disconnected 1";
        let entry = Entry::parse(line).unwrap();
        assert_eq!((entry.address, entry.link, entry.hostname.as_str()), (None, Link::NoAddress, ""));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(line in "[ -~]{0,120}") {
            let _ = Entry::parse(&line);
        }
    }
}
