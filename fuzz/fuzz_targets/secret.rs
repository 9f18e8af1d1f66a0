//! The file of a secret, and the name of one: a value is what the file holds, but for one line ending; a name stays
//! inside its directory.

#![no_main]

use init_core::{SecretRef, fuzzing};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match fuzzing::secret(bytes) {
        Ok(value) => assert_eq!(format!("{value:?}").find("SecretBox"), Some(0), "a value shows"),
        Err(problem) => assert!(!problem.is_empty()),
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(name) = text.parse::<SecretRef>()
    {
        assert!(!name.name().contains('/') && !name.name().starts_with('.'), "{text:?} leaves the directory");
    }
});
