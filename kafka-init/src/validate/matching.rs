//! Finds principals, hosts and names in ACLs that can never match. Kafka stores such an ACL without an error; an
//! `allow` then allows nothing, and a `deny` leaves open what the spec means to close.

use std::net::IpAddr;

use super::names;
use crate::desired::{Pattern, Resource};

const ANY: &str = "*";
/// The type of every principal that Kafka itself creates.
const USER: &str = "User";

/// The problem of a host. Kafka compares its text with the client's address as Java prints it, and resolves no names.
pub(super) fn host_problem(host: &str) -> Option<String> {
    if host == ANY {
        return None;
    }
    let Ok(address) = host.parse::<IpAddr>() else {
        let problem = "is no address: Kafka compares it with the address of the client, and knows no names and no ranges";
        return Some(format!("`{host}` {problem}"));
    };
    let written = match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => address.segments().map(|part| format!("{part:x}")).join(":"),
        },
    };
    (written != host).then(|| format!("`{host}` is never matched, as Kafka writes that address `{written}`"))
}

/// The problem of a principal.
pub(super) fn principal_problem(principal: &str) -> Option<String> {
    let parts = principal.split_once(':').filter(|(kind, name)| !kind.is_empty() && !name.is_empty());
    let Some((kind, name)) = parts else {
        return Some("a principal is TYPE:NAME, as in `User:orders`".to_owned());
    };
    let is_misspelt = kind != USER && kind.trim().eq_ignore_ascii_case(USER);
    is_misspelt.then(|| {
        format!("`{principal}` matches no principal, as the type is case-sensitive: write `{USER}:{name}`")
    })
}

/// The problem of a resource name or prefix.
pub(super) fn name_problem(kind: Resource, pattern: Pattern, name: &str) -> Option<String> {
    match pattern {
        Pattern::Prefixed if name == ANY => {
            return Some("`*` is every name, and no prefix: leave `match` out".to_owned());
        }
        Pattern::Literal if name == ANY => return None,
        Pattern::Literal | Pattern::Prefixed => {}
    }
    if name.contains(ANY) && (kind == Resource::Topic || name.ends_with(ANY)) {
        let stem = name.split(ANY).next().unwrap_or_default();
        return Some(format!(
            "`{name}` matches nothing, as `*` is a wildcard only by itself: write `{stem}` with `match: prefixed`"
        ));
    }
    let is_topic = kind == Resource::Topic && !name.bytes().all(names::is_topic_name_byte);
    is_topic.then(|| format!("`{name}` is no topic's name, which has only letters, digits, `.`, `_` and `-`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_java_writes_it() {
        for right in ["*", "192.0.2.7", "0:0:0:0:0:0:0:1", "2001:db8:0:0:0:0:0:7"] {
            assert_eq!(host_problem(right), None, "{right}");
        }
        for (wrong, part) in [
            ("::1", "`0:0:0:0:0:0:0:1`"),
            ("2001:DB8::7", "`2001:db8:0:0:0:0:0:7`"),
            ("::ffff:192.0.2.7", "`192.0.2.7`"),
            ("192.0.2.0/24", "no ranges"),
            ("app.internal", "no names"),
            ("192.0.2.07", "is no address"),
        ] {
            assert!(
                host_problem(wrong).is_some_and(|problem| problem.contains(part)),
                "{wrong}: {:?}",
                host_problem(wrong)
            );
        }
    }
}
