//! The `kafka-init` binary.

fn main() -> std::process::ExitCode {
    init_core::run::<kafka_init::Kafka>()
}
