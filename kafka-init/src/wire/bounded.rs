//! A buffer that refuses a length prefix which is larger than the bytes that are left.
//!
//! `kafka-protocol` reserves memory for as many items as a length prefix announces, before it reads the first one. A
//! peer that is not a Kafka broker, or a damaged frame, could announce hundreds of gigabytes, and a failed
//! reservation aborts the process. In the versions that this client uses every length is a varint and every item
//! takes at least one byte, so a length above the bytes that are left is invalid.
//!
//! The varints are counted as well. Every item has at least one, and takes some thirty bytes of memory for each of
//! its varints, however few bytes it takes in the frame.

use std::ops::Range;

use bytes::{Buf, Bytes, TryGetError};
use kafka_protocol::protocol::buf::ByteBuf;

/// The most varints of one frame; they come to twenty megabytes of memory. A thousand topics with a hundred
/// partitions each have fewer.
const MAX_VARINTS: usize = 600_000;

/// The unread rest of one frame.
pub(crate) struct BoundedBuf {
    bytes: Bytes,
    varints: usize,
    /// The value so far of the varint that is being read.
    value: u64,
    /// The number of bits that it has so far.
    bits: u32,
}

impl BoundedBuf {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self { bytes, varints: 0, value: 0, bits: 0 }
    }

    /// Adds a byte to the current varint, and checks the varint when it ends. Booleans pass too: 0 and 1 are never
    /// too large as a length.
    fn add_byte(&mut self, byte: u8) -> Result<(), TryGetError> {
        self.value |= u64::from(byte & 0x7f) << self.bits;
        self.bits += 7;
        if byte >= 0x80 && self.bits < 35 {
            return Ok(());
        }
        let announced = usize::try_from(self.value.saturating_sub(1)).unwrap_or(usize::MAX);
        (self.value, self.bits) = (0, 0);
        self.varints += 1;
        let available = self.bytes.len();
        if announced > available || self.varints > MAX_VARINTS {
            Err(TryGetError { requested: announced, available })
        } else {
            Ok(())
        }
    }
}

impl Buf for BoundedBuf {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
    }

    fn try_get_u8(&mut self) -> Result<u8, TryGetError> {
        let byte = self.bytes.try_get_u8()?;
        self.add_byte(byte)?;
        Ok(byte)
    }
}

impl ByteBuf for BoundedBuf {
    fn peek_bytes(&mut self, range: Range<usize>) -> Bytes {
        self.bytes.slice(range)
    }

    fn get_bytes(&mut self, size: usize) -> Bytes {
        self.bytes.split_to(size)
    }
}
