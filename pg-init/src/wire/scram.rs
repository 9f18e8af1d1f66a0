//! SCRAM-SHA-256 verifiers (RFC 5803), which PostgreSQL stores instead of passwords. They are made and compared here,
//! so that no statement contains a password.

mod salted;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use init_net::random;
use ring::{digest, hmac};
use std::num::NonZeroU32;

use crate::error::Error;

/// PostgreSQL's own default, and the only value before version 16.
pub(crate) const DEFAULT_ITERATIONS: NonZeroU32 = NonZeroU32::new(4096).expect("4096 is not zero");
/// The largest number of iterations that is computed: about two seconds of one core.
pub(crate) const MAX_ITERATIONS: NonZeroU32 = NonZeroU32::new(10_000_000).expect("it is not zero");
const SALT: usize = 16;
const KEY: usize = 32;

/// The result of comparing a stored verifier with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum VerifierMatch {
    /// The verifier was made from this password.
    Right,
    /// The verifier was made from another password.
    Wrong,
    /// The stored value is an MD5 hash, which is replaced whatever its password is.
    Md5,
    /// The verifier has too many iterations to be computed.
    Unknown,
}

/// True when a secret is a verifier and not a password, judged by its form, as the server does.
pub(crate) fn is_verifier(secret: &str) -> bool {
    let md5 =
        |hash: &str| hash.len() == 32 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    secret.strip_prefix("md5").is_some_and(md5) || parse(secret).is_some()
}

/// The value to store for a secret: the secret itself when it is a verifier, otherwise a new verifier for it.
pub(crate) fn to_store(secret: &str, iterations: NonZeroU32) -> Result<String, Error> {
    if is_verifier(secret) { Ok(secret.to_owned()) } else { new_verifier(secret, iterations) }
}

/// A new verifier for a password, with a random salt.
fn new_verifier(password: &str, iterations: NonZeroU32) -> Result<String, Error> {
    let salt = random::<SALT>()?;
    let (stored, server) = keys(password, &salt, iterations);
    Ok(format!(
        "SCRAM-SHA-256${iterations}:{}${}:{}",
        BASE64.encode(salt),
        BASE64.encode(stored),
        BASE64.encode(server)
    ))
}

/// Compares a stored verifier with a password, with the salt and the iterations of the verifier.
pub(crate) fn compare(verifier: &str, password: &str) -> VerifierMatch {
    if is_verifier(password) {
        return if verifier == password { VerifierMatch::Right } else { VerifierMatch::Wrong };
    }
    if verifier.len() == 35 && verifier.starts_with("md5") {
        return VerifierMatch::Md5;
    }
    match parse(verifier) {
        Some((iterations, ..)) if iterations > MAX_ITERATIONS => VerifierMatch::Unknown,
        Some((iterations, salt, stored)) if keys(password, &salt, iterations).0 == stored => {
            VerifierMatch::Right
        }
        _ => VerifierMatch::Wrong,
    }
}

/// The iterations of a stored verifier.
pub(crate) fn iterations(verifier: &str) -> Option<NonZeroU32> {
    parse(verifier).map(|(iterations, ..)| iterations)
}

/// A random text, for a login that must fail.
pub(crate) fn nonce() -> Result<String, Error> {
    Ok(BASE64.encode(random::<SALT>()?))
}

fn parse(verifier: &str) -> Option<(NonZeroU32, Vec<u8>, Vec<u8>)> {
    let (parameters, keys) = verifier.strip_prefix("SCRAM-SHA-256$")?.split_once('$')?;
    let (iterations, salt) = parameters.split_once(':')?;
    let (stored, server) = keys.split_once(':')?;
    let key = |text: &str| BASE64.decode(text).ok().filter(|key| key.len() == KEY);
    let (stored, _) = (key(stored)?, key(server)?);
    Some((iterations.parse().ok()?, BASE64.decode(salt).ok()?, stored))
}

