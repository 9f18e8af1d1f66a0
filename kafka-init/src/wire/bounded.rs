//! A buffer that refuses a length which its bytes cannot hold.
//!
//! The codec reserves memory for as many items as a length prefix announces, before it reads the first one.
//! A peer that is no Kafka broker, or a damaged frame, would have it reserve hundreds of gigabytes, and a
//! failed reservation ends the process without a word. In the versions that we speak every length is a
//! varint and every item takes a byte or more, so an announced length above what is left is a lie.
//!
//! Every item also has a varint of its own, and takes some thirty bytes in memory for each of them, however few it takes
//! here: so they are counted as well.

use std::ops::Range;

use bytes::{Buf, Bytes, TryGetError};
use kafka_protocol::protocol::buf::ByteBuf;

/// So many come to twenty megabytes in memory. A thousand topics of a hundred partitions are fewer.
const MOST_VARINTS: usize = 600_000;

/// One frame, read from the front.
pub(crate) struct Bounded {
    bytes: Bytes,
    varints: usize,
    /// The varint that is being read: its value so far and the bits it has.
    value: u64,
    bits: u32,
}

impl Bounded {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self { bytes, varints: 0, value: 0, bits: 0 }
    }

    /// Follows the varints that go by. Booleans and the bytes of other varints pass unharmed: 0 and 1 are
    /// no length to worry about.
    fn follow(&mut self, byte: u8) -> Result<(), TryGetError> {
        self.value |= u64::from(byte & 0x7f) << self.bits;
        self.bits += 7;
        if byte >= 0x80 && self.bits < 35 {
            return Ok(());
        }
        let announced = usize::try_from(self.value.saturating_sub(1)).unwrap_or(usize::MAX);
        (self.value, self.bits) = (0, 0);
        self.varints += 1;
        let available = self.bytes.len();
        if announced > available || self.varints > MOST_VARINTS {
            Err(TryGetError { requested: announced, available })
        } else {
            Ok(())
        }
    }
}

impl Buf for Bounded {
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
        self.follow(byte)?;
        Ok(byte)
    }
}

impl ByteBuf for Bounded {
    fn peek_bytes(&mut self, range: Range<usize>) -> Bytes {
        self.bytes.slice(range)
    }

    fn get_bytes(&mut self, size: usize) -> Bytes {
        self.bytes.split_to(size)
    }
}
