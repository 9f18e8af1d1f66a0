//! The hash slot of a key.

use crc::{CRC_16_XMODEM, Crc};

use super::slots::COUNT;

const CHECKSUM: Crc<u16> = Crc::<u16>::new(&CRC_16_XMODEM);

/// The hash slot of a key. Where the key has a hash tag, a text in its first braces, the tag is hashed.
/// <https://valkey.io/topics/cluster-spec/>, "Key distribution model" and "Hash tags".
pub(crate) fn slot(key: &str) -> u16 {
    let tag = key.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(tag, _)| tag);
    let hashed = tag.filter(|tag| !tag.is_empty()).unwrap_or(key);
    CHECKSUM.checksum(hashed.as_bytes()) % COUNT
}

#[cfg(test)]
mod tests {
    use super::slot;

    #[test]
    fn slots_are_those_of_cluster_keyslot() {
        assert_eq!(slot("somekey"), 11058);
        assert_eq!(slot("foo{hash_tag}"), 2515);
        assert_eq!(slot("bar{hash_tag}"), 2515);
        assert_eq!(slot("{}foo"), slot("{}foo"));
        assert_ne!(slot("{}a"), slot("{}b"));
    }
}
