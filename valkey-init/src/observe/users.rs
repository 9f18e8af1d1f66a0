//! Reads ACL users with `ACL GETUSER` and compares them with the declared ones.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Secret, Secrets};
use redis::{Cmd, Value, cmd};
use secrecy::ExposeSecret;

use crate::desired::{Access, Catalog, User, digest};
use crate::error::Error;
use crate::observed::UserState;
use crate::wire::{array, pairs, text};

/// `ACL GETUSER NAME`
pub(super) fn get_user(name: &Secret) -> Cmd {
    let mut command = cmd("ACL");
    #[expect(
        clippy::disallowed_methods,
        reason = "a user's name may be a secret, and the server is asked for it"
    )]
    command.arg("GETUSER").arg(name.expose_secret());
    command
}

/// Compares the answer with the declared user. The result is `None` when the user does not exist.
pub(super) fn compare(
    value: &Value,
    user: &User,
    secrets: &Secrets,
    catalog: Option<&Catalog>,
) -> Result<Option<UserState>, Error> {
    let fields: BTreeMap<String, &Value> = pairs(value).into_iter().collect();
    if fields.is_empty() {
        return Ok(None);
    }
    let list = |key: &str| fields.get(key).map(|value| array(value)).unwrap_or_default();
    let flags: BTreeSet<String> = list("flags").iter().filter_map(text).collect();
    let there: BTreeSet<String> = list("passwords").iter().filter_map(text).collect();
    // Two secrets may hold the same password, which the server then keeps once.
    let mut wanted = Vec::new();
    for name in user.passwords.iter().flatten() {
        #[expect(clippy::disallowed_methods, reason = "only the digest of a password is compared")]
        wanted.push(digest(secrets.get(name)?.expose_secret().as_bytes()));
    }
    let found = wanted.iter().enumerate().filter(|(_, digest)| there.contains(*digest));
    let passwords = found.map(|(position, _)| position).collect();
    let undeclared = there.iter().filter(|digest| !wanted.contains(digest)).count();
    let rules = rules_text(&fields, &flags);
    let same = |wanted: &String| {
        catalog.is_some_and(|catalog| Access::of(wanted, catalog) == Access::of(&rules, catalog))
    };
    let rules_match = user.rules.as_ref().is_none_or(same);
    Ok(Some(UserState { enabled: flags.contains("on"), passwords, undeclared, rules_match, rules }))
}

/// The rules of a user in the form of the spec.
pub(crate) fn rules_text(fields: &BTreeMap<String, &Value>, flags: &BTreeSet<String>) -> String {
    let flag = |name: &str| flags.contains(name).then(|| name.to_owned());
    let selectors = fields.get("selectors").map(|value| array(value)).unwrap_or_default();
    let selectors =
        selectors.iter().map(|value| format!("({})", selector_text(&pairs(value).into_iter().collect())));
    let parts = [flag("nopass"), flag("skip-sanitize-payload"), Some(selector_text(fields))];
    parts.into_iter().flatten().chain(selectors).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn selector_text(fields: &BTreeMap<String, &Value>) -> String {
    // Before Redis 7 the patterns are a list, each without its sign.
    let patterns = |key: &str, sign: &str| match fields.get(key) {
        Some(Value::Array(patterns) | Value::Set(patterns)) => {
            let patterns = patterns.iter().filter_map(text).map(|pattern| format!("{sign}{pattern}"));
            patterns.collect::<Vec<_>>().join(" ")
        }
        Some(other) => text(other).unwrap_or_default(),
        None => String::new(),
    };
    // Valkey 9 always has this field, which is empty when no database is permitted.
    let databases = match fields.get("databases").and_then(|value| text(value)) {
        Some(none) if none.is_empty() => "resetdbs".to_owned(),
        Some(some) if some != "alldbs" => some,
        Some(_) | None => String::new(),
    };
    let parts = [patterns("keys", "~"), patterns("channels", "&"), databases, patterns("commands", "")];
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &str) -> Value {
        Value::BulkString(text.as_bytes().to_vec())
    }

    fn shown(fields: &[(&str, Value)]) -> String {
        let fields = fields.iter().map(|(key, value)| ((*key).to_owned(), value)).collect();
        rules_text(&fields, &BTreeSet::from(["on".to_owned(), "allkeys".to_owned()]))
    }

    #[test]
    fn users_are_read_as_each_server_shows_them() {
        let list = |words: &[&str]| Value::Array(words.iter().map(|word| bulk(word)).collect());
        // Redis 6.2, 7 and later, Valkey 9.
        let old = [("commands", bulk("-@all +get")), ("keys", list(&["a", "b"])), ("channels", list(&["*"]))];
        assert_eq!(shown(&old), "~a ~b &* -@all +get");
        let newer = [("commands", bulk("-@all +get")), ("keys", bulk("~a ~b")), ("channels", bulk("&c"))];
        assert_eq!(shown(&newer), "~a ~b &c -@all +get");
        let all = [("commands", bulk("+@all")), ("keys", bulk("~*")), ("databases", bulk("alldbs"))];
        assert_eq!(shown(&all), "~* +@all");
        let some = [("commands", bulk("+@all")), ("keys", bulk("")), ("databases", bulk("db=0,3"))];
        assert_eq!(shown(&some), "db=0,3 +@all");
        let none = [("commands", bulk("+@all")), ("databases", bulk(""))];
        assert_eq!(shown(&none), "resetdbs +@all");
    }
}
