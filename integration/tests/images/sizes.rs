//! How large the images are: within their budget, and as the documents say.

use integration::{docker, image, shell, tools};

/// Uncompressed bytes of one image, and of all of them together.
const BUDGET: u64 = 6_400_000;
const BUDGET_OF_ALL: u64 = 24_500_000;

/// The uncompressed size of an image, when the engine has it.
fn size(image: &str) -> Option<u64> {
    docker(&["image", "inspect", "--format", "{{.Size}}", image]).stdout.trim().parse().ok()
}

#[test]
fn every_image_is_within_its_budget() {
    let of = |tool: String| size(&image(&tool)).map(|size| (tool, size));
    let sizes: Vec<(String, u64)> = tools().into_iter().filter_map(of).collect();
    assert_eq!(sizes.len(), tools().len(), "{sizes:?}");
    assert!(sizes.iter().all(|(_, size)| *size <= BUDGET), "one of {sizes:?} is over {BUDGET} bytes");
    assert!(
        sizes.iter().map(|(_, size)| size).sum::<u64>() <= BUDGET_OF_ALL,
        "{sizes:?}: over {BUDGET_OF_ALL} bytes"
    );
}

/// The sizes of docs/release.md, in bytes: by tool, amd64 and arm64.
fn documented() -> Vec<(String, [u64; 2])> {
    let rows = shell("sed -n '/^<!-- sizes:/,/^$/p' docs/release.md | grep -e '-init' | tr -d '|'").ok();
    // Megabytes with one decimal.
    let bytes = |word: &str| word.replace('.', "").parse::<u64>().map_or(u64::MAX, |tenths| tenths * 100_000);
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        (words[0].to_owned(), [bytes(words[1]), bytes(words[3])])
    };
    rows.lines().map(row).collect()
}

#[test]
fn the_documented_sizes_are_within_the_budget_and_those_of_the_images() {
    let documented = documented();
    assert!(documented.iter().map(|(tool, _)| tool).eq(&tools()), "{documented:?}");
    for (tool, sizes) in documented {
        assert!(sizes.iter().all(|size| *size <= BUDGET), "{tool}: {sizes:?} is over {BUDGET} bytes");
        let native = usize::from(cfg!(target_arch = "aarch64"));
        let suffixes = if native == 0 { ["", "-arm64"] } else { ["-amd64", ""] };
        for (suffix, documented) in suffixes.iter().zip(sizes) {
            // The other architecture's is there when it was built.
            if let Some(size) = size(&(image(&tool) + suffix)) {
                assert!(
                    size.abs_diff(documented) <= 300_000,
                    "{tool}{suffix} has {size} bytes, not {documented}"
                );
            }
        }
    }
}
