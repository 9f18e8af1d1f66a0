//! Every recipe of the justfile is run by something: the gate, a suite, or once a week.

use std::collections::BTreeSet;
use std::process::Command;

use structure::{folder, read, root};

const GATE: &str = ".ci/run";
const CI: &str = ".github/workflows/ci.yml";
const WEEKLY: &str = ".github/workflows/weekly.yml";

/// Each recipe, and the line of a file that runs it, or what it runs.
const RUN: [(&str, &str, &str); 24] = [
    ("demo", WEEKLY, "just demo && just down"),
    ("down", GATE, "integration/down.sh"),
    ("test", GATE, "just test"),
    ("test-unit", CI, "cargo test --locked --workspace --exclude integration"),
    ("lint", GATE, "just lint"),
    ("image", "integration/test.sh", "images/build.sh minio-init"),
    ("image-all", "integration/test.sh", "images/build.sh $(images/build.sh --list)"),
    ("arm64-test", WEEKLY, "just arm64-test"),
    ("cross-test", WEEKLY, "just cross-test"),
    ("release-rehearsal", WEEKLY, "just release-rehearsal"),
    ("schemas", "integration/tests/stack/documents.rs", "integration/schemas.sh --check"),
    ("editor-test", WEEKLY, "just editor-test"),
    ("reference", "integration/tests/stack/documents.rs", "integration/reference.sh --check"),
    ("book", WEEKLY, "just book"),
    ("picture", WEEKLY, "just image pg-init && just picture"),
    ("inventory", "integration/tests/stack/documents.rs", "integration/inventory.sh --check"),
    ("policy", "integration/tests/stack/policy.rs", "just policy compose.yaml"),
    ("bench", WEEKLY, "just bench"),
    ("fault", WEEKLY, "just fault"),
    ("field", WEEKLY, "just field exports"),
    ("fuzz", WEEKLY, "just fuzz \"$target\""),
    ("k8s-test", "integration/tests/stack/kubernetes.rs", "integration/kubernetes/test.sh"),
    ("podman-test", WEEKLY, "just podman-test"),
    ("pre-start-test", WEEKLY, "just pre-start-test"),
];

/// The names in the justfile, without the one that lists them.
fn recipes() -> BTreeSet<String> {
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    };
    let heads = read("justfile");
    let heads =
        heads.lines().filter_map(|line| line.split_once(':')).filter(|(_, rest)| !rest.starts_with('='));
    let names = heads.filter_map(|(head, _)| head.split(' ').next().filter(|name| is_name(name)));
    names.filter(|name| !["default", "set", "export"].contains(name)).map(str::to_owned).collect()
}

/// The exit status of a script, and its output.
fn run(line: &str) -> (Option<i32>, String) {
    let output = Command::new("bash").args(["-c", line]).current_dir(root()).output();
    output.map_or_else(
        |error| (None, error.to_string()),
        |output| {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            (output.status.code(), text(&output.stdout) + &text(&output.stderr))
        },
    )
}

#[test]
fn every_recipe_is_run_by_something() {
    let listed: BTreeSet<String> = RUN.iter().map(|(name, _, _)| (*name).to_owned()).collect();
    assert_eq!(recipes(), listed);
    for (name, place, line) in RUN {
        assert!(read(place).contains(line), "{name}: {place} has no `{line}`");
    }
}

/// The arguments of the long recipes are looked up in one list, which is that of the existing files.
#[test]
fn the_long_recipes_know_their_parts() {
    let scripts = |path: &str, ending: &str| -> Vec<String> {
        let names = folder(path).into_iter().filter_map(|name| name.strip_suffix(ending).map(str::to_owned));
        names.filter(|name| !["lib", "run"].contains(&name.as_str())).collect()
    };
    for (line, parts) in [
        ("integration/bench/run.sh --list", scripts("integration/bench", ".sh")),
        ("fuzz/run.sh", scripts("fuzz/fuzz_targets", ".rs")),
    ] {
        let (exit, listed) = run(line);
        assert_eq!((exit, listed.lines().map(str::to_owned).collect()), (Some(0), parts), "{line}");
    }
    for line in [
        "integration/bench/run.sh none",
        "fuzz/run.sh none",
        "integration/test.sh --fault none",
        "integration/test.sh --field none",
    ] {
        let (exit, told) = run(line);
        assert!(exit != Some(0) && told.contains("there are: "), "{line}: {told}");
    }
}
