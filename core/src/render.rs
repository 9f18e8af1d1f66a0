//! The report in one of its two forms, as it goes to stdout.

use std::time::Duration;

use crate::change::Change;
use crate::cli::Format;
use crate::report::Report;
use crate::{json, text};

impl<C: Change> Report<C> {
    /// The report as it goes to stdout, with a line ending. `took` is for a text that a person sees at once.
    pub fn render(&self, format: Format, took: Option<Duration>) -> Result<String, serde_json::Error> {
        if let Some(document) = self.document() {
            return Ok(document.to_owned());
        }
        match format {
            Format::Text => Ok(text::page(self, self.redactor(), took)),
            Format::Json => json::line(self, self.redactor()),
        }
    }
}
