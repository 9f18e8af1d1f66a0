//! The hash of a server's certificate for the channel binding `tls-server-end-point` (RFC 5929).
//!
//! The hash function is that of the certificate's own signature, with MD5 and SHA-1 replaced by SHA-256.

use ring::digest::{SHA256, SHA384, SHA512, digest};

const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
const ECDSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
const ECDSA_SHA2: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];

/// The hash; `None` where RFC 5929 defines none (Ed25519, RSA-PSS).
pub(crate) fn hash(certificate: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match signature_algorithm(certificate)? {
        ECDSA_SHA1 => &SHA256,
        oid => match oid.split_last()? {
            (4 | 5 | 11, RSA) | (2, ECDSA_SHA2) => &SHA256,
            (12, RSA) | (3, ECDSA_SHA2) => &SHA384,
            (13, RSA) | (4, ECDSA_SHA2) => &SHA512,
            _ => return None,
        },
    };
    Some(digest(algorithm, certificate).as_ref().to_vec())
}

/// The signature algorithm of `Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE { OID,
/// … }, … }`
fn signature_algorithm(certificate: &[u8]) -> Option<&[u8]> {
    let (body, _) = element(0x30, certificate)?;
    let (_, after) = element(0x30, body)?;
    let (algorithm, _) = element(0x30, after)?;
    element(0x06, algorithm).map(|(oid, _)| oid)
}

/// One DER element of the given tag: its content, and the bytes after it.
fn element(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        let widen = |sum: usize, octet: &u8| sum.checked_mul(256)?.checked_add(usize::from(*octet));
        (octets.iter().try_fold(0, widen)?, rest)
    };
    (found == tag).then(|| rest.split_at_checked(length))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn certificate(oid: &[u8]) -> Vec<u8> {
        let mut der = vec![0x30, 0x81, u8::try_from(oid.len()).unwrap() + 7, 0x30, 0x01, 0x05];
        der.extend([0x30, u8::try_from(oid.len()).unwrap() + 2, 0x06, u8::try_from(oid.len()).unwrap()]);
        der.extend(oid);
        der
    }

    #[test]
    fn the_hash_function_is_that_of_the_signature() {
        for (last, prefix, length) in [
            (11, RSA, 32),
            (5, RSA, 32),
            (12, RSA, 48),
            (13, RSA, 64),
            (2, ECDSA_SHA2, 32),
            (4, ECDSA_SHA2, 64),
        ] {
            let oid = [prefix, &[last]].concat();
            assert_eq!(hash(&certificate(&oid)).map(|hash| hash.len()), Some(length), "{oid:?}");
        }
        assert_eq!(hash(&certificate(&[0x2b, 0x65, 0x70])), None, "Ed25519 has none");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
            let _ = hash(&bytes);
        }
    }
}
