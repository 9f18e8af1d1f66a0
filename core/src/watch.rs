//! Keeps a server converged: pass after pass, each as `apply` does it, with the spec and the secrets as they are then.
//!
//! Between two passes nothing is held: no connection, no lock of the server's, no secret. What a pass found is told when
//! it did something or when it ended otherwise than the one before; a quiet watch writes nothing.

mod files;
mod pass;
mod standing;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::{Instant as Moment, sleep, sleep_until};
use tracing::{debug, info};

use self::files::Seen;
use self::pass::{Keeper, Pass};
use self::standing::Standing;
use crate::backend::Backend;
use crate::backoff::Backoff;
use crate::cli::Options;
use crate::error::Error;
use crate::exit::Exit;
use crate::health::Health;
use crate::host::Host;
use crate::report::Report;
use crate::stop::{Again, Signal, Stop};
use crate::{environment, last_resort, redact};

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// What a watch takes from the process it is in.
pub struct Sidecar {
    /// The same as for one run.
    pub host: Host,
    /// Asks for a pass at once.
    pub again: Again,
    /// Tells how it is.
    pub health: Health,
}

/// Passes until a signal, or until the first of them shows what cannot get better. Each report that says something new is
/// told, with the moment when its pass began.
pub async fn watch<B: Backend>(
    options: &Options,
    sidecar: Sidecar,
    mut tell: impl FnMut(&Report<B::Change>, Instant),
) -> Exit {
    let Sidecar { host, again, health } = sidecar;
    let mut wait = Wait::new(options, host.stop.clone(), again);
    let credentials = environment::credentials(&host.environment, B::CREDENTIAL_VARIABLES);
    if !credentials.is_empty() {
        let report = Report::new(B::NAME, options, Error::Environment(credentials).into());
        tell(&report, Instant::now());
        return report.exit();
    }
    let mut keeper = Keeper::<B>::new(options, host);
    let mut standing = Standing::default();
    loop {
        let began = Instant::now();
        let passed = keeper.pass(&mut wait.seen).await;
        last_resort::rest();
        let stopped = passed.stopped();
        let Pass { spec, mut server } = passed.reported(options);
        health.spec(spec.as_ref().and_then(Report::reason));
        if let Some(report) = standing.news_of_spec(spec.as_ref()) {
            tell(report, began);
        }
        if let Some(signal) = stopped {
            if server.has_sent() {
                tell(&server, began);
            }
            return ended(signal);
        }
        if standing.is_news(&server) {
            if server.error.is_none() {
                server.compared = keeper.compared();
            }
            tell(&server, began);
        } else {
            debug!(outcome = server.outcome.name(), "nothing new");
        }
        let exit = server.exit();
        if exit == Exit::Converged {
            health.converged(options.every);
        } else if standing.never_converged() && !exit.may_help() {
            return exit;
        } else {
            health.failing(server.reason().unwrap_or_default());
        }
        drop(server);
        redact::set_current(Arc::default());
        if let Some(signal) = wait.after(exit).await {
            return ended(signal);
        }
    }
}

fn ended(signal: Signal) -> Exit {
    info!(%signal, "stopped");
    Exit::Converged
}

/// Between two passes.
struct Wait {
    stop: Stop,
    again: Again,
    steady: Backoff,
    failing: Backoff,
    seen: Seen,
}

impl Wait {
    fn new(options: &Options, stop: Stop, again: Again) -> Self {
        let (steady, failing) = (Backoff::steady(options.every), Backoff::between_passes(options.every));
        Self { stop, again, steady, failing, seen: Seen::default() }
    }

    /// Waits until it is time for another pass; or a signal ends it all.
    async fn after(&mut self, exit: Exit) -> Option<Signal> {
        let pause = if exit == Exit::Converged {
            self.failing.reset();
            self.steady.delay()
        } else {
            self.failing.delay()
        };
        let stop = self.stop.clone();
        tokio::select! {
            biased;
            signal = stop.raised() => Some(signal),
            () = self.reason(Moment::now() + pause) => None,
        }
    }

    async fn reason(&mut self, until: Moment) {
        let again = self.again.clone();
        loop {
            tokio::select! {
                biased;
                () = again.asked() => return info!("a pass was asked for by SIGHUP"),
                () = sleep_until(until) => return,
                () = sleep(LOOK) => {}
            }
            if self.seen.differs() {
                info!("the spec, a secret or a file that the spec names has changed");
                return;
            }
        }
    }
}
