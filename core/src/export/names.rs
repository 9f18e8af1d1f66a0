//! Names for the secrets of a server, whose values a server does not return.

use crate::SecretRef;

/// The longest plain part of a name. With hash and suffix, a name is shorter than the 255 bytes of a file name.
const LONGEST_PLAIN_PART: usize = 200;

/// The file name for a secret of an object, such as `app_password` for the password of `app`. The same object always gets
/// the same name, and different objects get different ones: a name with characters that a secret's name may not have, or
/// one that is too long, is followed by its hash.
pub fn secret_name(name: &str, suffix: &str) -> SecretRef {
    let mut plain: String =
        name.chars().map(|letter| if is_allowed(letter) { letter } else { '_' }).collect();
    if plain.starts_with('.') {
        plain.replace_range(..1, "_");
    }
    // All characters are ASCII here, so every byte offset is a character boundary.
    plain.truncate(LONGEST_PLAIN_PART);
    let text = if plain == name && !plain.is_empty() {
        format!("{plain}_{suffix}")
    } else {
        format!("{plain}-{:016x}_{suffix}", hash(name))
    };
    SecretRef::from_valid_name(text)
}

/// A distinct name, for two objects that would have the same one.
pub(super) fn disambiguated(name: &SecretRef, purpose: &str) -> SecretRef {
    SecretRef::from_valid_name(format!("{}-{:016x}", name.name(), hash(purpose)))
}

fn is_allowed(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-')
}

/// FNV-1a, which is the same on every machine and in every version. It only has to distinguish names.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_valid_name_is_kept_and_an_invalid_one_gets_a_hash() {
        for (name, secret) in [
            ("app", "app_password"),
            ("", "-cbf29ce484222325_password"),
            (".app", "_app-d7ac54e0ff9a2a20_password"),
            ("a/b", "a_b-"),
            ("größe", "gr__e-"),
        ] {
            let made = secret_name(name, "password");
            assert!(made.name().starts_with(secret.split('-').next().unwrap_or_default()), "{name}: {made}");
            assert_eq!(made.name().contains('-'), secret.contains('-'), "{name}: {made}");
        }
        assert_ne!(secret_name("a/b", "password"), secret_name("a?b", "password"));
    }

    proptest! {
        #[test]
        fn every_name_makes_a_valid_name_of_a_secret(name: String) {
            let secret = secret_name(&name, "password");
            prop_assert_eq!(secret.name().parse::<SecretRef>(), Ok(secret.clone()));
            prop_assert!(secret.name().len() < 255);
        }
    }
}
