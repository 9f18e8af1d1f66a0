//! A sealed body of MinIO's admin API, under a key that is known: whatever the bytes, they open or are refused.

#![no_main]

use libfuzzer_sys::fuzz_target;
use minio_init::open_derived;

fuzz_target!(|sealed: &[u8]| {
    let _ = open_derived(&[7; 32], sealed);
});
