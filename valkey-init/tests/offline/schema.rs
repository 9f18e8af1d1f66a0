//! The schema that the binary carries is the one of the spec's types.

use init_core::Backend as _;
use valkey_init::Valkey;

#[test]
fn the_schema_that_is_printed_is_current() {
    let current = init_core::schema::<Valkey>().unwrap();
    if std::env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.json"), &current).unwrap();
    }
    assert_eq!(Valkey::SCHEMA, Some(&*current), "INSTA_UPDATE=always writes it anew");
}
