//! Entry points for the fuzz targets: every function that parses text from a server or from the author of a spec.

use crate::desired::{Until, sql};
use crate::spec::Setting;
use crate::wire::scram;

/// Compares a stored verifier with a password.
pub fn verifier(stored: &str, password: &str) {
    // More iterations take longer and run the same code.
    if !stored.split([':', '$']).any(|part| part.len() > 4 && part.parse::<u32>().is_ok()) {
        let _ = scram::compare(stored, password);
    }
}

/// Compares the stored text of a parameter with a declared value.
pub fn setting(name: &str, stored: &str, declared: &str) {
    let declared = Setting::One(declared.to_owned());
    let _ = (declared.equals_stored(name, stored), declared.sql(name));
}

/// Parses a list of identifiers as the server writes it, and checks that it parses equally once it is written again.
pub fn names(text: &str) {
    if let Some(names) = sql::split_identifiers(text, ',') {
        assert_eq!(sql::split_identifiers(&sql::idents(names.iter().map(String::as_str)), ','), Some(names));
    }
}

/// Parses the value of `validUntil`.
pub fn until(text: &str) {
    let _ = Until::parse(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn any_text_is_read_without_panic(
            text in "[\"', .:$a-zA-Z0-9=+-]{0,40}|.{0,40}",
            other in ".{0,20}",
            name in "search_path|datestyle|x.y|.{0,10}",
        ) {
            names(&text);
            until(&text);
            setting(&name, &text, &other);
            verifier(&format!("SCRAM-SHA-256${text}"), &other);
        }
    }
}
