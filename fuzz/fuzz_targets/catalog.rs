//! The texts of PostgreSQL's catalogs: verifiers, settings, lists of names, moments.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pg_init::fuzzing;

fuzz_target!(|text: (&str, &str, &str)| {
    let (stored, name, other) = text;
    fuzzing::verifier(stored, other);
    fuzzing::setting(name, stored, other);
    fuzzing::names(stored);
    fuzzing::until(stored);
});
