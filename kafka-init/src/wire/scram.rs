//! SCRAM (RFC 5802 and 7677) as Kafka speaks it: both sides prove that they know the password, and neither
//! says it.
//!
//! Kafka's brokers and clients take a password's bytes as they are, without `SASLprep`: whoever normalised
//! one would be another user's password to every other client.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use init_net::{NetError, random};
use ring::{digest, hmac, pbkdf2};
use secrecy::zeroize::Zeroizing;

use crate::desired::Scram;

/// With fewer, whoever plays the server could find the password from our proof (RFC 7677, section 4); with more, it would
/// keep us busy: Kafka's own limits are 4,096 and 16,384.
const ITERATIONS: std::ops::RangeInclusive<u32> = 4_096..=100_000;
const NONCE: usize = 24;
/// No channel binding: Kafka offers none.
const HEADER: &str = "n,,";

/// One login, before the server's first message.
pub(super) struct Client {
    hash: Scram,
    nonce: String,
    bare: String,
}

/// One login, before the server's last message.
pub(super) struct Proven {
    /// Answers the challenge.
    pub(super) message: String,
    server_key: hmac::Key,
    transcript: String,
}

impl Client {
    pub(super) fn new(hash: Scram, user: &str) -> Result<Self, NetError> {
        Ok(Self::with_nonce(hash, user, BASE64.encode(random::<NONCE>()?)))
    }

    fn with_nonce(hash: Scram, user: &str, nonce: String) -> Self {
        let bare = format!("n={},r={nonce}", user.replace('=', "=3D").replace(',', "=2C"));
        Self { hash, nonce, bare }
    }

    pub(super) fn first(&self) -> String {
        format!("{HEADER}{}", self.bare)
    }

    /// Answers `r=NONCE,s=SALT,i=ITERATIONS`.
    pub(super) fn prove(self, password: &[u8], challenge: &str) -> Result<Proven, &'static str> {
        let mut fields = challenge.split(',');
        let mut field = |name: &str| fields.next()?.strip_prefix(name);
        let nonce = field("r=").ok_or("the challenge has no nonce")?;
        if !nonce.starts_with(&self.nonce) || nonce.len() == self.nonce.len() {
            return Err("the challenge is for another login");
        }
        let salt =
            field("s=").and_then(|salt| BASE64.decode(salt).ok()).ok_or("the challenge has no salt")?;
        let iterations = field("i=").and_then(|count| count.parse().ok());
        let iterations = iterations
            .filter(|count: &NonZeroU32| ITERATIONS.contains(&count.get()))
            .ok_or("the challenge has no possible iteration count")?;
        let salted = salted(self.hash, password, &salt, iterations);
        let key = hmac::Key::new(algorithm(self.hash), &salted);
        let client_key = hmac::sign(&key, b"Client Key");
        let stored = digest::digest(digest_of(self.hash), client_key.as_ref());
        let server_key = hmac::Key::new(algorithm(self.hash), hmac::sign(&key, b"Server Key").as_ref());
        let bare = format!("c={},r={nonce}", BASE64.encode(HEADER));
        let transcript = format!("{},{challenge},{bare}", self.bare);
        let signature =
            hmac::sign(&hmac::Key::new(algorithm(self.hash), stored.as_ref()), transcript.as_bytes());
        let proof: Vec<u8> = client_key.as_ref().iter().zip(signature.as_ref()).map(|(a, b)| a ^ b).collect();
        Ok(Proven { message: format!("{bare},p={}", BASE64.encode(proof)), server_key, transcript })
    }
}

impl Proven {
    /// Whether the server knows the password too, from its `v=SIGNATURE`. The comparison takes as long for
    /// a signature that is nearly right.
    pub(super) fn verify(&self, verdict: &str) -> Result<(), &'static str> {
        let signature = verdict.split(',').next().and_then(|field| field.strip_prefix("v="));
        let signature =
            signature.and_then(|text| BASE64.decode(text).ok()).ok_or("it gives no proof of its own")?;
        hmac::verify(&self.server_key, self.transcript.as_bytes(), &signature)
            .map_err(|_| "it does not know the password itself")
    }
}

/// The salted password, which Kafka stores in its place. Who has it can log in, so it is wiped like a password.
pub(crate) fn salted(
    hash: Scram,
    password: &[u8],
    salt: &[u8],
    iterations: NonZeroU32,
) -> Zeroizing<Vec<u8>> {
    let (algorithm, length) = match hash {
        Scram::Sha256 => (pbkdf2::PBKDF2_HMAC_SHA256, digest::SHA256_OUTPUT_LEN),
        Scram::Sha512 => (pbkdf2::PBKDF2_HMAC_SHA512, digest::SHA512_OUTPUT_LEN),
    };
    let mut salted = Zeroizing::new(vec![0; length]);
    pbkdf2::derive(algorithm, iterations, salt, password, &mut salted);
    salted
}

fn algorithm(hash: Scram) -> hmac::Algorithm {
    match hash {
        Scram::Sha256 => hmac::HMAC_SHA256,
        Scram::Sha512 => hmac::HMAC_SHA512,
    }
}

fn digest_of(hash: Scram) -> &'static digest::Algorithm {
    match hash {
        Scram::Sha256 => &digest::SHA256,
        Scram::Sha512 => &digest::SHA512,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CHALLENGE: &str =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    fn example() -> Client {
        Client::with_nonce(Scram::Sha256, "user", "rOprNGfwEbeRWgbNEkqO".to_owned())
    }

    #[test]
    fn the_example_of_rfc_7677_is_reproduced() {
        assert_eq!(example().first(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        let proven = example().prove(b"pencil", CHALLENGE).ok().unwrap();
        assert_eq!(
            proven.message,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        assert_eq!(proven.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), Ok(()));
    }

    #[test]
    fn a_server_that_does_not_know_the_password_is_found_out() {
        let proven = example().prove(b"pencil", CHALLENGE).ok().unwrap();
        for verdict in ["v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", "v=AAAA", "v=", "e=other-error", ""]
        {
            assert!(proven.verify(verdict).is_err(), "{verdict}");
        }
    }

    #[test]
    fn a_challenge_for_another_login_or_without_bounds_is_refused() {
        for challenge in [
            "r=other,s=AAAA,i=4096",
            "r=rOprNGfwEbeRWgbNEkqO,s=AAAA,i=4096",
            "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=0",
            "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4095",
            "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=100001",
            "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=2147483648",
            "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4294967295",
            "r=rOprNGfwEbeRWgbNEkqOx,s=?,i=4096",
            "",
        ] {
            assert!(example().prove(b"pencil", challenge).is_err(), "{challenge}");
        }
    }

    #[test]
    fn a_name_cannot_end_its_own_field() {
        let client = Client::with_nonce(Scram::Sha512, "a,b=c", "x".to_owned());
        assert_eq!(client.first(), "n,,n=a=2Cb=3Dc,r=x");
    }

    static PROVEN: std::sync::LazyLock<Proven> =
        std::sync::LazyLock::new(|| example().prove(b"pencil", CHALLENGE).ok().unwrap());

    proptest! {
        #[test]
        fn no_challenge_or_verdict_makes_it_panic(challenge in ".{0,60}", verdict in ".{0,60}") {
            let _ = example().prove(b"pencil", &challenge);
            let _ = PROVEN.verify(&verdict);
        }
    }
}
