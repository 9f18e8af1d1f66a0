//! What the gate leaves to `just field long` is there.

use std::path::PathBuf;

use integration::shell;

/// A renamed test would be skipped by no gate and run by no field, without a word.
#[test]
fn every_test_that_the_gate_skips_is_one() {
    let arrays = "sed -nE '/^long_[a-z_]+=\\(/,/\\)$/p' integration/test.sh | tr -d '\\n' | sed 's/)/)\\n/g'";
    let listed = shell(arrays).ok();
    assert_eq!(listed.lines().count(), 5, "{listed}");
    for line in listed.lines() {
        let (suite, names) = line.split_once("=(").expect("an array of the shell");
        let suite = suite.trim_start_matches("long_");
        for name in names.trim_end_matches(')').split_whitespace() {
            let (module, test) = name.rsplit_once("::").expect("a module and a test of it");
            let file =
                format!("{}/tests/{suite}/{}.rs", env!("CARGO_MANIFEST_DIR"), module.replace("::", "/"));
            let text = std::fs::read_to_string(PathBuf::from(&file)).unwrap_or_default();
            assert!(text.contains(&format!("\nfn {test}")), "no test {name} in {file}");
        }
    }
}
