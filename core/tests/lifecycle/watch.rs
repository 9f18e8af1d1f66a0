//! Tests of a watch with a server in memory: the times of its passes, and its reports.

mod files;

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;
use std::time::Duration;

use init_core::FaultKind::{Denied, Internal, Rejected, Unavailable, Unsupported};
use init_core::{
    Command, FaultKind, Format, Health, Host, LogLevel, Options, PassTrigger, Sidecar, Signal, Source, Stop,
};
use tokio::sync::watch::Sender;
use tokio::time::{Instant, sleep};

use crate::fake::{Act, Fake, SERVER, Server};
use crate::scenario::SPEC;
use crate::{connect, script, server_with};

const MINUTE: u64 = 60;

/// A running watch with its files.
struct RunningWatch {
    folder: PathBuf,
    trigger: PassTrigger,
    health: Health,
    signal: Sender<Option<Signal>>,
    started: Instant,
}

/// The result of a watch: its exit code, and for each report the second, the exit code and the applied operations.
type WatchResult = (u8, Vec<(u64, u8, Vec<String>)>);

impl RunningWatch {
    fn spec(&self, yaml: &str) {
        self.file("spec.yaml", yaml);
    }

    fn file(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    fn secret(&self, value: &str) {
        fs::write(self.folder.join("good"), value).unwrap();
    }

    fn stop(&self) {
        self.signal.send_replace(Some(Signal::Terminate));
    }

    fn is_healthy(&self) -> bool {
        self.health.now().0
    }

    /// Waits until this second since the start.
    async fn at(&self, second: u64) {
        sleep((self.started + Duration::from_secs(second)).saturating_duration_since(Instant::now())).await;
    }
}

/// Runs a watch while `script` runs, which stops it at the end.
async fn watched(
    name: &str,
    server: Server,
    every: u64,
    script: impl AsyncFnOnce(&RunningWatch),
) -> WatchResult {
    watched_with(SPEC, name, server, every, script).await
}

async fn watched_with(
    spec: &str,
    name: &str,
    server: Server,
    every: u64,
    script: impl AsyncFnOnce(&RunningWatch),
) -> WatchResult {
    watched_from(false, spec, (name, server, every), script).await
}

/// Runs a watch with the spec in a file or from standard input. `FOLDER` in the spec is replaced by the directory.
async fn watched_from(
    piped: bool,
    spec: &str,
    (name, server, every): (&str, Server, u64),
    script: impl AsyncFnOnce(&RunningWatch),
) -> WatchResult {
    SERVER.with_borrow_mut(|held| *held = server);
    let folder = std::env::temp_dir().join(format!("watch-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (signal, stop) = Stop::channel();
    let (trigger, health) = (PassTrigger::default(), Health::default());
    let watch = RunningWatch {
        folder,
        trigger: trigger.clone(),
        health: health.clone(),
        signal,
        started: Instant::now(),
    };
    let spec = spec.replace("FOLDER", &watch.folder.display().to_string());
    watch.spec(&spec);
    watch.secret("one");
    fs::write(watch.folder.join("note"), "one").unwrap();
    let options = Options {
        command: Command::Watch,
        // The directory has other files too.
        spec: match name {
            "directory" => Source::File(watch.folder.clone()),
            _ if piped => Source::Stdin,
            _ => Source::File(watch.folder.join("spec.yaml")),
        },
        secrets_dir: watch.folder.clone(),
        timeout: Duration::from_secs(30),
        every: Duration::from_secs(every),
        format: Format::Json,
        log: LogLevel::Off,
        scope: init_core::export::Scope::default(),
        without_secrets: false,
    };
    let mut reports = Vec::new();
    let host = Host { stdin: Box::new(Cursor::new(spec)), environment: Vec::new(), stop };
    let running = init_core::watch::<Fake>(&options, Sidecar { host, trigger, health }, |report, _| {
        assert_eq!(report.command, Command::Watch);
        let line = report.render(Format::Json, None).unwrap();
        assert!(line.ends_with("}\n") && line.lines().count() == 1, "{line}");
        let ops = report.changes.iter().map(|step| format!("{} {:?}", step.change, step.status)).collect();
        reports.push((watch.started.elapsed().as_secs(), report.exit().code(), ops));
    });
    let (exit, ()) = tokio::join!(running, script(&watch));
    let took = watch.started.elapsed();
    assert!(took < Duration::from_secs(100 * MINUTE), "{took:?}");
    fs::remove_dir_all(&watch.folder).unwrap();
    (exit.code(), reports)
}

fn exits(reports: &WatchResult) -> Vec<u8> {
    reports.1.iter().map(|(_, exit, _)| *exit).collect()
}

fn converged() -> Server {
    server_with(&[("a", 1), ("b", 2)])
}

fn calls(name: &str) -> usize {
    SERVER.with_borrow(|server| server.calls.iter().filter(|call| **call == name).count())
}

fn remove(item: &str) {
    SERVER.with_borrow_mut(|server| server.items.remove(item));
}

fn answer(acts: &[Act]) {
    SERVER.with_borrow_mut(|server| server.connect = script(acts));
}

#[tokio::test(start_paused = true)]
async fn a_removed_object_is_restored_within_an_interval_and_other_passes_report_nothing() {
    let reports = watched("back", converged(), MINUTE, async |watch| {
        watch.at(10 * MINUTE).await;
        let quiet = calls("observe");
        assert!((10..14).contains(&quiet), "{quiet} readings in ten minutes");
        assert_eq!(calls("connect"), quiet, "a connection for each pass");
        remove("a");
        watch.at(11 * MINUTE).await;
        assert!(SERVER.with_borrow(|server| server.items.contains_key("a")));
        assert!(watch.is_healthy());
        watch.at(20 * MINUTE).await;
        watch.stop();
    });
    let (exit, reports) = reports.await;
    assert_eq!(exit, 0);
    let [(0, 0, nothing), (_, 0, back)] = reports.as_slice() else { panic!("{reports:?}") };
    assert!(nothing.is_empty());
    assert_eq!(back, &["create item a (1) Applied"]);
}

#[tokio::test(start_paused = true)]
async fn each_outage_of_a_server_is_reported_once() {
    let reports = watched("away", converged(), MINUTE, async |watch| {
        for hour in [0, 20] {
            watch.at((hour + 5) * MINUTE).await;
            assert!(watch.is_healthy());
            answer(&vec![Act::Fails(Unavailable); 100_000]);
            watch.at((hour + 7) * MINUTE).await;
            assert!(!watch.is_healthy());
            watch.at((hour + 15) * MINUTE).await;
            assert!(
                !watch.is_healthy() && watch.health.now().1.contains("was not ready"),
                "{:?}",
                watch.health.now()
            );
            answer(&[]);
            watch.at((hour + 17) * MINUTE).await;
        }
        watch.stop();
    });
    assert_eq!(exits(&reports.await), [0, 69, 0, 69, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_later_failure_is_reported_at_its_start_and_end_and_the_watch_goes_on() {
    for (name, server, exit) in [
        ("denied", connect(&vec![Act::Fails(Denied); 10_000]), 77),
        ("unsupported", connect(&vec![Act::Fails(Unsupported); 10_000]), 76),
        ("internal", connect(&vec![Act::Fails(Internal); 10_000]), 70),
        (
            "refused",
            Server { apply: script(&vec![Act::Fails(Rejected); 10_000]), ..server_with(&[("a", 1)]) },
            76,
        ),
        ("conflict", server_with(&[("a", 1), ("b", 3)]), 4),
    ] {
        let reports = watched(name, converged(), MINUTE, async |watch| {
            watch.at(MINUTE / 2).await;
            SERVER.with_borrow_mut(|held| {
                let items = if server.items.is_empty() { held.items.clone() } else { server.items.clone() };
                *held = Server { items, ..server.clone() };
            });
            watch.at(4 * MINUTE).await;
            assert!(!watch.is_healthy());
            watch.at(20 * MINUTE).await;
            SERVER.with_borrow_mut(|held| *held = converged());
            watch.at(22 * MINUTE).await;
            assert!(watch.is_healthy());
            watch.stop();
        });
        assert_eq!(exits(&reports.await), [0, exit, 0], "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_permanent_error_ends_a_watch_that_has_never_converged() {
    let fails = |kind: FaultKind| connect(&[Act::Fails(kind)]);
    for (name, server, spec, exit) in [
        ("first-conflict", server_with(&[("b", 3)]), SPEC, 4),
        ("spec", converged(), "items: [", 65),
        ("peer", fails(Unsupported), SPEC, 76),
        ("login", fails(Denied), SPEC, 77),
        ("secret", converged(), "endpoint: server:1234\npassword: {secret: none}\n", 78),
        ("mistake", fails(Internal), SPEC, 70),
    ] {
        let reports = watched_with(spec, name, server, MINUTE, async |_| {}).await;
        assert_eq!((reports.0, exits(&reports)), (exit, vec![exit]), "{name}");
    }
    // The watch waits for a server that is not ready yet.
    let late = watched("late", connect(&vec![Act::Fails(Unavailable); 100]), MINUTE, async |watch| {
        watch.at(20 * MINUTE).await;
        assert!(watch.is_healthy());
        watch.stop();
    });
    assert_eq!(exits(&late.await), [69, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_signal_ends_a_watch_with_0_in_every_phase_within_five_seconds() {
    let slow = |act: Act| Server { apply: script(&[act]), ..server_with(&[]) };
    for (name, server, reports) in [
        ("waiting", connect(&vec![Act::Fails(Unavailable); 100]), vec![]),
        ("silent", connect(&[Act::Silent, Act::Silent]), vec![]),
        ("reading", Server { observe: script(&[Act::Silent]), ..converged() }, vec![]),
        ("applying", slow(Act::Slow(14)), vec![143]),
        ("stuck", slow(Act::Silent), vec![143]),
        ("resting", converged(), vec![0]),
    ] {
        let mut stopped = Instant::now();
        let ended = watched(name, server, MINUTE, async |watch| {
            watch.at(12).await;
            watch.stop();
            stopped = Instant::now();
        })
        .await;
        assert!(stopped.elapsed() <= Duration::from_secs(5), "{name}: {:?}", stopped.elapsed());
        assert_eq!((ended.0, exits(&ended)), (0, reports), "{name}: {ended:?}");
    }
}
