//! The client side of SCRAM (RFC 5802 and 7677) as Kafka speaks it: both sides prove that they know the password
//! without sending it.
//!
//! The bytes of the password are used as they are, without `SASLprep`, as Kafka's brokers and clients do. A
//! normalised password would differ from the one that every other client sends.

use std::num::NonZeroU32;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use init_net::{NetError, random};
use ring::{digest, hmac, pbkdf2};
use secrecy::zeroize::Zeroizing;

use crate::desired::Scram;

/// The accepted iteration counts. With fewer, a false server could find the password from the client's proof (RFC
/// 7677, section 4); with many more, it could keep this process busy. Kafka's own limits are 4,096 and 16,384.
const ACCEPTED_ITERATIONS: std::ops::RangeInclusive<u32> = 4_096..=100_000;
const NONCE_LENGTH: usize = 24;
/// The GS2 header without channel binding, which Kafka does not support.
const GS2_HEADER: &str = "n,,";

/// One login, up to the server-first-message.
pub(super) struct ScramClient {
    hash: Scram,
    nonce: String,
    first_message_bare: String,
}

/// One login, up to the server-final-message.
pub(super) struct ClientFinal {
    /// The client-final-message.
    pub(super) message: String,
    server_key: hmac::Key,
    auth_message: String,
}

impl ScramClient {
    pub(super) fn new(hash: Scram, user: &str) -> Result<Self, NetError> {
        Ok(Self::with_nonce(hash, user, BASE64.encode(random::<NONCE_LENGTH>()?)))
    }

    fn with_nonce(hash: Scram, user: &str, nonce: String) -> Self {
        let first_message_bare = format!("n={},r={nonce}", user.replace('=', "=3D").replace(',', "=2C"));
        Self { hash, nonce, first_message_bare }
    }

    pub(super) fn first_message(&self) -> String {
        format!("{GS2_HEADER}{}", self.first_message_bare)
    }

    /// Answers the server-first-message `r=NONCE,s=SALT,i=ITERATIONS`.
    pub(super) fn answer_challenge(
        self,
        password: &[u8],
        challenge: &str,
    ) -> Result<ClientFinal, &'static str> {
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
            .filter(|count: &NonZeroU32| ACCEPTED_ITERATIONS.contains(&count.get()))
            .ok_or("the challenge has no possible iteration count")?;
        let salted = salted_password(self.hash, password, &salt, iterations);
        let key = hmac::Key::new(hmac_algorithm(self.hash), &salted);
        let client_key = hmac::sign(&key, b"Client Key");
        let stored_key = digest::digest(digest_algorithm(self.hash), client_key.as_ref());
        let server_key = hmac::Key::new(hmac_algorithm(self.hash), hmac::sign(&key, b"Server Key").as_ref());
        let without_proof = format!("c={},r={nonce}", BASE64.encode(GS2_HEADER));
        let auth_message = format!("{},{challenge},{without_proof}", self.first_message_bare);
        let signature = hmac::sign(
            &hmac::Key::new(hmac_algorithm(self.hash), stored_key.as_ref()),
            auth_message.as_bytes(),
        );
        let proof: Vec<u8> = client_key.as_ref().iter().zip(signature.as_ref()).map(|(a, b)| a ^ b).collect();
        Ok(ClientFinal {
            message: format!("{without_proof},p={}", BASE64.encode(proof)),
            server_key,
            auth_message,
        })
    }
}

impl ClientFinal {
    /// Checks the server signature in the server-final-message `v=SIGNATURE`, which only a server that knows the
    /// password can make. The comparison takes constant time.
    pub(super) fn verify(&self, server_final: &str) -> Result<(), &'static str> {
        let signature = server_final.split(',').next().and_then(|field| field.strip_prefix("v="));
        let signature =
            signature.and_then(|text| BASE64.decode(text).ok()).ok_or("it gives no proof of its own")?;
        hmac::verify(&self.server_key, self.auth_message.as_bytes(), &signature)
            .map_err(|_| "it does not know the password itself")
    }
}

/// `SaltedPassword`, which Kafka stores in place of the password. It is enough to log in with, so it is wiped like a
/// password.
pub(crate) fn salted_password(
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

fn hmac_algorithm(hash: Scram) -> hmac::Algorithm {
    match hash {
        Scram::Sha256 => hmac::HMAC_SHA256,
        Scram::Sha512 => hmac::HMAC_SHA512,
    }
}

fn digest_algorithm(hash: Scram) -> &'static digest::Algorithm {
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

    fn example() -> ScramClient {
        ScramClient::with_nonce(Scram::Sha256, "user", "rOprNGfwEbeRWgbNEkqO".to_owned())
    }

    #[test]
    fn the_example_of_rfc_7677_is_reproduced() {
        assert_eq!(example().first_message(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        let client_final = example().answer_challenge(b"pencil", CHALLENGE).ok().unwrap();
        assert_eq!(
            client_final.message,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        assert_eq!(client_final.verify("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), Ok(()));
    }

    #[test]
    fn a_wrong_server_signature_is_refused() {
        let client_final = example().answer_challenge(b"pencil", CHALLENGE).ok().unwrap();
        for server_final in
            ["v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=", "v=AAAA", "v=", "e=other-error", ""]
        {
            assert!(client_final.verify(server_final).is_err(), "{server_final}");
        }
    }

    #[test]
    fn a_challenge_with_a_wrong_nonce_or_iteration_count_is_refused() {
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
            assert!(example().answer_challenge(b"pencil", challenge).is_err(), "{challenge}");
        }
    }

    #[test]
    fn commas_and_equals_signs_in_a_name_are_escaped() {
        let client = ScramClient::with_nonce(Scram::Sha512, "a,b=c", "x".to_owned());
        assert_eq!(client.first_message(), "n,,n=a=2Cb=3Dc,r=x");
    }

    static CLIENT_FINAL: std::sync::LazyLock<ClientFinal> =
        std::sync::LazyLock::new(|| example().answer_challenge(b"pencil", CHALLENGE).ok().unwrap());

    proptest! {
        #[test]
        fn no_server_message_makes_the_client_panic(challenge in ".{0,60}", server_final in ".{0,60}") {
            let _ = example().answer_challenge(b"pencil", &challenge);
            let _ = CLIENT_FINAL.verify(&server_final);
        }
    }
}
