//! Writes the report to stdout in one of its formats.

use crate::change::Change;
use crate::cli::Format;
use crate::report::Report;
use crate::text::TextStyle;
use crate::{json, records, text};

impl<C: Change> Report<C> {
    /// Writes the report with a line ending. `style` applies to the text format only.
    pub fn render(&self, format: Format, style: Option<TextStyle>) -> Result<String, serde_json::Error> {
        if let Some(document) = self.document() {
            return Ok(document.to_owned());
        }
        match format {
            Format::Text => Ok(text::render(self, self.redactor(), style.unwrap_or_default())),
            Format::Json => json::line(self, self.redactor()),
            Format::Jsonl => records::lines(self, self.redactor()),
        }
    }
}
