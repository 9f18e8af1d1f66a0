//! The log on stderr: JSON lines for a collector, text for a person. Events only: nothing here opens a span
//! (docs/adr/0006).

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
use crate::terminal::Look;

/// The target of what the report shows too, change by change.
pub(crate) const CHANGES: &str = "init_core::changes";
/// The target of what the report shows too, at its end.
pub(crate) const OUTCOME: &str = "init_core::outcome";

/// Starts logging for this process. Only our own modules are heard: a driver's debug target would print
/// what crosses the wire, and passwords cross it.
pub(crate) fn init(tool: &'static str, options: &Options, look: Look) {
    let form = match look.log() {
        LogFormat::Json => Form::Json { spec: options.spec.to_string() },
        LogFormat::Text => Form::Text { clock: Clock::of_process(), paint: look.log_paint() },
    };
    let level = LevelFilter::from(options.log);
    let repeats = !look.is_one_text(options.format) || level >= LevelFilter::DEBUG;
    if look.moves() && level >= LevelFilter::INFO {
        status::allow();
    }
    // A second call, as in tests, keeps the first.
    let _ = set_global_default(Log { tool, module: tool.replace('-', "_"), level, form, repeats });
}

/// The server that this process works on, once a spec has told.
static ENDPOINT: RwLock<String> = RwLock::new(String::new());

/// From now on each line for a collector names this server.
pub(crate) fn about(endpoint: String) {
    *ENDPOINT.write().unwrap_or_else(PoisonError::into_inner) = endpoint;
}

struct Log {
    tool: &'static str,
    /// The tool's own module.
    module: String,
    level: LevelFilter,
    form: Form,
    /// Whether lines are written that say what the report says.
    repeats: bool,
}

enum Form {
    Json { spec: String },
    Text { clock: Clock, paint: Paint },
}

impl Log {
    fn line(&self, event: &Event<'_>) -> String {
        match &self.form {
            Form::Json { spec } => {
                let endpoint = ENDPOINT.read().unwrap_or_else(PoisonError::into_inner);
                json(event, &clock::timestamp(), Context { tool: self.tool, endpoint: &endpoint, spec })
            }
            Form::Text { clock, paint } => text(event, &clock.time_of_day(clock::since_epoch()), *paint),
        }
    }
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let root = metadata.target().split("::").next();
        *metadata.level() <= self.level
            && (matches!(root, Some("init_core" | "init_net")) || root == Some(&self.module))
            && (self.repeats || ![CHANGES, OUTCOME].contains(&metadata.target()))
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
