//! The offline tests: the meaning of a spec, its violations, and the order of execution.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod describe;
mod docs;
mod order;
mod violations;

use std::path::Path;
use std::time::Duration;

use init_core::{Command, Format, Host, LogLevel, Options, Source, Stop, execute};
use pg_init::Postgres;
use serde_json::Value;

/// The report of an offline command on a spec's text.
async fn report(command: Command, spec: &str) -> Value {
    let options = Options {
        command,
        spec: Source::Stdin,
        secrets_dir: Path::new("/nowhere").to_owned(),
        timeout: Duration::from_secs(5),
        every: Duration::from_secs(60),
        format: Format::Json,
        log: LogLevel::Off,
        scope: init_core::export::Scope::default(),
        without_secrets: false,
    };
    let (_sender, stop) = Stop::channel();
    let stdin = Box::new(std::io::Cursor::new(spec.to_owned()));
    let report = Box::pin(execute::<Postgres>(&options, Host { stdin, environment: Vec::new(), stop })).await;
    serde_json::to_value(report).unwrap()
}
