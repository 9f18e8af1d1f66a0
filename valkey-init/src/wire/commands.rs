//! Commands that more than one stage sends.

use init_core::Secret;
use redis::{Cmd, cmd};
use secrecy::ExposeSecret;

use super::Connection;

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

/// The rules that precede the declared ones and remove all existing ones. `clearselectors` and `alldbs` are sent only
/// where there is something to clear, because older servers do not have them.
pub(crate) fn clear_rules(before: &str) -> impl Iterator<Item = &'static str> {
    let databases = before.contains("db=") || before.contains("resetdbs");
    let cleared = ["resetkeys", "resetchannels", "nocommands", "sanitize-payload"];
    let more = [before.contains('(').then_some("clearselectors"), databases.then_some("alldbs")];
    cleared.into_iter().chain(more.into_iter().flatten())
}

/// `CONFIG GET` of all these parameters. Redis 6.2 accepts one parameter in a command.
pub(crate) fn get_config(connection: &Connection, names: &[&str]) -> Vec<Cmd> {
    let together = if connection.is_redis_6() { 1 } else { names.len().max(1) };
    let get = |names: &[&str]| {
        let mut command = cmd("CONFIG");
        command.arg("GET").arg(names);
        command
    };
    names.chunks(together).map(get).collect()
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
