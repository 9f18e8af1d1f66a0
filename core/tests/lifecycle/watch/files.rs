//! The files of a watch: what is seen of a change, and when it counts.

use std::fs;
use std::time::Duration;

use tokio::time::sleep;

use super::{MINUTE, calls, converged, exits, remove, watched, watched_from, watched_with};
use crate::fake::SERVER;
use crate::scenario::SPEC;

#[tokio::test(start_paused = true)]
async fn a_spec_a_secret_a_plain_file_and_a_signal_call_for_a_pass_at_once() {
    let spec = "endpoint: server:1234\npassword: {secret: good}\nnote: {file: note}\nitems: {a: 1}\n";
    let told = watched("once", converged(), 60 * MINUTE, async |bed| {
        bed.at(1).await;
        fs::write(bed.folder.join("note"), "one").unwrap();
        bed.spec(spec);
        for (second, change) in [(10, "secret"), (20, "note"), (30, "signal")] {
            bed.at(second).await;
            let before = calls("observe");
            match change {
                "secret" => bed.secret("two"),
                "note" => fs::write(bed.folder.join("note"), "two").unwrap(),
                _ => bed.again.now(),
            }
            bed.at(second + 3).await;
            assert_eq!(calls("observe"), before + 1, "{change}");
        }
        bed.spec(&spec.replace("a: 1", "a: 1, c: 3"));
        bed.at(40).await;
        bed.stop();
    });
    let (exit, told) = told.await;
    assert_eq!((exit, told.len()), (0, 2), "{told:?}");
    assert_eq!(told[1].2, ["create item c (3) Applied"]);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_written_at_the_moment_of_a_pass_counts_when_it_is_whole() {
    let spec = "endpoint: server:1234\npassword: {secret: good}\nnote: {file: note}\nitems: {a: 1}\n";
    let told = watched("torn", converged(), 60 * MINUTE, async |bed| {
        bed.at(1).await;
        fs::write(bed.folder.join("note"), "one").unwrap();
        bed.spec(spec);
        bed.at(10).await;
        // Emptied, half written with a meaning of its own, and whole.
        let half = spec.replace("a: 1", "a: 1, d: 4");
        let whole = spec.replace("a: 1", "a: 1, c: 3");
        for (file, half, whole) in
            [("good", "t", "two"), ("note", "t", "two"), ("spec.yaml", half.as_str(), whole.as_str())]
        {
            for content in ["", half, whole] {
                fs::write(bed.folder.join(file), content).unwrap();
                bed.again.now();
                sleep(Duration::from_millis(100)).await;
            }
            sleep(Duration::from_secs(5)).await;
        }
        // A file that is gone for a moment, as between two steps of an editor.
        fs::remove_file(bed.folder.join("spec.yaml")).unwrap();
        bed.again.now();
        sleep(Duration::from_millis(100)).await;
        bed.spec(&whole);
        bed.at(60).await;
        bed.stop();
    });
    let (exit, told) = told.await;
    let [(0, 0, nothing), (_, 0, whole)] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(
        (exit, nothing.len(), whole.as_slice()),
        (0, 0, ["create item c (3) Applied".to_owned()].as_slice())
    );
}

#[tokio::test(start_paused = true)]
async fn a_spec_that_is_piped_is_read_once_and_the_files_that_it_names_again() {
    let spec = "endpoint: server:1234\npassword: {secret: good}\nnote: {file: FOLDER/note}\nitems: {a: 1}\n";
    let told = watched_from(true, spec, ("piped", converged(), 60 * MINUTE), async |bed| {
        for (second, file) in [(10, "note"), (20, "good")] {
            bed.at(second).await;
            let before = calls("observe");
            fs::write(bed.folder.join(file), "two").unwrap();
            bed.at(second + 3).await;
            assert_eq!(calls("observe"), before + 1, "{file}");
        }
        bed.spec("items: [");
        bed.again.now();
        bed.at(30).await;
        assert!(bed.well());
        fs::remove_file(bed.folder.join("note")).unwrap();
        bed.at(60).await;
        assert!(bed.well() && bed.health.now().1.contains("note.file"), "{:?}", bed.health.now());
        bed.stop();
    });
    assert_eq!(exits(&told.await), [0, 65]);
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_goes_and_comes_back_is_told_twice() {
    let told = watched("folder", converged(), MINUTE, async |bed| {
        bed.at(MINUTE).await;
        let aside = bed.folder.with_extension("aside");
        fs::rename(&bed.folder, &aside).unwrap();
        bed.at(10 * MINUTE).await;
        assert!(bed.well() && bed.health.now().1.contains("cannot read the spec"), "{:?}", bed.health.now());
        remove("a");
        bed.at(12 * MINUTE).await;
        assert!(
            SERVER.with_borrow(|server| server.items.contains_key("a")),
            "the last good spec is in force"
        );
        fs::rename(&aside, &bed.folder).unwrap();
        bed.at(15 * MINUTE).await;
        bed.stop();
    });
    assert_eq!(exits(&told.await), [0, 65, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_never_settles_does_not_stop_the_passes() {
    let spec = "endpoint: server:1234\npassword: {secret: good}\nitems: {a: 1}\n";
    let told = watched_with(spec, "restless", converged(), MINUTE, async |bed| {
        for turn in 0..6 * MINUTE * 10 {
            bed.secret(&format!("value {turn}"));
            sleep(Duration::from_millis(100)).await;
        }
        assert!(bed.well() && calls("observe") > 20, "{} {:?}", calls("observe"), bed.health.now());
        bed.stop();
    });
    assert_eq!(exits(&told.await), [0]);
}

#[tokio::test(start_paused = true)]
async fn a_spec_that_is_wrong_is_told_once_and_the_last_good_one_stays_in_force() {
    let told = watched("wrong", converged(), MINUTE, async |bed| {
        bed.at(MINUTE).await;
        bed.spec("endpoint: server:1234\nitems: {a: -1}\n");
        bed.at(5 * MINUTE).await;
        assert!(bed.well(), "{:?}", bed.health.now());
        assert!(bed.health.now().1.contains("items.a: a value is not negative"), "{:?}", bed.health.now());
        remove("b");
        bed.at(8 * MINUTE).await;
        assert!(SERVER.with_borrow(|server| server.items.contains_key("b")));
        bed.spec("items: [");
        bed.at(10 * MINUTE).await;
        bed.spec(SPEC);
        bed.at(12 * MINUTE).await;
        bed.stop();
    });
    // The first pass, wrong, `b` again, wrong in another way, right.
    assert_eq!(exits(&told.await), [0, 65, 0, 65, 0]);
}
