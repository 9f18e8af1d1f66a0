//! `minio-init`: one spec in, one MinIO or S3 server converged, one report out.

use std::process::ExitCode;

fn main() -> ExitCode {
    init_core::run::<minio_init::Minio>()
}
