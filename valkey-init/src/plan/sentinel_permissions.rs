//! Conflicts about permissions with Sentinels: those of the user that the Sentinels log in to the nodes as, and those
//! of the user that this tool logs in to the Sentinels as.

use init_core::{Conflict, SpecPath};

use crate::desired::{Access, Catalog, Desired, Sentinels};
use crate::observed::Observed;

/// The commands that a Sentinel sends to a node, without the optional `CLIENT SETNAME` and `SCRIPT KILL`.
const SENTINEL_COMMANDS: [&str; 9] =
    ["ping", "info", "subscribe", "publish", "multi", "exec", "slaveof", "config|rewrite", "client|kill"];

pub(super) fn conflicts(desired: &Desired, observed: &Observed, conflicts: &mut Vec<Conflict>) {
    let Some(sentinels) = &desired.sentinels else { return };
    if let (Some((key, user)), Some(catalog)) = (desired.declared_sentinel_user(), &observed.catalog) {
        let problem = |missing: &str| {
            format!(
                "the Sentinels log in to the nodes as this user, which may not send {missing}: no failover would succeed; allow \
                 +ping +info +subscribe +publish +multi +exec +slaveof +config|rewrite +client|setname +client|kill \
                 +script|kill and all channels (`allchannels`)"
            )
        };
        let at = SpecPath::root().key("users").key(key).key("rules");
        conflicts.extend(
            missing_commands(user.rules.as_deref(), catalog, &SENTINEL_COMMANDS)
                .map(|m| Conflict::new(at, problem(&m))),
        );
    }
    let accounts = &sentinels.as_nodes;
    let own = accounts.users.iter().find(|(_, user)| user.name == accounts.login.user);
    if let (Some((key, user)), Some(catalog)) = (own, &observed.sentinel_catalog) {
        let problem = |missing: &str| {
            format!(
                "this is the user that logs in to the Sentinels, and its rules do not allow {missing}: the next run could not do its work"
            )
        };
        let at = SpecPath::root().key("sentinels").key("users").key(key).key("rules");
        let needed = needed_commands(sentinels);
        conflicts.extend(
            missing_commands(user.rules.as_deref(), catalog, &needed).map(|m| Conflict::new(at, problem(&m))),
        );
    }
}

/// The needed commands that the server has and these rules do not allow.
fn missing_commands(rules: Option<&str>, catalog: &Catalog, needed: &[&str]) -> Option<String> {
    let access = Access::of(rules?, catalog);
    let missing = needed.iter().filter(|command| catalog.has(command) && !access.allows(command));
    let missing: Vec<&str> = missing.copied().collect();
    (!missing.is_empty()).then(|| missing.join(", "))
}

/// The commands that a run with this spec may send to a Sentinel, whatever it has now.
fn needed_commands(sentinels: &Sentinels) -> Vec<&'static str> {
    let mut needed =
        vec!["info", "sentinel|master", "sentinel|monitor", "sentinel|set", "sentinel|flushconfig"];
    needed.extend((!sentinels.settings.is_empty()).then_some("sentinel|config"));
    needed.extend(["acl|cat", "acl|getuser", "acl|setuser"]);
    needed.extend((!sentinels.as_nodes.absent_users.is_empty()).then_some("acl|deluser"));
    needed
}
