//! A watch on a server in memory: what it does when, and what it says about it.

mod files;

use std::fs;
use std::io::Cursor;
use std::path::PathBuf;
use std::time::Duration;

use init_core::FaultKind::{Denied, Internal, Rejected, Unavailable, Unsupported};
use init_core::{
    Again, Command, FaultKind, Format, Health, Host, LogLevel, Options, Sidecar, Signal, Source, Stop, watch,
};
use tokio::sync::watch::Sender;
use tokio::time::{Instant, sleep};

use crate::fake::{Act, Fake, SERVER, Server};
use crate::scenario::SPEC;
use crate::{connect, holding, script};

const MINUTE: u64 = 60;

/// A watch in progress: its files, and what it has said.
struct Bed {
    folder: PathBuf,
    again: Again,
    health: Health,
    signal: Sender<Option<Signal>>,
    began: Instant,
}

/// How a watch went: its exit, and of each report the second, the exit and the operations applied.
type Told = (u8, Vec<(u64, u8, Vec<String>)>);

impl Bed {
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

    fn well(&self) -> bool {
        self.health.now().0
    }

    /// Until this second since the start.
    async fn at(&self, second: u64) {
        sleep((self.began + Duration::from_secs(second)).saturating_duration_since(Instant::now())).await;
    }
}

/// Runs a watch beside `script`, which ends it.
async fn watched(name: &str, server: Server, every: u64, script: impl AsyncFnOnce(&Bed)) -> Told {
    watched_with(SPEC, name, server, every, script).await
}

async fn watched_with(
    spec: &str,
    name: &str,
    server: Server,
    every: u64,
    script: impl AsyncFnOnce(&Bed),
) -> Told {
    watched_from(false, spec, (name, server, every), script).await
}

