//! The sizes of the images: within their budget, and as the documents say.

use integration::{docker, image, shell, tools};

use crate::reproducible::native;

/// Uncompressed bytes of one image, and of all of one architecture together.
const BUDGET: u64 = 8_200_000;
const BUDGET_OF_ALL: u64 = 29_200_000;

/// Each image within its budget, and all of one architecture within theirs.
fn within_the_budget(sizes: &[u64]) {
    assert_eq!(sizes.len(), tools().len(), "{sizes:?}");
    assert!(sizes.iter().all(|size| *size <= BUDGET), "one of {sizes:?} is over {BUDGET} bytes");
    assert!(sizes.iter().sum::<u64>() <= BUDGET_OF_ALL, "{sizes:?}: over {BUDGET_OF_ALL} bytes");
}

/// The column of docs/release.md for one architecture, in bytes.
fn documented(arch: &str) -> Vec<(String, u64)> {
    let table = shell("sed -n '/^<!-- sizes:/,/^$/p' docs/release.md | grep '^|'").ok();
    let mut rows = table.lines().map(|row| row.split('|').map(str::trim).collect::<Vec<_>>());
    let heads = rows.next().unwrap_or_default();
    let column = heads.iter().position(|head| *head == arch).unwrap_or_default();
    assert_ne!(column, 0, "docs/release.md has no column {arch}");
    // Megabytes with one decimal.
    let bytes = |cell: &str| {
        let tenths = cell.trim_end_matches(" MB").replace('.', "");
        tenths.parse::<u64>().map_or(u64::MAX, |tenths| tenths * 100_000)
    };
    rows.skip(1).map(|cells| (cells[1].to_owned(), bytes(cells[column]))).collect()
}

/// The images of one architecture: all are there, within the budget, and as large as documented.
fn are_as_documented(arch: &str, suffix: &str) {
    let documented = documented(arch);
    assert!(documented.iter().map(|(tool, _)| tool).eq(&tools()), "{documented:?}");
    let mut sizes = Vec::new();
    for (tool, documented) in documented {
        let image = image(&tool) + suffix;
        let built = docker(&["image", "inspect", "--format", "{{.Architecture}} {{.Size}}", &image]).ok();
        let (is_for, size) = built.trim().split_once(' ').unwrap_or_default();
        assert_eq!(is_for, arch, "{image}");
        let size: u64 = size.parse().unwrap_or(u64::MAX);
        assert!(size.abs_diff(documented) <= 150_000, "{image} has {size} bytes, not {documented}");
        sizes.push(size);
    }
    within_the_budget(&sizes);
}

#[test]
fn every_image_is_within_its_budget_and_as_large_as_documented() {
    are_as_documented(native(), "");
}

#[test]
fn the_documented_sizes_of_both_architectures_are_within_the_budget() {
    for arch in ["amd64", "arm64"] {
        let sizes: Vec<u64> = documented(arch).into_iter().map(|(_, size)| size).collect();
        within_the_budget(&sizes);
    }
}

/// Those that need what `integration/bootstrap.sh --arm64` brings.
mod cross {
    #[test]
    #[ignore = "just cross-test, after integration/bootstrap.sh --arm64"]
    fn every_arm64_image_is_within_its_budget_and_as_large_as_documented() {
        super::are_as_documented("arm64", "-arm64");
    }
}
