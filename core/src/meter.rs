//! Shows the progress of a stage: once a second, as a log line or as a progress bar on a terminal.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, interval_at};
use tracing::info;

use crate::Progress;
use crate::peer::Texts;
use crate::status;

const INTERVAL: Duration = Duration::from_secs(1);
const WIDTH: usize = 24;

/// The stage in progress, with the number of its changes.
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

/// Awaits `work` and shows its progress. Work of less than a second shows nothing.
pub(crate) async fn with_progress<T>(
    work: impl Future<Output = T>,
    progress: &Progress,
    texts: &Texts,
    Work { doing, stage, total }: Work<'_>,
) -> T {
    let state = || {
        let waiting = progress.waiting().map(|what| texts.peer(what)).unwrap_or_default();
        (progress.done().min(total), waiting)
    };
    if status::is_enabled() {
        let line = || {
            let (done, waiting) = state();
            Some(format!("{} {doing} {stage} {done}/{total} {waiting}", bar(done, total)))
        };
        return status::with_status(work, INTERVAL, line).await;
    }
    let mut ticker = interval_at(Instant::now() + INTERVAL, INTERVAL);
    let mut work = pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            _ = ticker.tick() => {
                let (done, waiting) = state();
                info!(stage, done, total, waiting, "{doing}");
            }
        }
    }
}

fn bar(done: usize, total: usize) -> String {
    let filled = (done * WIDTH).checked_div(total).unwrap_or(WIDTH).min(WIDTH);
    format!("[{}{}]", "#".repeat(filled), ".".repeat(WIDTH - filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_filled_in_proportion() {
        assert_eq!(bar(0, 8), "[........................]");
        assert_eq!(bar(3, 8), "[#########...............]");
        assert_eq!((bar(8, 8), bar(0, 0)), (bar(9, 8), bar(1, 1)));
    }
}
