//! The `pg-init` binary.

fn main() -> std::process::ExitCode {
    init_core::run::<pg_init::Postgres>()
}
