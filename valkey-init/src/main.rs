//! `valkey-init`: one spec in, one Valkey deployment converged, one report out.

use std::process::ExitCode;

fn main() -> ExitCode {
    init_core::run::<valkey_init::Valkey>()
}
