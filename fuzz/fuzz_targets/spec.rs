//! A spec of any tool: whatever the text, it is understood or refused, and a refusal says at least one thing, also
//! with variables, of which one holds the text once more.

#![no_main]

use init_core::{Backend, fuzzing};
use libfuzzer_sys::fuzz_target;

fn read<B: Backend>(yaml: &str) {
    let variables = [("V", yaml), ("N", "1")];
    let asked = format!("interpolate: true\n{yaml}");
    if let Err(violations) = fuzzing::spec_in::<B>(&asked, &variables) {
        assert!(
            violations.iter().next().is_some(),
            "{} refused a spec with variables and did not say why",
            B::NAME
        );
    }
    if let Err(violations) = fuzzing::spec::<B>(yaml) {
        assert!(violations.iter().next().is_some(), "{} refused a spec and did not say why", B::NAME);
    }
}

fuzz_target!(|yaml: &str| {
    read::<kafka_init::Kafka>(yaml);
    read::<minio_init::Minio>(yaml);
    read::<pg_init::Postgres>(yaml);
    read::<valkey_init::Valkey>(yaml);
});
