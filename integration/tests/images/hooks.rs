//! The checks that other repositories run, by pre-commit's hooks and by the action: `hooks/validate.sh` and `hooks/policy.sh`.

use integration::{Output, Scratch, shell};

/// With the images of this tree.
fn validate(folder: &str, files: &str) -> Output {
    shell(&format!(
        "hook=$PWD/hooks/validate.sh && export DAYZERO_VERSION=${{TAG:-dev}} && cd {folder} && \"$hook\" {files}"
    ))
}

#[test]
fn every_documented_spec_is_valid_by_the_hook() {
    let said = validate(".", "examples/*/*.yaml docs/deploy/specs/*.yaml");
    assert!(said.ok().lines().count() >= 10);
}

#[test]
fn the_hook_names_the_file_that_is_wrong_and_checks_the_others() {
    let scratch = Scratch::new();
    let spec = |tool: &str, body: &str| {
        format!("# yaml-language-server: $schema=https://host/schema/{tool}.json\n{body}\n")
    };
    scratch.file("wrong.yaml", spec("pg-init", "endpoint: 10.0.0.1:5432").as_bytes());
    scratch.file("nameless.yaml", b"endpoint: postgres:5432\n");
    scratch.file("right.yaml", spec("kafka-init", "bootstrap: [kafka:9092]").as_bytes());
    let folder = scratch.path().display().to_string();
    let said = validate(&folder, "wrong.yaml nameless.yaml right.yaml");
    assert_eq!(said.exit, 65, "{}{}", said.stdout, said.stderr);
    for part in ["wrong.yaml: exit 65", "nameless.yaml: no tool is named"] {
        assert!(said.stderr.contains(part), "{}", said.stderr);
    }
    assert!(said.stdout.contains("kafka-init"), "{}", said.stdout);
    validate(&folder, "right.yaml").ok();
}

/// With the image of whichever tool.
#[test]
fn the_policy_hook_names_the_file_that_is_wrong_and_checks_the_others() {
    let fixture = |name: &str| format!("integration/tests/stack/policy/{name}.yaml");
    for tool in integration::tools() {
        let said = shell(&format!(
            "DAYZERO_TOOL={tool} DAYZERO_VERSION=${{TAG:-dev}} hooks/policy.sh --each {} {}",
            fixture("root"),
            fixture("good")
        ));
        assert_eq!(said.exit, 1, "{tool}: {}{}", said.stdout, said.stderr);
        assert_eq!(
            said.stdout,
            "kafka-init: runs as root; leave user out, or name the owner of the secrets\nthe init services keep every rule\n"
        );
        assert!(said.stderr.contains("policy/root.yaml: exit 1"), "{}", said.stderr);
    }
}

/// The hooks and the action call the scripts that are there.
#[test]
fn the_hooks_and_the_action_call_the_scripts() {
    for (script, entry) in
        [("hooks/validate.sh", "hooks/validate.sh"), ("hooks/policy.sh", "hooks/policy.sh --each")]
    {
        shell(&format!("grep --quiet '^  entry: {entry}$' .pre-commit-hooks.yaml && test -x {script}")).ok();
        shell(&format!("grep --quiet --fixed-strings '$GITHUB_ACTION_PATH/{script}' action.yml")).ok();
    }
}

/// The action's one step, started as a runner starts it, with the images of this tree.
fn action(files: &str, compose: &str) -> Output {
    let scratch = Scratch::new();
    let step = "import yaml; print(yaml.safe_load(open('action.yml'))['runs']['steps'][0]['run'])";
    let step = shell(&format!("/usr/bin/python3 -c \"{step}\"")).ok();
    let step = scratch.file("step.sh", step.as_bytes());
    shell(&format!(
        "env GITHUB_ACTION_PATH=\"$PWD\" FILES='{files}' COMPOSE='{compose}' DAYZERO_IMAGES=dayzero \
             DAYZERO_VERSION=\"${{TAG:-dev}}\" bash --noprofile --norc -e -o pipefail {}",
        step.display()
    ))
}

#[test]
fn the_action_checks_specs_and_compose_files() {
    let policy = "integration/tests/stack/policy";
    let specs = "docs/deploy/specs/pg.yaml\ndocs/deploy/specs/kafka.yaml";
    let good = format!("{policy}/good.yaml");
    let said = action(specs, &good).ok();
    assert!(said.contains("pg-init") && said.contains("kafka-init") && said.contains("every rule"), "{said}");
    action("", "").ok();
    let no_spec = action("compose.yaml", &good);
    assert_eq!(no_spec.exit, 65, "{}", no_spec.stderr);
    assert!(no_spec.stdout.contains("every rule"), "after a spec that is wrong: {}", no_spec.stdout);
    let broken = action(specs, &format!("{policy}/credential.yaml {good}"));
    assert_eq!(broken.exit, 1, "{}", broken.stderr);
    assert!(
        broken.stdout.contains("credential") && broken.stdout.contains("every rule"),
        "{}",
        broken.stdout
    );
}