/// With the spec in a file, or piped to its standard input. In a spec `FOLDER` is where its files are.
async fn watched_from(
    piped: bool,
    spec: &str,
    (name, server, every): (&str, Server, u64),
    script: impl AsyncFnOnce(&Bed),
) -> Told {
    SERVER.with_borrow_mut(|held| *held = server);
    let folder = std::env::temp_dir().join(format!("watch-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (signal, stop) = Stop::channel();
    let (again, health) = (Again::default(), Health::default());
    let bed = Bed { folder, again: again.clone(), health: health.clone(), signal, began: Instant::now() };
    let spec = spec.replace("FOLDER", &bed.folder.display().to_string());
    bed.spec(&spec);
    bed.secret("one");
    fs::write(bed.folder.join("note"), "one").unwrap();
    let options = Options {
        command: Command::Watch,
        // The folder has other files than specs too.
        spec: match name {
            "directory" => Source::File(bed.folder.clone()),
            _ if piped => Source::Stdin,
            _ => Source::File(bed.folder.join("spec.yaml")),
        },
        secrets_dir: bed.folder.clone(),
        timeout: Duration::from_secs(30),
        every: Duration::from_secs(every),
        format: Format::Json,
        log: LogLevel::Off,
        scope: init_core::export::Scope::default(),
        without_secrets: false,
    };
    let mut told = Vec::new();
    let host = Host { stdin: Box::new(Cursor::new(spec)), environment: Vec::new(), stop };
    let kept = watch::<Fake>(&options, Sidecar { host, again, health }, |report, _| {
        assert_eq!(report.command, Command::Watch);
        let line = report.render(Format::Json, None).unwrap();
        assert!(line.ends_with("}\n") && line.lines().count() == 1, "{line}");
        let ops = report.changes.iter().map(|step| format!("{} {:?}", step.change, step.status)).collect();
        told.push((bed.began.elapsed().as_secs(), report.exit().code(), ops));
    });
    let (exit, ()) = tokio::join!(kept, script(&bed));
    let took = bed.began.elapsed();
    assert!(took < Duration::from_secs(100 * MINUTE), "{took:?}");
    fs::remove_dir_all(&bed.folder).unwrap();
    (exit.code(), told)
}

fn exits(told: &Told) -> Vec<u8> {
    told.1.iter().map(|(_, exit, _)| *exit).collect()
}

fn converged() -> Server {
    holding(&[("a", 1), ("b", 2)])
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
async fn what_is_removed_comes_back_within_an_interval_and_quiet_passes_say_nothing() {
    let told = watched("back", converged(), MINUTE, async |bed| {
        bed.at(10 * MINUTE).await;
        let quiet = calls("observe");
        assert!((10..14).contains(&quiet), "{quiet} readings in ten minutes");
        assert_eq!(calls("connect"), quiet, "a connection for each pass");
        remove("a");
        bed.at(11 * MINUTE).await;
        assert!(SERVER.with_borrow(|server| server.items.contains_key("a")));
        assert!(bed.well());
        bed.at(20 * MINUTE).await;
        bed.stop();
    });
    let (exit, told) = told.await;
    assert_eq!(exit, 0);
    let [(0, 0, nothing), (_, 0, back)] = told.as_slice() else { panic!("{told:?}") };
    assert!(nothing.is_empty());
    assert_eq!(back, &["create item a (1) Applied"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_goes_and_comes_is_told_once_each_time() {
    let told = watched("away", converged(), MINUTE, async |bed| {
        for hour in [0, 20] {
            bed.at((hour + 5) * MINUTE).await;
            assert!(bed.well());
            answer(&vec![Act::Fails(Unavailable); 100_000]);
            bed.at((hour + 7) * MINUTE).await;
            assert!(!bed.well());
            bed.at((hour + 15) * MINUTE).await;
            assert!(!bed.well() && bed.health.now().1.contains("was not ready"), "{:?}", bed.health.now());
            answer(&[]);
            bed.at((hour + 17) * MINUTE).await;
        }
        bed.stop();
    });
    assert_eq!(exits(&told.await), [0, 69, 0, 69, 0]);
}

#[tokio::test(start_paused = true)]
async fn what_fails_later_is_told_at_its_begin_and_at_its_end_and_ends_nothing() {
    for (name, server, exit) in [
        ("denied", connect(&vec![Act::Fails(Denied); 10_000]), 77),
        ("unsupported", connect(&vec![Act::Fails(Unsupported); 10_000]), 76),
        ("internal", connect(&vec![Act::Fails(Internal); 10_000]), 70),
        (
            "refused",
            Server { apply: script(&vec![Act::Fails(Rejected); 10_000]), ..holding(&[("a", 1)]) },
            76,
        ),
        ("conflict", holding(&[("a", 1), ("b", 3)]), 4),
    ] {
        let told = watched(name, converged(), MINUTE, async |bed| {
            bed.at(MINUTE / 2).await;
            SERVER.with_borrow_mut(|held| {
                let items = if server.items.is_empty() { held.items.clone() } else { server.items.clone() };
                *held = Server { items, ..server.clone() };
            });
            bed.at(4 * MINUTE).await;
            assert!(!bed.well());
            bed.at(20 * MINUTE).await;
            SERVER.with_borrow_mut(|held| *held = converged());
            bed.at(22 * MINUTE).await;
            assert!(bed.well());
            bed.stop();
        });
        assert_eq!(exits(&told.await), [0, exit, 0], "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_get_better_ends_a_watch_before_it_has_converged_once() {
    let fails = |kind: FaultKind| connect(&[Act::Fails(kind)]);
    for (name, server, spec, exit) in [
        ("conflict", holding(&[("b", 3)]), SPEC, 4),
        ("spec", converged(), "items: [", 65),
        ("peer", fails(Unsupported), SPEC, 76),
        ("login", fails(Denied), SPEC, 77),
        ("secret", converged(), "endpoint: server:1234\npassword: {secret: none}\n", 78),
        ("mistake", fails(Internal), SPEC, 70),
    ] {
        let told = watched_with(spec, name, server, MINUTE, async |_| {}).await;
        assert_eq!((told.0, exits(&told)), (exit, vec![exit]), "{name}");
    }
    // A server that is late only makes it wait.
    let late = watched("late", connect(&vec![Act::Fails(Unavailable); 100]), MINUTE, async |bed| {
        bed.at(20 * MINUTE).await;
        assert!(bed.well());
        bed.stop();
    });
    assert_eq!(exits(&late.await), [69, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_signal_ends_it_with_0_in_every_phase_within_five_seconds() {
    let slow = |act: Act| Server { apply: script(&[act]), ..holding(&[]) };
    for (name, server, told) in [
        ("waiting", connect(&vec![Act::Fails(Unavailable); 100]), vec![]),
        ("silent", connect(&[Act::Silent, Act::Silent]), vec![]),
        ("reading", Server { observe: script(&[Act::Silent]), ..converged() }, vec![]),
        ("applying", slow(Act::Slow(14)), vec![143]),
        ("stuck", slow(Act::Silent), vec![143]),
        ("resting", converged(), vec![0]),
    ] {
        let mut stopped = Instant::now();
        let ended = watched(name, server, MINUTE, async |bed| {
            bed.at(12).await;
            bed.stop();
            stopped = Instant::now();
        })
        .await;
        assert!(stopped.elapsed() <= Duration::from_secs(5), "{name}: {:?}", stopped.elapsed());
        assert_eq!((ended.0, exits(&ended)), (0, told), "{name}: {ended:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_file_of_a_directory_is_followed_and_new_ones_too() {
    let told = watched("directory", converged(), MINUTE * 60, async |bed| {
        bed.at(MINUTE).await;
        bed.file("more.yml", "items: {c: 3}\n");
        bed.at(2 * MINUTE).await;
        bed.file("more.yml", "items: {c: 3, d: 4}\n");
        bed.file("notes.txt", "items: {x: 9}\n");
        bed.at(3 * MINUTE).await;
        bed.file("third.yaml", "items: {c: 5}\n");
        bed.at(4 * MINUTE).await;
        assert!(
            bed.health.now().1.contains("third.yaml line 1 column 9, items.c: declared twice"),
            "{:?}",
            bed.health.now()
        );
        fs::remove_file(bed.folder.join("third.yaml")).unwrap();
        bed.at(5 * MINUTE).await;
        bed.stop();
    });
    let told = told.await;
    assert_eq!(exits(&told), [0, 0, 0, 65, 0], "{told:?}");
    let items: Vec<_> = SERVER.with_borrow(|server| server.items.keys().cloned().collect());
    assert_eq!(items, ["a", "b", "c", "d"]);
}
