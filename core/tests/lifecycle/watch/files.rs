//! Tests of the files of a watch: which changes are detected, and when they take effect.

use std::fs;
use std::time::Duration;

use tokio::time::sleep;

use super::{MINUTE, calls, converged, exits, remove, watched, watched_from, watched_with};
use crate::fake::SERVER;
use crate::scenario::SPEC;

#[tokio::test(start_paused = true)]
async fn a_changed_file_and_a_signal_trigger_a_pass_at_once() {
    let spec = "endpoint: server:1234\npassword: {secret: good}\nnote: {file: note}\nitems: {a: 1}\n";
    let reports = watched("once", converged(), 60 * MINUTE, async |watch| {
        watch.at(1).await;
        fs::write(watch.folder.join("note"), "one").unwrap();
        watch.spec(spec);
        for (second, change) in [(10, "secret"), (20, "note"), (30, "signal")] {
            watch.at(second).await;
            let before = calls("observe");
            match change {
                "secret" => watch.secret("two"),
                "note" => fs::write(watch.folder.join("note"), "two").unwrap(),
                _ => watch.trigger.fire(),
            }
            watch.at(second + 3).await;
            assert_eq!(calls("observe"), before + 1, "{change}");
        }
        watch.spec(&spec.replace("a: 1", "a: 1, c: 3"));
        watch.at(40).await;
        watch.stop();
    });
    let (exit, reports) = reports.await;
    assert_eq!((exit, reports.len()), (0, 2), "{reports:?}");
    assert_eq!(reports[1].2, ["create item c (3) Applied"]);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_written_during_a_pass_takes_effect_when_it_is_complete() {
    let spec = "endpoint: server:1234\npassword: {secret: good}\nnote: {file: note}\nitems: {a: 1}\n";
    let reports = watched("torn", converged(), 60 * MINUTE, async |watch| {
        watch.at(1).await;
        fs::write(watch.folder.join("note"), "one").unwrap();
        watch.spec(spec);
        watch.at(10).await;
        // The file is first empty, then incomplete but valid, then complete.
        let half = spec.replace("a: 1", "a: 1, d: 4");
        let whole = spec.replace("a: 1", "a: 1, c: 3");
        for (file, half, whole) in
            [("good", "t", "two"), ("note", "t", "two"), ("spec.yaml", half.as_str(), whole.as_str())]
        {
            for content in ["", half, whole] {
                fs::write(watch.folder.join(file), content).unwrap();
                watch.trigger.fire();
                sleep(Duration::from_millis(100)).await;
            }
            sleep(Duration::from_secs(5)).await;
        }
        // The file is missing for a moment, as when an editor replaces it.
        fs::remove_file(watch.folder.join("spec.yaml")).unwrap();
        watch.trigger.fire();
        sleep(Duration::from_millis(100)).await;
        watch.spec(&whole);
        watch.at(60).await;
        watch.stop();
    });
    let (exit, reports) = reports.await;
    let [(0, 0, nothing), (_, 0, whole)] = reports.as_slice() else { panic!("{reports:?}") };
    assert_eq!(
        (exit, nothing.len(), whole.as_slice()),
        (0, 0, ["create item c (3) Applied".to_owned()].as_slice())
    );
}

#[tokio::test(start_paused = true)]
async fn a_piped_spec_is_read_once_and_its_files_in_every_pass() {
    let spec = "endpoint: server:1234\npassword: {secret: good}\nnote: {file: FOLDER/note}\nitems: {a: 1}\n";
    let reports = watched_from(true, spec, ("piped", converged(), 60 * MINUTE), async |watch| {
        for (second, file) in [(10, "note"), (20, "good")] {
            watch.at(second).await;
            let before = calls("observe");
            fs::write(watch.folder.join(file), "two").unwrap();
            watch.at(second + 3).await;
            assert_eq!(calls("observe"), before + 1, "{file}");
        }
        watch.spec("items: [");
        watch.trigger.fire();
        watch.at(30).await;
        assert!(watch.is_healthy());
        fs::remove_file(watch.folder.join("note")).unwrap();
        watch.at(60).await;
        assert!(watch.is_healthy() && watch.health.now().1.contains("note.file"), "{:?}", watch.health.now());
        watch.stop();
    });
    assert_eq!(exits(&reports.await), [0, 65]);
}

#[tokio::test(start_paused = true)]
async fn a_missing_directory_is_reported_when_it_disappears_and_returns() {
    let reports = watched("folder", converged(), MINUTE, async |watch| {
        watch.at(MINUTE).await;
        let aside = watch.folder.with_extension("aside");
        fs::rename(&watch.folder, &aside).unwrap();
        watch.at(10 * MINUTE).await;
        assert!(
            watch.is_healthy() && watch.health.now().1.contains("cannot read the spec"),
            "{:?}",
            watch.health.now()
        );
        remove("a");
        watch.at(12 * MINUTE).await;
        assert!(
            SERVER.with_borrow(|server| server.items.contains_key("a")),
            "the last good spec is in force"
        );
        fs::rename(&aside, &watch.folder).unwrap();
        watch.at(15 * MINUTE).await;
        watch.stop();
    });
    assert_eq!(exits(&reports.await), [0, 65, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_changes_all_the_time_does_not_stop_the_passes() {
    let spec = "endpoint: server:1234\npassword: {secret: good}\nitems: {a: 1}\n";
    let reports = watched_with(spec, "restless", converged(), MINUTE, async |watch| {
        for turn in 0..6 * MINUTE * 10 {
            watch.secret(&format!("value {turn}"));
            sleep(Duration::from_millis(100)).await;
        }
        assert!(watch.is_healthy() && calls("observe") > 20, "{} {:?}", calls("observe"), watch.health.now());
        watch.stop();
    });
    assert_eq!(exits(&reports.await), [0]);
}

#[tokio::test(start_paused = true)]
async fn an_invalid_spec_is_reported_once_and_the_last_valid_one_stays_in_use() {
    let reports = watched("wrong", converged(), MINUTE, async |watch| {
        watch.at(MINUTE).await;
        watch.spec("endpoint: server:1234\nitems: {a: -1}\n");
        watch.at(5 * MINUTE).await;
        assert!(watch.is_healthy(), "{:?}", watch.health.now());
        assert!(
            watch.health.now().1.contains("items.a: a value is not negative"),
            "{:?}",
            watch.health.now()
        );
        remove("b");
        watch.at(8 * MINUTE).await;
        assert!(SERVER.with_borrow(|server| server.items.contains_key("b")));
        watch.spec("items: [");
        watch.at(10 * MINUTE).await;
        watch.spec(SPEC);
        watch.at(12 * MINUTE).await;
        watch.stop();
    });
    // The reports: first pass, invalid spec, `b` restored, spec invalid in another way, valid spec.
    assert_eq!(exits(&reports.await), [0, 65, 0, 65, 0]);
}

#[tokio::test(start_paused = true)]
async fn every_file_of_a_directory_is_observed_including_new_ones() {
    let reports = watched("directory", converged(), MINUTE * 60, async |watch| {
        watch.at(MINUTE).await;
        watch.file("more.yml", "items: {c: 3}\n");
        watch.at(2 * MINUTE).await;
        watch.file("more.yml", "items: {c: 3, d: 4}\n");
        watch.file("notes.txt", "items: {x: 9}\n");
        watch.at(3 * MINUTE).await;
        watch.file("third.yaml", "items: {c: 5}\n");
        watch.at(4 * MINUTE).await;
        assert!(
            watch.health.now().1.contains("third.yaml line 1 column 9, items.c: declared twice"),
            "{:?}",
            watch.health.now()
        );
        fs::remove_file(watch.folder.join("third.yaml")).unwrap();
        watch.at(5 * MINUTE).await;
        watch.stop();
    });
    let reports = reports.await;
    assert_eq!(exits(&reports), [0, 0, 0, 65, 0], "{reports:?}");
    let items: Vec<_> = SERVER.with_borrow(|server| server.items.keys().cloned().collect());
    assert_eq!(items, ["a", "b", "c", "d"]);
}
