//! The characters of names in Kafka.

/// True for a byte that a topic name may contain.
pub(super) fn is_topic_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}
