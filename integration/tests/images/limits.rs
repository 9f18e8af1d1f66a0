//! Containers that may hardly do anything: a run reports what it lacks, and never ends without a report.

use integration::{Ended, Init};

use crate::SPEC;

fn limited(limits: &[&str], command: &str) -> Ended {
    let init = Init::new("pg-init", SPEC).secret("admin", "canary").network("none");
    init.docker(limits).args(&[command, "--timeout", "3s"]).run()
}

#[test]
fn a_container_that_may_have_one_process_reports_what_to_raise() {
    let ended = limited(&["--pids-limit", "1"], "apply").expect(70, "failed");
    assert!(ended.error().contains("may start none"), "{}", ended.error());
    assert!(ended.report["error"]["remedy"].to_string().contains("pids_limit"), "{}", ended.stdout);
    assert!(ended.log.lines().last().unwrap_or_default().contains("\"level\":\"ERROR\""), "{}", ended.log);
    // What needs no name look-up needs no thread.
    limited(&["--pids-limit", "1"], "validate").expect(0, "valid");
}

#[test]
fn a_container_that_may_have_few_processes_runs() {
    for processes in ["2", "3"] {
        let ended = limited(&["--pids-limit", processes], "apply").expect(69, "failed");
        assert_eq!(ended.report["error"]["kind"], "unavailable", "{processes}: {}", ended.stdout);
    }
}

#[test]
fn a_container_that_may_open_few_files_reports_what_to_raise() {
    // With fewer, the engine itself cannot start the container.
    for files in ["12:12", "16:16"] {
        let ended = limited(&["--ulimit", &format!("nofile={files}")], "apply").expect(70, "failed");
        assert!(
            ended.report["error"]["remedy"].to_string().contains("ulimit -n"),
            "{files}: {}",
            ended.stdout
        );
    }
    limited(&["--ulimit", "nofile=24:24"], "apply").expect(69, "failed");
}
