//! Proves a Valkey cluster by using it: one write to each of its slots, at the node that it names as the owner, without a
//! second attempt; and the same value read back.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::TcpStream;

const SLOTS: u16 = 16384;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{node}: {source}")]
    Io { node: String, source: io::Error },
    #[error("{node} answers {answer}")]
    Refused { node: String, answer: String },
    #[error("{node} names no owner for slot {slot}")]
    NoOwner { node: String, slot: u16 },
}

/// A value of the protocol, version 2.
#[derive(Debug, PartialEq)]
enum Reply {
    Text(String),
    Number(i64),
    List(Vec<Reply>),
    Nil,
}

struct Node {
    name: String,
    stream: BufStream<TcpStream>,
}

/// Writes to every slot, and says so.
pub(crate) async fn prove(node: &str, password: Option<&Path>) -> Result<String, Error> {
    let password = match password {
        Some(path) => {
            let text = tokio::task::spawn_blocking({
                let path = path.to_owned();
                move || read(&path)
            });
            let text = text.await.unwrap_or_else(|error| Err(io::Error::other(error)));
            Some(text.map_err(|source| Error::Io { node: path.display().to_string(), source })?)
        }
        None => None,
    };
    let owners = owners(node, password.as_deref()).await?;
    let mut by_owner: BTreeMap<&str, Vec<u16>> = BTreeMap::new();
    for (slot, owner) in (0..SLOTS).zip(&owners) {
        by_owner.entry(owner).or_default().push(slot);
    }
    let tags = tags();
    for (owner, slots) in &by_owner {
        Node::open(owner, password.as_deref()).await?.use_slots(slots, &tags).await?;
    }
    Ok(format!("valkey: a write to each of {SLOTS} slots on {} primaries, and read back", by_owner.len()))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the application's own password, which is not an init tool's to read"
)]
fn read(path: &Path) -> io::Result<String> {
    Ok(std::fs::read_to_string(path)?.trim_end().to_owned())
}

/// The owner of each slot, as the node tells its clients.
async fn owners(node: &str, password: Option<&str>) -> Result<Vec<String>, Error> {
    let mut node = Node::open(node, password).await?;
    node.send(&["CLUSTER", "SLOTS"]).await?;
    node.flush().await?;
    let mut owners = vec![None; usize::from(SLOTS)];
    if let Reply::List(ranges) = node.receive().await? {
        for range in ranges {
            let Reply::List(range) = range else { continue };
            if let [Reply::Number(first), Reply::Number(last), Reply::List(primary), ..] = range.as_slice()
                && let [Reply::Text(host), Reply::Number(port), ..] = primary.as_slice()
            {
                // A node that has met nobody does not know its own address: it is the one that was asked.
                let asked = node.name.rsplit_once(':').map_or("", |(host, _)| host);
                let host = if host.is_empty() { asked } else { host };
                for slot in *first..=*last {
                    let slot = usize::try_from(slot).ok().and_then(|slot| owners.get_mut(slot));
                    if let Some(owner) = slot {
                        *owner = Some(format!("{host}:{port}"));
                    }
                }
            }
        }
    }
    let name = node.name;
    let named = (0..SLOTS).zip(owners);
    named.map(|(slot, owner)| owner.ok_or_else(|| Error::NoOwner { node: name.clone(), slot })).collect()
}

impl Node {
    async fn open(name: &str, password: Option<&str>) -> Result<Self, Error> {
        let stream = TcpStream::connect(name).await;
        let stream = stream.map_err(|source| Error::Io { node: name.to_owned(), source })?;
        let mut node = Self { name: name.to_owned(), stream: BufStream::new(stream) };
        if let Some(password) = password {
            node.send(&["AUTH", password]).await?;
            node.flush().await?;
            node.receive().await?;
        }
        Ok(node)
    }

    /// One write and one read for each slot, all sent before the first answer is looked at.
    async fn use_slots(&mut self, slots: &[u16], tags: &[String]) -> Result<(), Error> {
        for chunk in slots.chunks(1000) {
            for slot in chunk {
                let tag = tags.get(usize::from(*slot)).map_or("", String::as_str);
                let key = format!("smoke:{{{tag}}}");
                self.send(&["SET", &key, &slot.to_string()]).await?;
                self.send(&["GET", &key]).await?;
            }
            self.flush().await?;
            for slot in chunk {
                self.receive().await?;
                let found = self.receive().await?;
                if found != Reply::Text(slot.to_string()) {
                    return Err(Error::Refused { node: self.name.clone(), answer: format!("{found:?}") });
                }
            }
        }
        Ok(())
    }

    async fn send(&mut self, words: &[&str]) -> Result<(), Error> {
        let mut request = format!("*{}\r\n", words.len());
        for word in words {
            request = format!("{request}${}\r\n{word}\r\n", word.len());
        }
        self.stream.write_all(request.as_bytes()).await.map_err(|source| self.broken(source))
    }

    async fn flush(&mut self) -> Result<(), Error> {
        self.stream.flush().await.map_err(|source| self.broken(source))
    }

    async fn receive(&mut self) -> Result<Reply, Error> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await.map_err(|source| self.broken(source))?;
        let (kind, rest) = line.trim_end().split_at_checked(1).unwrap_or_default();
        let number = || rest.parse::<i64>().map_err(|_| self.refused(&line));
        match kind {
            "+" => Ok(Reply::Text(rest.to_owned())),
            ":" => Ok(Reply::Number(number()?)),
            "$" | "*" => match (kind, usize::try_from(number()?)) {
                (_, Err(_)) => Ok(Reply::Nil),
                ("$", Ok(length)) => {
                    let mut text = vec![0; length + 2];
                    self.stream.read_exact(&mut text).await.map_err(|source| self.broken(source))?;
                    text.truncate(length);
                    Ok(Reply::Text(String::from_utf8_lossy(&text).into_owned()))
                }
                (_, Ok(length)) => {
                    let mut items = Vec::new();
                    for _ in 0..length {
                        items.push(Box::pin(self.receive()).await?);
                    }
                    Ok(Reply::List(items))
                }
            },
            _ => Err(self.refused(&line)),
        }
    }

    fn broken(&self, source: io::Error) -> Error {
        Error::Io { node: self.name.clone(), source }
    }

    fn refused(&self, line: &str) -> Error {
        Error::Refused { node: self.name.clone(), answer: line.trim_end().to_owned() }
    }
}

/// For each slot a text that falls into it.
fn tags() -> Vec<String> {
    let mut tags = vec![String::new(); usize::from(SLOTS)];
    let mut missing = tags.len();
    for text in (0_u32..).map(|number| number.to_string()) {
        if let Some(tag) = tags.get_mut(usize::from(crc16(text.as_bytes()) % SLOTS))
            && tag.is_empty()
        {
            *tag = text;
            missing -= 1;
        }
        if missing == 0 {
            break;
        }
    }
    tags
}

/// CRC-16/XMODEM, which decides a key's slot.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc: u16, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_fall_into_their_slots() {
        assert_eq!(crc16(b"123456789"), 0x31C3);
        for (slot, tag) in (0..SLOTS).zip(tags()) {
            assert_eq!(crc16(tag.as_bytes()) % SLOTS, slot);
        }
    }
}
