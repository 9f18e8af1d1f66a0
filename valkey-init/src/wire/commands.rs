//! Commands that more than one stage sends.

use init_core::Secret;
use redis::{Cmd, cmd};
use secrecy::ExposeSecret;

/// `ACL SETUSER NAME`, to be followed by rules.
pub(crate) fn set_user(name: &Secret) -> Cmd {
    let mut command = cmd("ACL");
    #[expect(
        clippy::disallowed_methods,
        reason = "a user's name may be a secret, and the server is told it"
    )]
    command.arg("SETUSER").arg(name.expose_secret());
    command
}

/// The rules that go before declared ones, so that nothing of the old ones stays.
pub(crate) fn clear_rules() -> impl Iterator<Item = &'static str> {
    ["resetkeys", "resetchannels", "clearselectors", "nocommands", "sanitize-payload"].into_iter()
}

/// `CONFIG REWRITE`
pub(crate) fn rewrite_config() -> Cmd {
    let mut command = cmd("CONFIG");
    command.arg("REWRITE");
    command
}

/// `ACL SAVE`
pub(crate) fn save_acl() -> Cmd {
    let mut command = cmd("ACL");
    command.arg("SAVE");
    command
}
