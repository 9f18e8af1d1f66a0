//! The report in one of its forms, as it goes to stdout.

use crate::change::Change;
use crate::cli::Format;
use crate::report::Report;
use crate::text::Seen;
use crate::{json, records, text};

impl<C: Change> Report<C> {
    /// The report as it goes to stdout, with a line ending. `seen` is for a text that a person sees at once.
    pub fn render(&self, format: Format, seen: Option<Seen>) -> Result<String, serde_json::Error> {
        if let Some(document) = self.document() {
            return Ok(document.to_owned());
        }
        match format {
            Format::Text => Ok(text::page(self, self.redactor(), seen.unwrap_or_default())),
            Format::Json => json::line(self, self.redactor()),
            Format::Jsonl => records::lines(self, self.redactor()),
        }
    }
}
