//! The log on stderr: JSON lines for a collector, text for a person.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{fmt, registry};

use crate::cli::LogLevel;

/// Starts logging for this process. Only our own modules are heard: a driver's debug target would print
/// what crosses the wire, and passwords cross it.
pub(crate) fn init(tool: &str, level: LogLevel) {
    let level = LevelFilter::from(level);
    let ours = Targets::new().with_target("init_core", level).with_target(tool.replace('-', "_"), level);
    let terminal = std::io::stderr().is_terminal();
    let text = terminal
        .then(|| fmt::layer().with_target(false).with_writer(std::io::stderr).log_internal_errors(false));
    let json = (!terminal).then(|| {
        fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_span_list(false)
            .with_writer(std::io::stderr)
            .log_internal_errors(false)
    });
    // A second call, as in tests, keeps the first.
    let _ = registry().with(ours).with(text).with(json).try_init();
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => Self::OFF,
            LogLevel::Error => Self::ERROR,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}
