//! What TLS may use: everything that rustls offers with ring, without `ChaCha20`, which is 50 kB of code beside an AES-GCM
//! that whoever builds these servers has too (docs/adr/0006).
//!
//! Put together here because a part of the stock provider links all of it.

use std::sync::Arc;

use ring::rand::SystemRandom;
use rustls::crypto::ring::cipher_suite as suite;
use rustls::crypto::ring::{ALL_KX_GROUPS, sign};
use rustls::crypto::{
    CryptoProvider, GetRandomFailed, KeyProvider, SecureRandom, WebPkiSupportedAlgorithms as Algorithms,
};
use rustls::pki_types::{PrivateKeyDer, SignatureVerificationAlgorithm as Algorithm};
use rustls::sign::SigningKey;
use rustls::{SignatureScheme as Scheme, SupportedCipherSuite};
use webpki::ring as webpki;

const SUITES: [SupportedCipherSuite; 6] = [
    suite::TLS13_AES_256_GCM_SHA384,
    suite::TLS13_AES_128_GCM_SHA256,
    suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
];

/// In TLS 1.2 the curve is not part of the scheme.
const MAPPING: &[(Scheme, &[&dyn Algorithm])] = &[
    (Scheme::ECDSA_NISTP384_SHA384, &[webpki::ECDSA_P384_SHA384, webpki::ECDSA_P256_SHA384]),
    (Scheme::ECDSA_NISTP256_SHA256, &[webpki::ECDSA_P256_SHA256, webpki::ECDSA_P384_SHA256]),
    (Scheme::ED25519, &[webpki::ED25519]),
    (Scheme::RSA_PSS_SHA512, &[webpki::RSA_PSS_2048_8192_SHA512_LEGACY_KEY]),
    (Scheme::RSA_PSS_SHA384, &[webpki::RSA_PSS_2048_8192_SHA384_LEGACY_KEY]),
    (Scheme::RSA_PSS_SHA256, &[webpki::RSA_PSS_2048_8192_SHA256_LEGACY_KEY]),
    (Scheme::RSA_PKCS1_SHA512, &[webpki::RSA_PKCS1_2048_8192_SHA512]),
    (Scheme::RSA_PKCS1_SHA384, &[webpki::RSA_PKCS1_2048_8192_SHA384]),
    (Scheme::RSA_PKCS1_SHA256, &[webpki::RSA_PKCS1_2048_8192_SHA256]),
];

pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        cipher_suites: SUITES.to_vec(),
        kx_groups: ALL_KX_GROUPS.to_vec(),
        signature_verification_algorithms: Algorithms {
            all: ::webpki::ALL_VERIFICATION_ALGS,
            mapping: MAPPING,
        },
        secure_random: &Ring,
        key_provider: &Ring,
    })
}

#[derive(Debug)]
struct Ring;

impl SecureRandom for Ring {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), GetRandomFailed> {
        ring::rand::SecureRandom::fill(&SystemRandom::new(), buffer).map_err(|_| GetRandomFailed)
    }
}

impl KeyProvider for Ring {
    fn load_private_key(&self, key: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        sign::any_supported_type(&key)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rustls::crypto::ring::default_provider;

    use super::*;

    #[test]
    fn it_is_the_stock_provider_without_chacha20() {
        let (ours, stock) = (provider(), default_provider());
        let names = |suites: &[SupportedCipherSuite]| -> Vec<_> {
            let names = suites.iter().map(|suite| format!("{:?}", suite.suite()));
            names.filter(|name| !name.contains("CHACHA20")).collect()
        };
        assert_eq!(names(&ours.cipher_suites), names(&stock.cipher_suites));
        let id = |of: &&dyn Algorithm| format!("{:?} {:?}", of.public_key_alg_id(), of.signature_alg_id());
        let algorithms = |provider: &CryptoProvider| {
            let Algorithms { all, mapping } = provider.signature_verification_algorithms;
            let all: BTreeSet<String> = all.iter().map(id).collect();
            let of_scheme = |(scheme, of): &(Scheme, &[&dyn Algorithm])| {
                (format!("{scheme:?}"), of.iter().map(id).collect::<Vec<_>>())
            };
            (all, mapping.iter().map(of_scheme).collect::<Vec<_>>())
        };
        assert_eq!(algorithms(&ours), algorithms(&stock));
    }
}
