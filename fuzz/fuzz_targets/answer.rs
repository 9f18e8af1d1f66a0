//! What a Valkey node answers to everything that valkey-init asks.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|answer: &[u8]| valkey_init::fuzzing::answer(answer));
