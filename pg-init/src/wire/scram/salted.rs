//! PBKDF2 with HMAC-SHA-256 for one block of output, which is `SaltedPassword` of RFC 5802.
//!
//! This computation dominates the time of a rerun, with thousands of iterations for every declared password. Both hashes of an
//! iteration begin with a block that depends on the password alone, and hash 32 bytes: two calls of the compression
//! function, on blocks with constant padding. A general implementation does twice that work.

use std::num::NonZeroU32;

use sha2::block_api::compress256;
use sha2::{Digest as _, Sha256};

const BLOCK: usize = 64;
type State = [u32; 8];

/// The initial state of SHA-256 (FIPS 180-4, 5.3.3).
const INITIAL: State =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// HMAC after its key was processed.
struct Mac {
    inner: State,
    outer: State,
}

impl Mac {
    fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK];
        if key.len() > BLOCK {
            block[..32].copy_from_slice(&Sha256::digest(key));
        } else {
            for (slot, byte) in block.iter_mut().zip(key) {
                *slot = *byte;
            }
        }
        let after = |pad: u8| {
            let mut state = INITIAL;
            compress256(&mut state, &[block.map(|byte| byte ^ pad)]);
            state
        };
        Self { inner: after(0x36), outer: after(0x5c) }
    }

    /// The HMAC of any message.
    fn first(&self, message: &[u8]) -> State {
        let mut state = self.inner;
        let bits = ((BLOCK + message.len()) as u64) * 8;
        let mut padded = message.to_vec();
        padded.push(0x80);
        padded.resize((padded.len() + 8).next_multiple_of(BLOCK) - 8, 0);
        padded.extend(bits.to_be_bytes());
        let (blocks, _) = padded.as_chunks();
        compress256(&mut state, blocks);
        self.outer(&mut padding(), &state)
    }

    /// The HMAC of a previous result, in a block that already contains the padding.
    fn next(&self, block: &mut [u8; BLOCK], of: &State) -> State {
        let mut state = self.inner;
        write_state(block, of);
        compress256(&mut state, std::slice::from_ref(block));
        self.outer(block, &state)
    }

    fn outer(&self, block: &mut [u8; BLOCK], inner: &State) -> State {
        let mut state = self.outer;
        write_state(block, inner);
        compress256(&mut state, std::slice::from_ref(block));
        state
    }
}

/// The second block of a message of 64 + 32 bytes, without its content.
fn padding() -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    block[32] = 0x80;
    block[BLOCK - 2..].copy_from_slice(&768_u16.to_be_bytes());
    block
}

fn write_state(block: &mut [u8; BLOCK], state: &State) {
    for (slot, word) in block.as_chunks_mut::<4>().0.iter_mut().zip(state) {
        *slot = word.to_be_bytes();
    }
}

/// `Hi(password, salt, iterations)`
pub(super) fn salted_password(password: &[u8], salt: &[u8], iterations: NonZeroU32) -> [u8; 32] {
    let mac = Mac::new(password);
    let mut block = padding();
    let mut last = mac.first(&[salt, &1_u32.to_be_bytes()].concat());
    let mut sum = last;
    for _ in 1..iterations.get() {
        last = mac.next(&mut block, &last);
        for (sum, word) in sum.iter_mut().zip(last) {
            *sum ^= word;
        }
    }
    write_state(&mut block, &sum);
    let mut output = [0; 32];
    output.copy_from_slice(&block[..32]);
    output
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ring::pbkdf2::{PBKDF2_HMAC_SHA256, derive};

    proptest! {
        #[test]
        fn the_derived_key_equals_that_of_another_implementation(
            password in proptest::collection::vec(any::<u8>(), 0..150),
            salt in proptest::collection::vec(any::<u8>(), 0..150),
            iterations in 1_u32..50,
        ) {
            let iterations = NonZeroU32::new(iterations).unwrap();
            let mut expected = [0; 32];
            derive(PBKDF2_HMAC_SHA256, iterations, &salt, &password, &mut expected);
            prop_assert_eq!(salted_password(&password, &salt, iterations), expected);
        }
    }
}
