//! The encryption of bodies of MinIO's admin API: Argon2id (or PBKDF2) derives a key from the caller's secret key and
//! a salt, and an AEAD encrypts the plaintext in fragments, each authenticated with its position.
//!
//! ```text
//! salt 32 | id 1 | nonce prefix 8 | fragment (16 KiB of ciphertext, tag 16) ...
//! ```
//!
//! The sender chooses the derivation, and the receiver has its cost. An Argon2id derivation costs the server 64 MiB
//! and up to 200 ms for each message, so messages to it use PBKDF2, which every server reads: an attacker guesses the
//! secret key more cheaply from the signature beside the body than from either derivation (`docs/adr/`). A run
//! derives one key for everything that it sends, and each message has a nonce prefix of its own. The server chooses
//! the derivation of its answers.

use std::num::NonZeroU32;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use init_core::Secret;
use ring::aead::{AES_256_GCM, Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use ring::pbkdf2;
use secrecy::zeroize::Zeroizing;
use thiserror::Error;

const SALT: usize = 32;
const PREFIX: usize = 8;
const HEADER: usize = SALT + 1 + PREFIX;
const TAG: usize = 16;
const FRAGMENT: usize = 16 * 1024;
/// The flag of the last fragment in its associated data.
const LAST: u8 = 0x80;

const ARGON2_AES: u8 = 0x00;
const ARGON2_CHACHA: u8 = 0x01;
const PBKDF2_AES: u8 = 0x02;

/// The reason why a body cannot be encrypted or decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SealError {
    /// The message is shorter than its header, or cut inside a fragment.
    #[error("it is cut short")]
    Short,
    /// The algorithm id is unknown.
    #[error("its algorithm {0:#04x} is unknown")]
    Algorithm(u8),
    /// Authentication failed: the key is wrong, bytes were changed, or fragments are missing.
    #[error("it does not open with the caller's secret key")]
    Closed,
    /// The system has no randomness or no memory.
    #[error("the cryptography of this machine failed")]
    Machine,
}

/// A derived key with its salt, which encrypts any number of messages.
pub(crate) struct Sealer {
    salt: [u8; SALT],
    key: LessSafeKey,
}

impl Sealer {
    /// Derives a key from a secret key and a fresh salt.
    pub(crate) fn derive(password: &[u8]) -> Result<Self, SealError> {
        Self::with_salt(password, random()?)
    }

    fn with_salt(password: &[u8], salt: [u8; SALT]) -> Result<Self, SealError> {
        Ok(Self { salt, key: key(PBKDF2_AES, password, &salt)? })
    }

    /// Encrypts one message.
    pub(crate) fn seal(&self, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        self.seal_with(plaintext, random()?)
    }

    fn seal_with(&self, plaintext: &[u8], prefix: [u8; PREFIX]) -> Result<Vec<u8>, SealError> {
        let stream = Stream::new(&self.key, prefix)?;
        let mut sealed = Vec::with_capacity(HEADER + plaintext.len() + TAG);
        sealed.extend_from_slice(&self.salt);
        sealed.push(PBKDF2_AES);
        sealed.extend_from_slice(&prefix);
        for (sequence, fragment, last) in numbered(plaintext, FRAGMENT) {
            let mut bytes = fragment.to_vec();
            let tag = self
                .key
                .seal_in_place_separate_tag(stream.nonce(sequence), stream.aad(last), &mut bytes)
                .map_err(|_| SealError::Machine)?;
            sealed.extend_from_slice(&bytes);
            sealed.extend_from_slice(tag.as_ref());
        }
        Ok(sealed)
    }
}

/// Decrypts one message.
pub(crate) fn open(password: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let message = Message::parse(sealed)?;
    message.open(&key(message.algorithm, password, message.salt)?)
}

/// Decrypts one message with a derived key, whatever algorithm it names. A fuzzer has no time for derivations.
#[doc(hidden)]
pub fn open_derived(derived: &[u8; 32], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let key = UnboundKey::new(&AES_256_GCM, derived).map_err(|_| SealError::Machine)?;
    Message::parse(sealed)?.open(&LessSafeKey::new(key))
}

/// An encrypted message, split into its parts.
struct Message<'a> {
    salt: &'a [u8; SALT],
    algorithm: u8,
    prefix: [u8; PREFIX],
    fragments: &'a [u8],
}

