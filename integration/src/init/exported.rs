//! Exports the state that every test leaves on a server, where `EXPORTED` is set: the exported spec changes nothing there.

use super::{Ended, Init};

/// Returns true if runs are followed by an export.
fn is_asked_for() -> bool {
    std::env::var_os("EXPORTED").is_some_and(|value| !value.is_empty())
}

/// Returns true if the state after a run can be exported by its own connection: an `apply` without options, which ended well. An export
/// reads more than a spec names, so it may need more memory than a run has that is given little.
fn can_be(init: &Init, ended: &Ended) -> bool {
    let is_small = init.docker.iter().any(|option| option.starts_with("--memory"));
    let is_apply = ended.report["command"] == "apply" && matches!(ended.outcome(), "changed" | "unchanged");
    is_apply && ended.exit == 0 && init.args.is_empty() && !is_small
}

/// Exports by the connection of the run, and plans with what came out. Where a server of a cluster is away, or the account may
/// not read everything, there is no page.
pub(super) fn check(init: &Init, ended: &Ended) {
    if !is_asked_for() || !can_be(init, ended) {
        return;
    }
    let exported = init.clone().args(&["export"]).start().wait();
    if exported.exit != 0 {
        assert!(matches!(exported.exit, 69 | 76 | 77), "{}\n{}", exported.stdout, exported.log);
        return;
    }
    let page = &exported.stdout;
    let planned = init.with_spec(page).args(&["plan", "--without-secrets"]).start().wait();
    assert_eq!(
        (planned.exit, planned.outcome()),
        (0, "unchanged"),
        "{page}\n{}\n{}",
        planned.stdout,
        planned.log
    );
}
