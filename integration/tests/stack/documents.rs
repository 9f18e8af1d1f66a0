//! Generated files are not stale, and no specification holds an address.

use integration::{Scratch, shell};

/// TASK-001
#[test]
fn the_inventory_is_what_the_mounted_specs_say() {
    shell("integration/inventory.sh --check").ok();
}

#[test]
fn the_schemas_are_those_that_the_tools_print() {
    shell("integration/schemas.sh --check").ok();
}

#[test]
fn the_reference_is_what_the_schemas_and_the_command_line_say() {
    shell("integration/reference.sh --check").ok();
}

/// A site with a page that is missing, a link to nowhere or a heading that is gone is not built.
#[test]
fn a_broken_link_in_the_site_is_named() {
    let scratch = Scratch::new();
    let home = "<a href='other.html'>there</a> <a href='#here'>here</a> <a href='gone.html'>x</a> <a href='other.html#gone'>x</a> <h1 id='here'></h1>";
    scratch.file("index.html", home.as_bytes());
    scratch.file("other.html", b"<a href='https://example.org/gone'>elsewhere</a>");
    let checked = shell(&format!("/usr/bin/python3 integration/links.py {}", scratch.path().display()));
    let named: Vec<_> = checked.stderr.lines().skip(1).collect();
    assert_eq!((checked.exit, named), (1, vec!["index.html: gone.html", "index.html: other.html#gone"]));
}

/// Built by several, an image would be another one each time: the next run of an init would create the servers anew.
#[test]
fn of_the_services_of_a_profile_one_builds_an_image_that_they_share() {
    let config = "docker compose --env-file .env.example --profile '*' config --format json";
    let twice = r#"jq -r '[.services[] | select(.build) | .image + " in " + .profiles[]] | group_by(.)[] | select(length > 1)[0]'"#;
    assert_eq!(shell(&format!("{config} | {twice}")).ok(), "");
}

/// REQ-AUTO-003
#[test]
fn no_compose_file_and_no_spec_holds_an_address() {
    // The fixtures of the policy are there to be refused.
    let files = "-- '*.yaml' '*.yml' ':!integration/tests/stack/policy'";
    let found = shell(&format!(r"git grep --line-number --extended-regexp '172\.|ipv[46]_address' {files}"));
    assert_eq!((found.exit, found.stdout.as_str()), (1, ""), "{}", found.stderr);
}
