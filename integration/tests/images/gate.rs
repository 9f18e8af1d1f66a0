//! The tests that the gate leaves to `just field long` exist.

use integration::shell;

/// A renamed test would be skipped by no gate and run by no field, without a word.
#[test]
fn every_test_that_the_gate_skips_is_one() {
    let arrays = "sed -nE '/^long_[a-z_]+=\\(/,/\\)$/p' integration/test.sh | tr -d '\\n' | sed 's/)/)\\n/g'";
    let lists = shell(arrays).ok();
    assert_eq!(lists.lines().count(), 6, "{lists}");
    for line in lists.lines() {
        let (array, names) = line.split_once("=(").expect("an array of the shell");
        let suite = array.trim_start_matches("long_");
        for name in names.trim_end_matches(')').split_whitespace() {
            let (module, function) = name.rsplit_once("::").expect("a module and a test of it");
            let file = format!("integration/tests/{suite}/{}.rs", module.replace("::", "/"));
            shell(&format!("grep --quiet '^fn {function}' {file} || {{ echo no test {name}; exit 1; }}"))
                .ok();
        }
    }
}

/// The weekly workflow has a job for each field.
#[test]
fn every_field_is_run_weekly() {
    for field in shell("integration/test.sh --fields").ok().lines() {
        shell(&format!("grep --quiet --line-regexp ' *- just field {field}' .github/workflows/weekly.yml"))
            .ok();
    }
}
