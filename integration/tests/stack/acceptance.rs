//! The acceptance criteria as they are written, with every profile that `.env.example` turns on.

use integration::shell;

use crate::{APPLICATIONS, UP, all_exited_0, inits, last_outcomes, outcomes, proved, stack};

/// VAL-AUTO-PLN-001, VAL-AUTO-PLN-002, VAL-AUTO-PLN-003
#[test]
fn one_command_provisions_everything_from_nothing_and_the_same_command_changes_nothing() {
    stack("down --volumes --remove-orphans --timeout 2").ok();
    shell("docker compose --env-file .env.example config -q").ok();

    let listed = shell(&format!("{UP} && docker compose ps -a")).ok();
    for init in inits() {
        let line = listed.lines().find(|line| line.starts_with(&format!("dayzero-{init}-1 ")));
        assert!(line.is_some_and(|line| line.contains("Exited (0)")), "{init}:\n{listed}");
    }
    all_exited_0(&inits());
    assert_eq!(last_outcomes(&inits()), ["changed"; 4]);
    proved(&APPLICATIONS);

    shell(UP).ok();
    all_exited_0(&inits());
    for init in inits() {
        assert_eq!(outcomes(&init), ["changed", "unchanged"], "{init}");
    }
}
