//! The release workflow, by what can be told without a release; `release/rehearse.sh` does all of it.

use integration::{Output, Scratch, shell};

fn workflow() -> String {
    shell("cat .github/workflows/release.yml").ok()
}

/// Checks that the rehearsal agrees with a workflow.
fn agree(workflow: &str) -> Output {
    let scratch = Scratch::new();
    let file = scratch.file("release.yml", workflow.as_bytes());
    shell(&format!("WORKFLOW={} release/rehearse.sh --check", file.display()))
}

#[test]
fn the_workflow_and_its_rehearsal_have_the_same_steps() {
    agree(&workflow()).ok();
}

#[test]
fn a_workflow_that_does_other_than_the_rehearsal_is_told_from_it() {
    let faults = [
        ("a step is missing", "run: release/steps.sh sign", "run: release/steps.sh verify"),
        ("a step has shell of its own", "run: release/steps.sh push", "run: release/steps.sh push && true"),
        (
            "a step may fail",
            "run: release/steps.sh verify",
            "run: release/steps.sh verify\n        continue-on-error: true",
        ),
        ("a job comes too soon", "needs: build", "needs: []"),
        ("an action is unknown", "uses: actions/download-artifact@v4", "uses: somebody/download@v1"),
        ("a variable is missing", "  OWNER: ", "  NOBODY: "),
    ];
    for (change, from, to) in faults {
        let changed = workflow().replacen(from, to, 1);
        assert_ne!(changed, workflow(), "{change}");
        // A job that comes too soon leaves the steps in their order when it stands second anyway.
        let moved = if change == "a job comes too soon" { swapped(&changed) } else { changed };
        let said = agree(&moved);
        assert_ne!(said.exit, 0, "{change}: {}", said.stdout);
        assert!(said.stderr.contains("release.yml"), "{change}: {}", said.stderr);
    }
}

/// The same with the job `publish` before the job `build`.
fn swapped(workflow: &str) -> String {
    let (head, jobs) = workflow.split_once("jobs:\n").unwrap_or_default();
    let (build, publish) = jobs.split_once("  publish:\n").unwrap_or_default();
    format!("{head}jobs:\n  publish:\n{publish}{build}")
}

/// Those that need what `integration/bootstrap.sh --arm64` brings.
mod cross {
    use integration::shell;

    #[test]
    #[ignore = "just cross-test, after integration/bootstrap.sh --arm64"]
    fn a_release_is_rehearsed_with_a_registry_and_keys_of_its_own() {
        let said = shell("release/rehearse.sh");
        assert_eq!(said.exit, 0, "{}{}", said.stdout, said.stderr);
    }
}
