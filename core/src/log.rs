//! The log on stderr, as JSON lines or as text. It has events only and no spans (docs/adr/0006).

mod json;
mod safe;
mod text;

use std::sync::{PoisonError, RwLock};

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::set_global_default;
use tracing::{Event, Metadata, Subscriber};

pub(crate) use self::safe::peer;

use self::json::{Context, json};
use self::text::text;
use crate::cli::{LogFormat, LogLevel, Options};
use crate::clock::{self, Clock};
use crate::paint::Paint;
use crate::status;
use crate::terminal::Appearance;

/// The target of events about single changes, which the report shows too.
pub(crate) const CHANGES: &str = "init_core::changes";
/// The target of events about the outcome, which the report shows too.
pub(crate) const OUTCOME: &str = "init_core::outcome";

/// Installs the logger. Only events of this project's modules are written, because the debug targets of a driver print
/// network traffic, which contains passwords.
pub(crate) fn init(tool: &'static str, options: &Options, appearance: Appearance) {
    let format = match appearance.log() {
        LogFormat::Json => LineFormat::Json { spec: options.spec.to_string() },
        LogFormat::Text => LineFormat::Text { clock: Clock::of_process(), paint: appearance.log_paint() },
    };
    let level = LevelFilter::from(options.log);
    let includes_report = !appearance.shares_terminal(options.format) || level >= LevelFilter::DEBUG;
    if appearance.has_status_line() && level >= LevelFilter::INFO {
        status::enable();
    }
    // A second call, as in tests, has no effect.
    let _ = set_global_default(Log { tool, module: tool.replace('-', "_"), level, format, includes_report });
}

/// The endpoint in log lines, once the spec has been read.
static ENDPOINT: RwLock<String> = RwLock::new(String::new());

/// Sets the endpoint that each JSON line contains.
pub(crate) fn set_endpoint(endpoint: String) {
    *ENDPOINT.write().unwrap_or_else(PoisonError::into_inner) = endpoint;
}

struct Log {
    tool: &'static str,
    /// The root module of the tool.
    module: String,
    level: LevelFilter,
    format: LineFormat,
    /// Set if events that the report shows too are written.
    includes_report: bool,
}

enum LineFormat {
    Json { spec: String },
    Text { clock: Clock, paint: Paint },
}

impl Log {
    fn line(&self, event: &Event<'_>) -> String {
        match &self.format {
            LineFormat::Json { spec } => {
                let endpoint = ENDPOINT.read().unwrap_or_else(PoisonError::into_inner);
                json(event, &clock::timestamp(), Context { tool: self.tool, endpoint: &endpoint, spec })
            }
            LineFormat::Text { clock, paint } => {
                text(event, &clock.time_of_day(clock::since_epoch()), *paint)
            }
        }
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let root = metadata.target().split("::").next();
        *metadata.level() <= self.level
            && (matches!(root, Some("init_core" | "init_net")) || root == Some(&self.module))
            && (self.includes_report || ![CHANGES, OUTCOME].contains(&metadata.target()))
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn event(&self, event: &Event<'_>) {
        status::log(&self.line(event));
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Off => Self::OFF,
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

#[cfg(test)]
mod tests;
