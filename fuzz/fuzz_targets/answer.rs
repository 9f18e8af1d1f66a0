//! The answers of a Valkey node to every command of valkey-init.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|answer: &[u8]| valkey_init::fuzzing::answer(answer));
