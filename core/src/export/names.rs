//! Names for secrets that a server has and does not tell.

use crate::SecretRef;

/// With its hash, shorter than the 255 bytes that a file's name may have.
const LENGTH: usize = 200;

/// The name of the file for a secret of an object: `app_password` for the password of `app`. The same object always has
/// the same name, and another object has another one: where a name has letters that a file's name may not have, or is too
/// long, a hash of it follows.
pub fn secret_name(name: &str, suffix: &str) -> SecretRef {
    let mut plain: String =
        name.chars().map(|letter| if is_allowed(letter) { letter } else { '_' }).collect();
    if plain.starts_with('.') {
        plain.replace_range(..1, "_");
    }
    // What is allowed is ASCII, so every place is between two characters.
    plain.truncate(LENGTH);
    let text = if plain == name && !plain.is_empty() {
        format!("{plain}_{suffix}")
    } else {
        format!("{plain}-{:016x}_{suffix}", hash(name))
    };
    SecretRef::cleaned(text)
}

/// Another name, for when two objects would have the same.
pub(super) fn other(name: &SecretRef, purpose: &str) -> SecretRef {
    SecretRef::cleaned(format!("{}-{:016x}", name.name(), hash(purpose)))
}

fn is_allowed(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-')
}

/// FNV-1a: the same on every machine and in every version. It only has to tell names apart.
fn hash(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_plain_name_is_kept_and_another_one_has_a_hash() {
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
        fn every_name_makes_a_name_that_a_spec_takes(name: String) {
            let secret = secret_name(&name, "password");
            prop_assert_eq!(secret.name().parse::<SecretRef>(), Ok(secret.clone()));
            prop_assert!(secret.name().len() < 255);
        }
    }
}
