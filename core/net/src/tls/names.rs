//! Whether a certificate is for a DNS name, for those that webpki cannot read (X.509 version 1) or does not look at
//! (a common name alone): only certificates that the spec itself holds are judged here.

use super::x509::Certificate;

/// The names that a certificate is for: its DNS names, or its common names where it has none of those.
pub(super) fn names(certificate: &Certificate) -> Vec<String> {
    let alternative = certificate.alternative_names().filter(|names| !names.is_empty());
    alternative.unwrap_or_else(|| certificate.common_names())
}

/// Whether one of the names, the first label of which may be `*`, is the wanted one.
pub(super) fn is_among(wanted: &str, names: &[String]) -> bool {
    let wanted = wanted.trim_end_matches('.');
    names.iter().any(|name| {
        let name = name.trim_end_matches('.');
        name.eq_ignore_ascii_case(wanted)
            || name.strip_prefix("*.").is_some_and(|parent| is_below(wanted, parent))
    })
}

/// Names for a message: a certificate may have thousands.
pub(super) fn listed(names: &[String]) -> String {
    const SOME: usize = 5;
    let mut list: Vec<String> = names.iter().take(SOME).map(|name| format!("`{name}`")).collect();
    if names.len() > SOME {
        list.push(format!("{} more", names.len() - SOME));
    }
    list.join(", ")
}

/// Exactly one label below, as RFC 6125 has it; `*.com` matches no name.
fn is_below(wanted: &str, parent: &str) -> bool {
    let rest = wanted.split_once('.').map(|(_, rest)| rest);
    parent.contains('.') && rest.is_some_and(|rest| rest.eq_ignore_ascii_case(parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_label() {
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
