//! What PostgreSQL's catalogs hold as text: verifiers, settings, lists of names, moments.

#![no_main]

use libfuzzer_sys::fuzz_target;
use pg_init::fuzz;

fuzz_target!(|text: (&str, &str, &str)| {
    let (stored, name, other) = text;
    fuzz::verifier(stored, other);
    fuzz::setting(name, stored, other);
    fuzz::names(stored);
    fuzz::until(stored);
});
