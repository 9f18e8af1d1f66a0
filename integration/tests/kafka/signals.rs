//! SIGTERM ends a run within five seconds, with its report, whatever it is doing.

use std::thread;
use std::time::{Duration, Instant};

use integration::kafka::STACK;
use integration::{Init, Running, eventually};

fn terminated(running: Running) {
    let began = Instant::now();
    running.signal("TERM");
    let ended = running.wait().expect(143, "interrupted");
    assert_eq!(ended.report["error"]["kind"], "interrupted");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[test]
fn while_waiting() {
    STACK.up();
    let running = Init::new("kafka-init", "bootstrap: [nobody-here:19092]\ntopics: {never: {}}\n").start();
    eventually("it waits", Duration::from_secs(20), || running.log().contains("waiting"));
    terminated(running);
}

#[test]
fn while_applying_and_a_rerun_converges() {
    let topics: String = (0..400).map(|n| format!("  signal-{n}: {{partitions: 10}}\n")).collect();
    let spec = format!("topics:\n{topics}");
    let running = crate::init(&spec).start();
    eventually("it has planned", Duration::from_secs(20), || running.log().contains("planned"));
    thread::sleep(Duration::from_millis(150));
    terminated(running);
    let rerun = crate::init(&spec).run();
    assert_eq!(rerun.exit, 0, "{}\n{}", rerun.stdout, rerun.log);
    crate::init(&spec).run().expect(0, "unchanged");
    integration::kafka::tool("kafka-topics", &["--delete", "--topic", "signal-.*"]);
}
