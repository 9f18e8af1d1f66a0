//! Checks of secrets whose value a server would accept without being able to use it.

use init_core::Secrets;
use secrecy::ExposeSecret;

use crate::desired::{Desired, Sentinels};
use crate::error::Error;

/// The longest argument that a server accepts from a client that has not logged in.
const LONGEST: usize = 16_384;

/// Checks the length of passwords. A server stores only the digest of a password, so it accepts one that is too long
/// for a login.
pub(super) fn check_password_lengths(desired: &Desired, secrets: &Secrets) -> Result<(), Error> {
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

/// Checks the secrets that a Sentinel writes into its configuration file without quotes: with more than one word there
/// it does not start again.
pub(super) fn check_unquoted(sentinels: &Sentinels, secrets: &Secrets) -> Result<(), Error> {
    for name in sentinels.secrets_written_unquoted() {
        #[expect(clippy::disallowed_methods, reason = "only whether it is one word is looked at")]
        let value = secrets.get(name)?.expose_secret();
        if value.contains(|letter: char| letter.is_whitespace() || matches!(letter, '"' | '\'')) {
            return Err(Error::Unquoted { secret: name.clone() });
        }
    }
    Ok(())
}
