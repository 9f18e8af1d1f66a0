//! Tells once a second how far a stage is: a line of the log, or a bar on a terminal.

use std::io::{self, IsTerminal as _, Write as _};
use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, interval_at};
use tracing::info;

use crate::Progress;
use crate::peer::Texts;
use crate::shown::printable;

const EVERY: Duration = Duration::from_secs(1);
const WIDTH: usize = 24;

/// What is told of, and how many changes it is about.
#[derive(Clone, Copy)]
pub(crate) struct Work<'a> {
    doing: &'static str,
    stage: &'a str,
    total: usize,
}

impl<'a> Work<'a> {
    pub(crate) fn applying(stage: &'a str, total: usize) -> Self {
        Self { doing: "applying", stage, total }
    }

    pub(crate) fn checking(total: usize) -> Self {
        Self { doing: "checking", stage: "plan", total }
    }
}

/// Runs `work` and tells of its progress. What takes less than a second says nothing.
pub(crate) async fn told<T>(
    work: impl Future<Output = T>,
    progress: &Progress,
    texts: &Texts,
    Work { doing, stage, total }: Work<'_>,
) -> T {
    let terminal = io::stderr().is_terminal();
    let mut ticker = interval_at(Instant::now() + EVERY, EVERY);
    let mut work = pin!(work);
    let mut shown = false;
    loop {
        tokio::select! {
            biased;
            done = &mut work => {
                if shown {
                    draw("");
                }
                return done;
            }
            _ = ticker.tick() => {
                let done = progress.done().min(total);
                let waiting = progress.waiting().map(|what| texts.peer(what)).unwrap_or_default();
                if terminal && tracing::enabled!(tracing::Level::INFO) {
                    shown = true;
                    draw(&format!("{} {doing} {stage} {done}/{total} {}", bar(done, total), printable(&waiting)));
                } else {
                    info!(stage, done, total, waiting, "{doing}");
                }
            }
        }
    }
}

fn bar(done: usize, total: usize) -> String {
    let filled = (done * WIDTH).checked_div(total).unwrap_or(WIDTH);
    format!("[{}{}]", "#".repeat(filled), ".".repeat(WIDTH - filled.min(WIDTH)))
}

/// Replaces the current line of the terminal; an error of writing is ignored, as in the log.
fn draw(line: &str) {
    let _ = write!(io::stderr(), "\r\x1b[K{line}");
}
