//! The `minio-init` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    init_core::run::<minio_init::Minio>()
}