/// `StoredKey` and `ServerKey` of RFC 5802.
fn keys(password: &str, salt: &[u8], iterations: NonZeroU32) -> (Vec<u8>, Vec<u8>) {
    // A password that SASLprep prohibits is used unchanged, as libpq does.
    let prepared = stringprep::saslprep(password);
    let normal = prepared.as_deref().unwrap_or(password);
    let key =
        hmac::Key::new(hmac::HMAC_SHA256, &salted::salted_password(normal.as_bytes(), salt, iterations));
    let client = hmac::sign(&key, b"Client Key");
    let stored = digest::digest(&digest::SHA256, client.as_ref());
    (stored.as_ref().to_vec(), hmac::sign(&key, b"Server Key").as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_example_of_rfc_7677_gives_its_keys() {
        // The client proof of section 3 is ClientKey xor HMAC(StoredKey, AuthMessage).
        let salt = BASE64.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let (stored, server) = keys("pencil", &salt, DEFAULT_ITERATIONS);
        let message = "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                       s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let sign = |key: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message.as_bytes());
        assert_eq!(BASE64.encode(sign(&server)), "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
        let proof = BASE64.decode("dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=").unwrap();
        let client: Vec<u8> = proof.iter().zip(sign(&stored).as_ref()).map(|(a, b)| a ^ b).collect();
        assert_eq!(digest::digest(&digest::SHA256, &client).as_ref(), stored);
    }

    #[test]
    fn saslprep_follows_the_examples_of_rfc_4013() {
        let salt = [7; SALT];
        let same =
            |a: &str, b: &str| keys(a, &salt, DEFAULT_ITERATIONS) == keys(b, &salt, DEFAULT_ITERATIONS);
        assert!(same("I\u{AD}X", "IX"), "soft hyphen is mapped to nothing");
        assert!(same("\u{AA}", "a"), "NFKC");
        assert!(same("\u{2168}", "IX"), "NFKC");
        assert!(!same("user", "USER"), "no case folding");
        assert!(!same("\u{7}", ""), "a prohibited character is kept, as libpq keeps it");
    }

    #[test]
    fn md5_hashes_and_malformed_verifiers_match_no_password() {
        assert_eq!(compare("md5a6343a68d964ca596d9752250d54bb8a", "secret"), VerifierMatch::Md5);
        for rubbish in ["", "SCRAM-SHA-256$", "SCRAM-SHA-256$0:AA==$AA==:AA==", "plain"] {
            assert_eq!(compare(rubbish, "plain"), VerifierMatch::Wrong, "{rubbish}");
        }
    }

    #[test]
    fn a_verifier_is_stored_as_it_is_and_compared_as_it_is() {
        let made = new_verifier("secret", DEFAULT_ITERATIONS).unwrap();
        let md5 = "md5a6343a68d964ca596d9752250d54bb8a";
        for secret in [made.as_str(), md5] {
            assert_eq!(to_store(secret, DEFAULT_ITERATIONS).unwrap(), secret);
            assert_eq!(compare(secret, secret), VerifierMatch::Right);
            assert_eq!(
                compare(&new_verifier("secret", DEFAULT_ITERATIONS).unwrap(), secret),
                VerifierMatch::Wrong,
                "another salt"
            );
        }
        assert_eq!(compare(md5, &made), VerifierMatch::Wrong);
        // A text that only resembles a verifier is a password, to the server as well.
        for password in [
            "md5",
            "md5A6343A68D964CA596D9752250D54BB8A",
            "SCRAM-SHA-256$4096:AA==$AA==:AA==",
            "SCRAM-SHA-256$",
        ] {
            assert!(!is_verifier(password), "{password}");
        }
    }

    #[test]
    fn a_verifier_with_too_many_iterations_is_not_computed() {
        let made = new_verifier("secret", DEFAULT_ITERATIONS).unwrap().replace("$4096:", "$2147483648:");
        assert_eq!(compare(&made, "secret"), VerifierMatch::Unknown);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn a_verifier_matches_its_password_alone(password in ".{1,40}", other in ".{1,40}") {
            let made = new_verifier(&password, DEFAULT_ITERATIONS).unwrap();
            prop_assert_eq!(compare(&made, &password), VerifierMatch::Right);
            if stringprep::saslprep(&password).ok() != stringprep::saslprep(&other).ok() {
                prop_assert_eq!(compare(&made, &other), VerifierMatch::Wrong);
            }
        }
    }
}
