//! Secret values that a server takes and cannot use.

use init_core::Secrets;
use secrecy::ExposeSecret;

use crate::desired::{Desired, Sentinels};
use crate::error::Error;

/// What a server takes in one argument from a client that has not logged in.
const LONGEST: usize = 16_384;

/// A server stores only the digest of a password, so it takes one that no client can log in with.
pub(super) fn passwords(desired: &Desired, secrets: &Secrets) -> Result<(), Error> {
    let declared = desired.users.values().flat_map(|user| user.passwords.iter().flatten());
    for name in declared.chain(&desired.login.password).chain(&desired.login.bootstrap) {
        #[expect(clippy::disallowed_methods, reason = "only the length of a password is looked at")]
        let length = secrets.get(name)?.expose_secret().len();
        if length > LONGEST {
            return Err(Error::TooLong { secret: name.clone(), length, most: LONGEST });
        }
    }
    Ok(())
}

/// A Sentinel writes what it is told into its configuration file without quotes, and does not start again with more than one
/// word there.
pub(super) fn unquoted(sentinels: &Sentinels, secrets: &Secrets) -> Result<(), Error> {
    for name in sentinels.unquoted() {
        #[expect(clippy::disallowed_methods, reason = "only whether it is one word is looked at")]
        let value = secrets.get(name)?.expose_secret();
        if value.contains(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'')) {
            return Err(Error::Unquoted { secret: name.clone() });
        }
    }
    Ok(())
}
