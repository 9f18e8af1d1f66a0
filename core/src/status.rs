//! The status line of a terminal, which is redrawn below the log while an operation takes long.
//!
//! All other output to the terminal goes through this module, so that the line can be erased and drawn again below it.

use std::io::{self, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::termios::tcgetwinsize;
use tokio::time::{Instant, interval_at};

use crate::escape::printable;

/// The interval of redrawing.
const INTERVAL: Duration = Duration::from_millis(200);
/// The assumed width of a terminal that does not report its size.
const COLUMNS: usize = 80;
/// The frames of the spinner.
const SPINNER: [char; 4] = ['|', '/', '-', '\\'];
/// The escape sequence that erases the line.
const CLEAR: &str = "\r\u{1b}[K";

#[derive(Debug)]
struct Line {
    /// Set if there is a terminal that can show the line.
    enabled: bool,
    /// The text of the line at present.
    drawn: String,
    /// The number of times that the line was drawn.
    frame: usize,
}

static LINE: Mutex<Line> = Mutex::new(Line { enabled: false, drawn: String::new(), frame: 0 });

impl Line {
    fn current() -> MutexGuard<'static, Self> {
        LINE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The output that replaces the line by a new one.
    fn redraw(&mut self, text: &str, columns: usize) -> String {
        let spinner = SPINNER.get(self.frame % SPINNER.len()).copied().unwrap_or_default();
        self.frame += 1;
        self.drawn = truncate(&format!("{spinner} {text}"), columns);
        format!("{CLEAR}{}", self.drawn)
    }

    /// The output that erases the line, if there is one.
    fn erase(&mut self) -> &'static str {
        if std::mem::take(&mut self.drawn).is_empty() { "" } else { CLEAR }
    }

    /// The output that writes whole lines above the status line, if there is one.
    fn insert_above(&self, lines: &str) -> String {
        if self.drawn.is_empty() { lines.to_owned() } else { format!("{CLEAR}{lines}{}", self.drawn) }
    }
}

/// Enables the status line.
pub(crate) fn enable() {
    Line::current().enabled = true;
}

/// Returns true if the status line is enabled.
pub(crate) fn is_enabled() -> bool {
    Line::current().enabled
}

/// Writes whole lines to stderr. An error of writing is ignored: the run's exit must not depend on whoever reads its log.
pub(crate) fn log(lines: &str) {
    let line = Line::current();
    let _ = io::stderr().lock().write_all(line.insert_above(lines).as_bytes());
}

/// Erases the line before another stream of the same terminal is written to.
pub(crate) fn clear() {
    // The lock is held if a panic occurs while drawing, so this must not block.
    if let Ok(mut line) = LINE.try_lock() {
        let _ = io::stderr().lock().write_all(line.erase().as_bytes());
    }
}

/// Erases the line when the work is done or cancelled.
struct ClearOnDrop;

impl Drop for ClearOnDrop {
    fn drop(&mut self) {
        clear();
    }
}

/// Awaits `work` and, after the delay `begin`, shows what `text` returns.
pub(crate) async fn with_status<T>(
    work: impl Future<Output = T>,
    begin: Duration,
    text: impl Fn() -> Option<String>,
) -> T {
    if !is_enabled() {
        return work.await;
    }
    let _clear = ClearOnDrop;
    let mut ticker = interval_at(Instant::now() + begin, INTERVAL);
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            _ = ticker.tick() => if let Some(text) = text() {
                let mut line = Line::current();
                let text = line.redraw(&printable(&text), columns());
                let _ = io::stderr().lock().write_all(text.as_bytes());
            },
        }
    }
}

/// The number of usable columns. The last one is left free, because some terminals wrap there.
fn columns() -> usize {
    let size = tcgetwinsize(io::stderr()).map_or(0, |size| usize::from(size.ws_col));
    if size == 0 { COLUMNS - 1 } else { size - 1 }
}

/// Truncates a text to one row. Characters that may have two columns are counted as two.
fn truncate(text: &str, columns: usize) -> String {
    let width = |character: char| if character < '\u{1100}' || character == '…' { 1 } else { 2 };
    let whole: usize = text.chars().map(width).sum();
    if whole <= columns {
        return text.to_owned();
    }
    let mut room = columns.saturating_sub(1);
    let fits = |character: &char| {
        let rest = room.checked_sub(width(*character));
        room = rest.unwrap_or_default();
        rest.is_some()
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_lines_are_written_above_the_status_line() {
        let mut line = Line { enabled: true, drawn: String::new(), frame: 0 };
        assert_eq!((line.insert_above("a\n"), line.erase()), ("a\n".to_owned(), ""));
        assert_eq!(line.redraw("half", 79), "\r\u{1b}[K| half");
        assert_eq!(line.redraw("more", 79), "\r\u{1b}[K/ more");
        assert_eq!(line.insert_above("a\nb\n"), "\r\u{1b}[Ka\nb\n/ more");
        assert_eq!((line.erase(), line.insert_above("c\n")), (CLEAR, "c\n".to_owned()));
    }

    #[test]
    fn the_status_line_is_truncated_to_one_row() {
        assert_eq!(truncate("ten letter", 10), "ten letter");
        assert_eq!(truncate("eleven lett", 10), "eleven le…");
        assert_eq!(truncate("日本語日本語", 6), "日本…");
        assert_eq!(truncate("日本語", 6), "日本語");
        assert_eq!((truncate("", 0), truncate("a", 0)), (String::new(), "…".to_owned()));
    }
}
