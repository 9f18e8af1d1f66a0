//! Name verification for the certificates that the spec itself holds. Among them are some that webpki cannot parse (X.509
//! version 1) or whose name it ignores (a common name without subjectAltName).

use super::x509::Certificate;

/// The names of a certificate: its subjectAltName DNS names, or its common names if it has none of those.
pub(super) fn names(certificate: &Certificate) -> Vec<String> {
    let alternative = certificate.alternative_names().filter(|names| !names.is_empty());
    alternative.unwrap_or_else(|| certificate.common_names())
}

/// Returns true if `wanted` matches one of the names, whose first label may be the wildcard `*`.
pub(super) fn is_among(wanted: &str, names: &[String]) -> bool {
    let wanted = wanted.trim_end_matches('.');
    names.iter().any(|name| {
        let name = name.trim_end_matches('.');
        name.eq_ignore_ascii_case(wanted)
            || name.strip_prefix("*.").is_some_and(|parent| is_below(wanted, parent))
    })
}

/// Lists the first names for a message, because a certificate may have thousands.
pub(super) fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut list: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        list.push(format!("{} more", names.len() - SHOWN));
    }
    list.join(", ")
}

/// Returns true if `wanted` is exactly one label below `parent` (RFC 6125). `*.com` matches no name.
fn is_below(wanted: &str, parent: &str) -> bool {
    let rest = wanted.split_once('.').map(|(_, rest)| rest);
    parent.contains('.') && rest.is_some_and(|rest| rest.eq_ignore_ascii_case(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_matches_exactly_one_label() {
        for (name, wanted, fits) in [
            ("kafka-1", "kafka-1", true),
            ("Kafka-1.Example.org", "kafka-1.example.org", true),
            ("*.example.org", "kafka.example.org", true),
            ("*.example.org", "a.b.example.org", false),
            ("*.example.org", "example.org", false),
            ("*.org", "example.org", false),
            ("*", "kafka", false),
            ("kafka-1", "kafka-2", false),
            ("", "kafka", false),
        ] {
            assert_eq!(is_among(wanted, &[name.to_owned()]), fits, "{name} {wanted}");
        }
    }
}
