//! Tests that need no server: the meaning of a spec and its violations.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot read its own report has failed"
)]

mod describe;
mod manual;
mod tls;
mod violations;

use std::path::{Path, PathBuf};
use std::time::Duration;

use init_core::{Command, Format, Host, LogLevel, Options, Report, Source, Stop, execute};
use minio_init::{Change, Minio};
use serde_json::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/offline/fixtures")
}

/// The report of an offline command on a fixture.
async fn report(command: Command, fixture: &str) -> Value {
    report_on(command, fixtures().join(fixture)).await
}

async fn report_on(command: Command, spec: PathBuf) -> Value {
    let options = Options {
        command,
        spec: Source::File(spec),
        secrets_dir: Path::new("/nowhere").to_owned(),
        timeout: Duration::from_secs(5),
        every: Duration::from_secs(60),
        format: Format::Json,
        log: LogLevel::Off,
        scope: init_core::export::Scope::default(),
        without_secrets: false,
    };
    let (_sender, stop) = Stop::channel();
    let host = Host { stdin: Box::new(std::io::empty()), environment: Vec::new(), stop };
    let report: Report<Change> = execute::<Minio>(&options, host).await;
    serde_json::to_value(report).unwrap()
}
