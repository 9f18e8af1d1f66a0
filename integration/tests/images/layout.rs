//! The layout that `images/assemble.sh` writes: every digest and every size is that of its blob.

use integration::{Scratch, shell};

/// A layout of an image with `labels`, of a file that is no program, and one of an index of it for both architectures.
fn assembled(scratch: &Scratch, epoch: u64) -> String {
    let folder = scratch.path().display().to_string();
    scratch.file("binary", b"not a program");
    shell(&format!(
        r#"export SOURCE_DATE_EPOCH={epoch}
        for arch in amd64 arm64; do
            echo '{{"org.opencontainers.image.title": "a \"title\""}}' |
                images/assemble.sh image {folder}/$arch {folder}/binary $arch dayzero/none:tag
        done
        images/assemble.sh index {folder}/index {folder}/arm64 {folder}/amd64"#
    ))
    .ok();
    folder
}

/// Every file below `blobs` whose name is not its digest, and every descriptor whose size is not that of its blob.
fn faults(layout: &str) -> String {
    let descriptors = "[.. | objects | select(.digest? and .size?) | [.digest, .size] | @tsv] | .[]";
    shell(&format!(
        r#"cd {layout}
        for blob in blobs/sha256/*; do
            [[ $(sha256sum <"$blob") == "${{blob##*/}}  -" ]] || echo "digest of $blob"
        done
        described() {{ jq --raw-output '{descriptors}' "$@" | sort -u; }}
        for manifest in $(jq --raw-output '.manifests[].digest' index.json); do described "blobs/${{manifest/://}}"; done |
            cat - <(described index.json) | while read -r digest size; do
            [[ $(stat -c %s "blobs/${{digest/://}}") == "$size" ]] || echo "size of $digest"
        done"#
    ))
    .ok()
}

#[test]
fn every_descriptor_of_a_layout_is_that_of_its_blob() {
    let scratch = Scratch::new();
    let folder = assembled(&scratch, 1);
    for layout in ["amd64", "arm64", "index"] {
        assert_eq!(faults(&format!("{folder}/{layout}")), "", "{layout}");
    }
    let platforms =
        "[.manifests[].platform | [.os, .architecture, .variant // \"\"] | join(\"/\")] | join(\" \")";
    let listed = shell(&format!("jq --raw-output '{platforms}' {folder}/index/index.json")).ok();
    assert_eq!(listed.trim(), "linux/amd64/ linux/arm64/v8");
    // Nothing of the local engine's names is in what is published.
    shell(&format!("! grep --recursive --quiet dayzero/none {folder}/index")).ok();
}

#[test]
fn a_layout_depends_on_its_inputs_alone() {
    let scratches = [Scratch::new(), Scratch::new(), Scratch::new()];
    let sums = [(0, 1), (1, 1), (2, 2)].map(|(scratch, epoch)| {
        let folder = assembled(&scratches[scratch], epoch);
        shell(&format!("cd {folder} && find . -type f | sort | xargs sha256sum")).ok()
    });
    assert_eq!(sums[0], sums[1]);
    assert_ne!(sums[1], sums[2], "the time is not in it");
}

/// The programs that the benchmarks measure are those of the images.
#[test]
fn the_benchmarks_find_the_programs_of_the_images() {
    let scratch = Scratch::new();
    let folder = scratch.path().display().to_string();
    shell(&format!("bash -c '. integration/bench/lib.sh; extract {folder} pg-init'")).ok();
    let said = shell(&format!("{folder}/pg-init --version")).ok();
    assert!(said.starts_with("pg-init "), "{said}");
}