impl<'a> Message<'a> {
    fn parse(sealed: &'a [u8]) -> Result<Self, SealError> {
        let (salt, rest) = sealed.split_first_chunk::<SALT>().ok_or(SealError::Short)?;
        let (algorithm, rest) = rest.split_first().ok_or(SealError::Short)?;
        let (prefix, fragments) = rest.split_first_chunk::<PREFIX>().ok_or(SealError::Short)?;
        if fragments.len() < TAG {
            return Err(SealError::Short);
        }
        Ok(Self { salt, algorithm: *algorithm, prefix: *prefix, fragments })
    }

    fn open(&self, key: &LessSafeKey) -> Result<Vec<u8>, SealError> {
        let stream = Stream::new(key, self.prefix)?;
        let mut plaintext = Vec::with_capacity(self.fragments.len());
        for (sequence, fragment, last) in numbered(self.fragments, FRAGMENT + TAG) {
            let mut bytes = fragment.to_vec();
            let opened = key
                .open_in_place(stream.nonce(sequence), stream.aad(last), &mut bytes)
                .map_err(|_| SealError::Closed)?;
            plaintext.extend_from_slice(opened);
        }
        Ok(plaintext)
    }
}

/// The fragments, each with its sequence number (0 is that of the message itself) and whether it is the last one. An
/// empty message has one empty fragment.
fn numbered(bytes: &[u8], size: usize) -> impl Iterator<Item = (u32, &[u8], bool)> {
    let count = bytes.len().div_ceil(size).max(1);
    let empty = bytes.is_empty().then_some(bytes);
    let pieces = empty.into_iter().chain(bytes.chunks(size));
    pieces.zip(1_u32..).enumerate().map(move |(at, (piece, sequence))| (sequence, piece, at + 1 == count))
}

/// The nonce prefix and the associated data of the fragments of one message.
struct Stream {
    prefix: [u8; PREFIX],
    token: [u8; TAG],
}

impl Stream {
    fn new(key: &LessSafeKey, prefix: [u8; PREFIX]) -> Result<Self, SealError> {
        let mut stream = Self { prefix, token: [0; TAG] };
        let tag = key
            .seal_in_place_separate_tag(stream.nonce(0), Aad::empty(), &mut [])
            .map_err(|_| SealError::Machine)?;
        stream.token = tag.as_ref().try_into().map_err(|_| SealError::Machine)?;
        Ok(stream)
    }

    fn nonce(&self, sequence: u32) -> Nonce {
        let mut nonce = [0; PREFIX + 4];
        let (prefix, number) = nonce.split_at_mut(PREFIX);
        prefix.copy_from_slice(&self.prefix);
        number.copy_from_slice(&sequence.to_le_bytes());
        Nonce::assume_unique_for_key(nonce)
    }

    fn aad(&self, last: bool) -> Aad<[u8; 1 + TAG]> {
        let mut aad = [0; 1 + TAG];
        let (flag, token) = aad.split_at_mut(1);
        flag.fill(if last { LAST } else { 0 });
        token.copy_from_slice(&self.token);
        Aad::from(aad)
    }
}

fn key(algorithm: u8, password: &[u8], salt: &[u8; SALT]) -> Result<LessSafeKey, SealError> {
    let aead = match algorithm {
        ARGON2_AES | PBKDF2_AES => &AES_256_GCM,
        ARGON2_CHACHA => &CHACHA20_POLY1305,
        unknown => return Err(SealError::Algorithm(unknown)),
    };
    let mut key = Zeroizing::new([0; 32]);
    if algorithm == PBKDF2_AES {
        let rounds = NonZeroU32::new(8192).ok_or(SealError::Machine)?;
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, salt, password, key.as_mut_slice());
    } else {
        let params = Params::new(64 * 1024, 1, 4, Some(32)).map_err(|_| SealError::Machine)?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password, salt, key.as_mut_slice())
            .map_err(|_| SealError::Machine)?;
    }
    UnboundKey::new(aead, key.as_slice()).map(LessSafeKey::new).map_err(|_| SealError::Machine)
}

fn random<const N: usize>() -> Result<[u8; N], SealError> {
    init_net::random().map_err(|_| SealError::Machine)
}

/// A random number, for random pauses.
pub(crate) fn random_number() -> Result<u64, SealError> {
    random().map(u64::from_le_bytes)
}

