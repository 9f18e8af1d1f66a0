//! The same tree gives the same image and the same bill of materials, in another directory and at another time.

use std::path::Path;

use integration::{Scratch, docker, root, shell};

use crate::tools;

/// The tree as it is now, at another place: what is committed, and on top of it what is not.
pub(crate) fn elsewhere(scratch: &Scratch) -> String {
    let copy = scratch.path().join("elsewhere/deeper");
    let copy = copy.display();
    shell(&format!(
        "git clone --quiet --no-hardlinks . {copy} && git diff --binary HEAD | git -C {copy} apply --allow-empty &&
         git ls-files --others --exclude-standard -z | xargs -0 --no-run-if-empty cp --parents -t {copy}"
    ))
    .ok();
    copy.to_string()
}

/// The image's id, which is what the engine computes, and the digest of its manifest, which is what a registry will say.
fn build(folder: &str, tag: &str, tool: &str, arch: &str) -> [String; 2] {
    // A target directory of its own, below the folder: nothing that was compiled here is used there.
    let build = format!("env --unset=CARGO_TARGET_DIR TAG={tag} images/build.sh --arch {arch} {tool}");
    shell(&format!("cd {folder} && {build}")).ok();
    let suffix = if arch == native() { String::new() } else { format!("-{arch}") };
    let image = format!("dayzero/{tool}:{tag}{suffix}");
    let id = docker(&["image", "inspect", "--format", "{{.Id}}", &image]).ok();
    docker(&["image", "rm", &image]).ok();
    let manifest = shell(&format!(
        "jq --exit-status --raw-output '.manifests[0].digest' {folder}/images/out/{tool}/{arch}/index.json"
    ));
    [id, manifest.ok()]
}

/// This machine's architecture.
pub(crate) fn native() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }
}

fn the_same_twice(tools: &[String], arch: &str) {
    let (here, scratch) = (root().display().to_string(), Scratch::new());
    let there = elsewhere(&scratch);
    for tool in tools {
        let [first, second] =
            [(&here, "it-here"), (&there, "it-there")].map(|(at, tag)| build(at, tag, tool, arch));
        assert_eq!(first, second, "{tool}");
    }
}

/// The one that compiles soonest.
const SOONEST: &str = "valkey-init";

#[test]
fn an_image_that_is_built_elsewhere_and_later_has_the_same_digests() {
    the_same_twice(&[SOONEST.to_owned()], native());
}

/// Those that need what `integration/bootstrap.sh --arm64` brings.
mod cross {
    #[test]
    #[ignore = "just cross-test, after integration/bootstrap.sh --arm64"]
    fn an_arm64_image_that_is_built_elsewhere_and_later_has_the_same_digests() {
        super::the_same_twice(&[super::SOONEST.to_owned()], "arm64");
    }
}

/// The same for every tool: some minutes of compilation for each.
mod fault {
    #[test]
    #[ignore = "the fault suite: just fault images"]
    fn every_image_that_is_built_elsewhere_and_later_has_the_same_digests() {
        super::the_same_twice(&super::tools(), super::native());
    }
}

#[test]
fn every_image_has_a_bill_of_materials_that_is_the_same_elsewhere() {
    let (here, scratch) = (root().display().to_string(), Scratch::new());
    let there = elsewhere(&scratch);
    let tools = tools();
    for folder in [&here, &there] {
        shell(&format!("cd {folder} && images/sbom.sh {}", tools.join(" "))).ok();
    }
    for tool in tools {
        let file = format!("images/sbom/{tool}-{}.cdx.json", native());
        let paths = [&here, &there].map(|folder| Path::new(folder).join(&file).display().to_string());
        shell(&format!("cmp {} {}", paths[0], paths[1])).ok();
        let has = r#".bomFormat == "CycloneDX" and .metadata.component.name == $tool and
            (.components | any(.name == "tokio" and (.purl | startswith("pkg:cargo/tokio@"))))"#;
        shell(&format!("jq --exit-status --arg tool {tool} '{has}' {file}")).ok();
        // Nothing of the machine that it was made on.
        shell(&format!("! grep --quiet --fixed-strings {here} {file}")).ok();
    }
}
