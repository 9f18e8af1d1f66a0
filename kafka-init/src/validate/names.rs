//! What names in Kafka are made of.

/// What a topic's name is made of.
pub(super) fn is_of_a_topic(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}
