//! `valkey-init`: converges one Valkey deployment to one spec and writes one report.

use std::process::ExitCode;

fn main() -> ExitCode {
    init_core::run::<valkey_init::Valkey>()
}
