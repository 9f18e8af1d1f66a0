//! The line below the log that is drawn anew while something takes long, on a terminal alone.
//!
//! Whoever writes to the terminal meanwhile goes through here: the line is taken away, and drawn again below.

use std::io::{self, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::termios::tcgetwinsize;
use tokio::time::{Instant, interval_at};

use crate::shown::printable;

/// How often it is drawn anew.
const EVERY: Duration = Duration::from_millis(200);
/// The columns of a terminal that does not say how many it has.
const COLUMNS: usize = 80;
/// Taken one after the other, they seem to turn.
const SPINNER: [char; 4] = ['|', '/', '-', '\\'];
/// Takes the line away.
const CLEAR: &str = "\r\u{1b}[K";

#[derive(Debug)]
struct Line {
    /// Whether there is a terminal for it.
    allowed: bool,
    /// What stands there now.
    drawn: String,
    /// How often it was drawn.
    turn: usize,
}

static LINE: Mutex<Line> = Mutex::new(Line { allowed: false, drawn: String::new(), turn: 0 });

impl Line {
    fn current() -> MutexGuard<'static, Self> {
        LINE.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What takes the old line away and puts the new one there.
    fn replaced(&mut self, text: &str, columns: usize) -> String {
        let spinner = SPINNER.get(self.turn % SPINNER.len()).copied().unwrap_or_default();
        self.turn += 1;
        self.drawn = cut(&format!("{spinner} {text}"), columns);
        format!("{CLEAR}{}", self.drawn)
    }

    /// What takes the line away, if there is one.
    fn removed(&mut self) -> &'static str {
        if std::mem::take(&mut self.drawn).is_empty() { "" } else { CLEAR }
    }

    /// Whole lines, above the line if there is one.
    fn below(&self, lines: &str) -> String {
        if self.drawn.is_empty() { lines.to_owned() } else { format!("{CLEAR}{lines}{}", self.drawn) }
    }
}

/// From now on there may be such a line.
pub(crate) fn allow() {
    Line::current().allowed = true;
}

/// Whether there may be one.
pub(crate) fn is_allowed() -> bool {
    Line::current().allowed
}

/// Writes whole lines to stderr. An error of writing is ignored: the run's exit must not depend on whoever reads its log.
pub(crate) fn log(lines: &str) {
    let line = Line::current();
    let _ = io::stderr().lock().write_all(line.below(lines).as_bytes());
}

/// Nothing stands there any more: another stream of the same terminal is written to.
pub(crate) fn clear() {
    // A panic while it is drawn must not wait for itself.
    if let Ok(mut line) = LINE.try_lock() {
        let _ = io::stderr().lock().write_all(line.removed().as_bytes());
    }
}

/// Takes the line away when the work is done, and when it is cut.
struct Drawn;

impl Drop for Drawn {
    fn drop(&mut self) {
        clear();
    }
}

/// Runs `work`, and from `begin` on draws what `text` says, as long as it says something.
pub(crate) async fn beside<T>(
    work: impl Future<Output = T>,
    begin: Duration,
    text: impl Fn() -> Option<String>,
) -> T {
    if !is_allowed() {
        return work.await;
    }
    let _drawn = Drawn;
    let mut ticker = interval_at(Instant::now() + begin, EVERY);
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            _ = ticker.tick() => if let Some(text) = text() {
                let mut line = Line::current();
                let text = line.replaced(&printable(&text), columns());
                let _ = io::stderr().lock().write_all(text.as_bytes());
            },
        }
    }
}

/// How many columns the line may have. In the last one a terminal would begin another row.
fn columns() -> usize {
    let size = tcgetwinsize(io::stderr()).map_or(0, |size| usize::from(size.ws_col));
    if size == 0 { COLUMNS - 1 } else { size - 1 }
}

/// As much as has room in one row. Letters that may be two columns wide are counted so.
fn cut(text: &str, columns: usize) -> String {
    let width = |letter: char| if letter < '\u{1100}' || letter == '…' { 1 } else { 2 };
    let whole: usize = text.chars().map(width).sum();
    if whole <= columns {
        return text.to_owned();
    }
    let mut room = columns.saturating_sub(1);
    let fits = |letter: &char| {
        let rest = room.checked_sub(width(*letter));
        room = rest.unwrap_or_default();
        rest.is_some()
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_log_stand_above_it() {
        let mut line = Line { allowed: true, drawn: String::new(), turn: 0 };
        assert_eq!((line.below("a\n"), line.removed()), ("a\n".to_owned(), ""));
        assert_eq!(line.replaced("half", 79), "\r\u{1b}[K| half");
        assert_eq!(line.replaced("more", 79), "\r\u{1b}[K/ more");
        assert_eq!(line.below("a\nb\n"), "\r\u{1b}[Ka\nb\n/ more");
        assert_eq!((line.removed(), line.below("c\n")), (CLEAR, "c\n".to_owned()));
    }

    #[test]
    fn it_never_needs_a_second_row() {
        assert_eq!(cut("ten letter", 10), "ten letter");
        assert_eq!(cut("eleven lett", 10), "eleven le…");
        assert_eq!(cut("日本語日本語", 6), "日本…");
        assert_eq!(cut("日本語", 6), "日本語");
        assert_eq!((cut("", 0), cut("a", 0)), (String::new(), "…".to_owned()));
    }
}
