//! Writes a log line as text.

use std::fmt::{self, Write as _};

use tracing::Event;
use tracing::field::{Field, Visit};

use super::safe::safe;
use crate::escape;
use crate::paint::{Paint, Tone};

pub(super) fn text(event: &Event<'_>, now: &str, paint: Paint) -> String {
    let level = event.metadata().level();
    let mut line = Text(format!("{now} {}", paint.put(Tone::from(level), &format!("{level:>5}"))));
    event.record(&mut line);
    line.0 + "\n"
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.push(' ');
        if field.name() != "message" {
            let _ = write!(self.0, "{}=", field.name());
        }
        self.0 += &escape::printable(&safe(field.name(), format_args!("{value:?}")));
    }
}