/// A random secret key, for an account that is enabled and must not be used.
pub(crate) fn random_secret() -> Result<Secret, SealError> {
    let bytes: Zeroizing<[u8; 24]> = Zeroizing::new(random()?);
    Ok(Secret::from(BASE64_URL_SAFE_NO_PAD.encode(bytes.as_slice())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PASSWORD: &[u8] = b"minioadmin";
    const PLAINTEXT: &[u8] = br#"{"secretKey":"correct-horse","status":"enabled"}"#;
    const AES: &str = "c989db5e72584b4438ae1fe51b67db13459526d60df701d8a1475771dcbf71e5b2d7511087749a633d6fe0612b8f918dd2163fa5d5848a8b5f8352500150c5b7";
    const CHACHA: &str = "28d17e81082810a5b00122f09ca25360678c58f0fc99ae474ce5531f28510afb03eb70c115670ede5445167200dab33b64b7cb5e93628222c726ab17a02d6ae4";

    const PBKDF2: &str = "5ffbd1d440c75111cb0a8dbf8aafc0e614e6b2fea18e5011f279593a45f3d034fac7e0378c4357422c16d0dd727104fcc087143baff4e72b7e49391beb85e73a";

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    fn message(algorithm: u8, hex: &str) -> Vec<u8> {
        [&[7; SALT][..], &[algorithm], &[9; PREFIX], &bytes(hex)].concat()
    }

    #[test]
    fn the_known_messages_open() {
        assert_eq!(open(PASSWORD, &message(ARGON2_AES, AES)).as_deref(), Ok(PLAINTEXT));
        assert_eq!(open(PASSWORD, &message(ARGON2_CHACHA, CHACHA)).as_deref(), Ok(PLAINTEXT));
        assert_eq!(open(PASSWORD, &message(PBKDF2_AES, PBKDF2)).as_deref(), Ok(PLAINTEXT));
    }

    #[test]
    fn sealing_makes_the_known_message() {
        let sealer = Sealer::with_salt(PASSWORD, [7; SALT]).unwrap();
        assert_eq!(sealer.seal_with(PLAINTEXT, [9; PREFIX]), Ok(message(PBKDF2_AES, PBKDF2)));
    }

    #[test]
    fn every_length_around_a_fragment_is_sealed_and_opened() {
        let sealer = Sealer::derive(PASSWORD).unwrap();
        for length in [0, 1, FRAGMENT - 1, FRAGMENT, FRAGMENT + 1, 2 * FRAGMENT, 2 * FRAGMENT + 5] {
            let plaintext: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
            let message = sealer.seal(&plaintext).unwrap();
            assert_eq!(message.len(), HEADER + length + TAG * length.div_ceil(FRAGMENT).max(1));
            assert_eq!(open(PASSWORD, &message), Ok(plaintext));
        }
    }

    #[test]
    fn a_changed_cut_or_foreign_message_does_not_open() {
        let sealed = Sealer::derive(PASSWORD).unwrap().seal(&vec![1; 2 * FRAGMENT]).unwrap();
        assert_eq!(open(b"another", &sealed), Err(SealError::Closed));
        assert_eq!(open(PASSWORD, &sealed[..HEADER + FRAGMENT + TAG]), Err(SealError::Closed));
        assert_eq!(open(PASSWORD, &sealed[..HEADER + 3]), Err(SealError::Short));
        assert_eq!(open(PASSWORD, &sealed[..20]), Err(SealError::Short));
        let mut changed = sealed;
        changed[HEADER] ^= 1;
        assert_eq!(open(PASSWORD, &changed), Err(SealError::Closed));
        changed[SALT] = 3;
        assert_eq!(open(PASSWORD, &changed), Err(SealError::Algorithm(3)));
    }

    #[test]
    fn one_key_never_uses_a_nonce_twice() {
        let sealer = Sealer::derive(PASSWORD).unwrap();
        let prefixes: std::collections::BTreeSet<_> =
            (0..64).map(|_| sealer.seal(b"x").unwrap()[SALT + 1..HEADER].to_vec()).collect();
        assert_eq!(prefixes.len(), 64);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn opening_never_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Some(id) = bytes.get_mut(SALT) {
                *id = PBKDF2_AES;
            }
            prop_assert!(open(PASSWORD, &bytes).is_err());
            prop_assert!(open_derived(&[5; 32], &bytes).is_err());
        }
    }
}
