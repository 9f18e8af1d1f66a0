//! What is generated is not stale, and no specification holds an address.

use integration::shell;

/// TASK-001
#[test]
fn the_inventory_is_what_the_mounted_specs_say() {
    shell("integration/inventory.sh --check").ok();
}

#[test]
fn the_schemas_are_those_that_the_tools_print() {
    shell("integration/schemas.sh --check").ok();
}

/// REQ-AUTO-003
#[test]
fn no_compose_file_and_no_spec_holds_an_address() {
    // The fixtures of the policy are there to be refused.
    let files = "-- '*.yaml' '*.yml' ':!integration/tests/stack/policy'";
    let found = shell(&format!(r"git grep --line-number --extended-regexp '172\.|ipv[46]_address' {files}"));
    assert_eq!((found.exit, found.stdout.as_str()), (1, ""), "{}", found.stderr);
}
