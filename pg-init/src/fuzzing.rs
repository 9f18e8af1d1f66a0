//! Entries for fuzzing: everything here that reads text which a server or the author of a spec wrote.

use crate::desired::{Until, sql};
use crate::spec::Setting;
use crate::wire::scram;

/// A verifier as a server stores it, beside a password.
pub fn verifier(stored: &str, password: &str) {
    // More rounds take longer and find nothing else.
    if !stored.split([':', '$']).any(|part| part.len() > 4 && part.parse::<u32>().is_ok()) {
        let _ = scram::compare(stored, password);
    }
}

/// A parameter's stored text beside a declared value.
pub fn setting(name: &str, stored: &str, declared: &str) {
    let declared = Setting::One(declared.to_owned());
    let _ = (declared.is(name, stored), declared.sql(name));
}

/// A list of names, as the server writes it: what was read reads the same when it is written again.
pub fn names(text: &str) {
    if let Some(names) = sql::split(text, ',') {
        assert_eq!(sql::split(&sql::idents(names.iter().map(String::as_str)), ','), Some(names));
    }
}

/// The time of a `validUntil`.
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
