//! Containers that may hardly do anything: a run reports what it lacks, and never ends without a report.

use integration::{Ended, Init, tools};

use crate::SPEC;

/// The smallest spec of each tool: a server under a name that does not resolve.
const SPECS: [(&str, &str); 4] = [
    ("kafka-init", "bootstrap: [nobody-here:9092]\ntopics: {a: {}}\n"),
    (
        "minio-init",
        "endpoint: http://nobody-here:9000\ncredentials: {accessKey: a, secretKey: {secret: admin}}\nbuckets: {abc: {}}\n",
    ),
    ("pg-init", SPEC),
    ("valkey-init", "mode: standalone\nnodes: [nobody-here:6379]\npassword: {secret: admin}\n"),
];

fn limited(limits: &[&str], command: &str) -> Ended {
    run("pg-init", SPEC, limits, command)
}

fn run(tool: &'static str, spec: &str, limits: &[&str], command: &str) -> Ended {
    let init = Init::new(tool, spec).secret("admin", "canary").network("none");
    init.docker(limits).args(&[command, "--timeout", "3s"]).run()
}

#[test]
fn a_container_that_may_have_one_process_reports_what_to_raise() {
    assert_eq!(SPECS.map(|(tool, _)| tool.to_owned()).to_vec(), tools());
    for (tool, spec) in SPECS {
        let ended = run(tool, spec, &["--pids-limit", "1"], "apply").expect(70, "failed");
        assert!(ended.error().contains("may start none"), "{tool}: {}", ended.error());
        assert!(
            ended.report["error"]["remedy"].to_string().contains("pids_limit"),
            "{tool}: {}",
            ended.stdout
        );
        let last = ended.log.lines().last().unwrap_or_default();
        assert!(last.contains("\"level\":\"ERROR\""), "{tool}: {}", ended.log);
        // A run without a name look-up needs no thread.
        run(tool, spec, &["--pids-limit", "1"], "validate").expect(0, "valid");
    }
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
