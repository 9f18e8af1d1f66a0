//! Cold, again, and what an independent client reads of it.

use integration::docker;
use integration::minio::{ROOT, Server, Setup};
use serde_json::Value;

use crate::{FULL, SECRETS, baseline, whole};

/// The methods of the requests in a trace, apart from the tracer's own and from the question whether there is a key server,
/// which MinIO takes as a POST.
pub(crate) fn methods(trace: &str) -> Vec<String> {
    let text =
        |entry: &Value, pointer: &str| entry.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let lines = trace.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ours = lines.filter(|entry| {
        let path = text(entry, "/request/path").unwrap_or_default();
        !["/trace", "/kms/status"].iter().any(|call| path.contains(call))
    });
    ours.filter_map(|entry| text(&entry, "/request/method")).collect()
}

#[test]
fn the_baseline_is_provisioned_and_a_rerun_only_reads() {
    let server = Server::new();
    whole(server.init(&baseline())).run().expect(0, "changed");
    whole(server.init(FULL)).run().expect(0, "changed");
    server.trace();
    for spec in [&baseline(), FULL] {
        let again = whole(server.init(spec)).run().expect(0, "unchanged");
        assert_eq!(again.changes(), [""; 0]);
    }
    let methods = methods(&server.traced());
    assert!(methods.len() > 20, "{methods:?}");
    assert!(methods.iter().all(|method| method == "GET"), "{methods:?}");
    let (user, secret) = (SECRETS[0].1, SECRETS[1].1);
    assert!(server.mc_as((user, secret), &["ls", "t"]).ok().contains("loki-bucket"));
    assert_eq!(
        server.mc(&["anonymous", "get", "t/cdn-bucket"]).ok(),
        "Access permission for `t/cdn-bucket` is `public`\n"
    );
}

#[test]
fn every_field_reads_back_as_the_spec_says() {
    let server = Server::new();
    whole(server.init(FULL)).run().expect(0, "changed");
    whole(server.init(FULL)).run().expect(0, "unchanged");
    whole(server.init(FULL)).args(&["plan"]).run().expect(0, "unchanged");
    for (args, shown) in [
        (
            &["admin", "user", "info", "t", "loki"][..],
            "AccessKey: loki\nStatus: enabled\nPolicyName: loki-rw\nMemberOf: [writers]\n",
        ),
        (
            &["admin", "user", "info", "t", "former"],
            "AccessKey: former\nStatus: disabled\nPolicyName: readonly\nMemberOf: []\n",
        ),
        (
            &["admin", "group", "info", "t", "writers"],
            "Group: writers\nStatus: enabled\nPolicy: readwrite\nMembers: loki\n",
        ),
        (&["quota", "info", "t/loki"], "Bucket `loki` has hard quota of 10 GiB\n"),
        (&["version", "info", "t/loki"], "t/loki versioning is enabled\n"),
        (&["anonymous", "get", "t/cdn"], "Access permission for `t/cdn` is `download`\n"),
        (
            &["retention", "info", "--default", "t/audit"],
            "Object locking 'GOVERNANCE' is configured for 30DAYS.\n",
        ),
    ] {
        assert_eq!(server.mc(args).ok().trim_end(), shown.trim_end(), "{args:?}");
    }
    assert_eq!(
        server.mc(&["tag", "list", "t/loki"]).ok(),
        "Name : http://localhost:9000/loki\nteam : observability\n"
    );
    let key = server.mc(&["admin", "accesskey", "info", "t", "loki-ci"]).ok();
    for line in
        ["Parent User: loki", "Status: enabled", "Policy: embedded", "Name: ci", "Description: CI uploads"]
    {
        assert!(key.contains(line), "{key}");
    }
    let rules = server.mc(&["ilm", "rule", "export", "t/loki"]).ok();
    let rules: Value = serde_json::from_str(&rules).unwrap_or_default();
    assert_eq!(rules["Rules"][0]["Expiration"]["Days"], 30, "{rules}");
    assert_eq!(rules["Rules"][1]["NoncurrentVersionExpiration"]["NoncurrentDays"], 7, "{rules}");
    let rows = cells(&server.mc(&["ilm", "rule", "ls", "t/loki"]).ok());
    assert!(rows.contains(&"expire-chunks Enabled chunks/ - 30 false".to_owned()), "{rows:?}");
    assert!(rows.contains(&"old-versions Enabled - - 7 0".to_owned()), "{rows:?}");
    let policy = server.mc(&["admin", "policy", "info", "t", "loki-rw"]).ok();
    let policy: Value = serde_json::from_str(&policy).unwrap_or_default();
    let statement = &policy["Policy"]["Statement"][0];
    assert_eq!(sorted(&statement["Action"]), ["s3:GetObject", "s3:ListBucket", "s3:PutObject"], "{policy}");
    assert_eq!(sorted(&statement["Resource"]), ["arn:aws:s3:::loki", "arn:aws:s3:::loki/*"], "{policy}");
}

/// The rows of a table of `mc`, without its lines.
fn cells(table: &str) -> Vec<String> {
    let row = |line: &str| {
        let cells: Vec<_> = line.split('│').map(str::trim).filter(|cell| !cell.is_empty()).collect();
        cells.join(" ")
    };
    table.lines().map(row).collect()
}

/// A set, which a server writes in any order.
fn sorted(list: &Value) -> Vec<String> {
    let mut texts: Vec<_> =
        list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    texts.sort();
    texts
}

#[test]
fn no_secret_is_in_any_output_trace_or_command_line() {
    let server = Server::new();
    server.trace();
    let running = whole(server.init(FULL)).args(&["--log", "trace"]).start();
    let inspected = docker(&["inspect", running.name()]).stdout;
    let ended = running.wait().expect(0, "changed");
    let logs = docker(&["logs", server.name()]);
    let shown = [ended.stdout, ended.log, inspected, server.traced(), logs.stdout, logs.stderr];
    assert!(shown[3].contains("add-user"), "the trace has the run");
    let canaries = SECRETS.iter().map(|(_, value)| *value).filter(|value| value.contains("5ecret"));
    for canary in canaries.chain([ROOT.1]) {
        assert!(shown.iter().all(|text| !text.contains(canary)), "{canary}");
    }
}

#[test]
fn a_name_from_a_secret_shows_as_its_label() {
    let server = Server::new();
    let ended = whole(server.init(&baseline())).args(&["--log", "trace"]).run().expect(0, "changed");
    assert!(ended.changes().contains(&"create_user {secret: minio_app_username}: applied".to_owned()));
    assert!(
        !ended.stdout.contains("\"application\"") && !ended.log.contains("application\""),
        "{}",
        ended.log
    );
}

/// Access keys are sealed by MinIO with a key that takes 64 MiB to derive.
#[test]
fn little_memory_is_enough_and_less_is_told() {
    let server = Server::new();
    let limited = |memory: &str, spec: &str, args: &[&str]| {
        let options = ["--memory", memory, "--memory-swap", memory];
        whole(server.init(spec)).network(server.network()).docker(&options).args(args).run()
    };
    let (before, after) = FULL.split_once("accessKeys:\n").unwrap();
    let key = |n: usize| format!("  key-{n}: {{user: loki, secretKey: {{secret: minio_loki_ci_secret}}}}\n");
    let many = format!("{before}accessKeys:\n{}{after}", (0..12).map(key).collect::<String>());
    limited("96m", &many, &[]).expect(0, "changed");
    limited("96m", &many, &[]).expect(0, "unchanged");
    let told = limited("64m", &many, &["--log", "off"]);
    assert_eq!(told.exit, 70, "{}", told.stdout);
    assert!(told.error().contains("this container has a limit of 64 MiB"), "{}", told.stdout);
    limited("64m", before, &[]).expect(0, "unchanged");
}

#[test]
fn two_runs_at_once_both_converge() {
    let server = Server::new();
    let runs = [whole(server.init(FULL)).start(), whole(server.init(FULL)).start()];
    for run in runs {
        assert_eq!(run.wait().exit, 0);
    }
    whole(server.init(FULL)).run().expect(0, "unchanged");
}

#[test]
fn four_drives_and_two_nodes_show_the_same_from_both() {
    let drives = ["server", "http://minio:9000/data/{1...2}", "http://minio-2:9000/data/{1...2}"];
    let setup = Setup { server: &drives, ..Setup::default() };
    let first = Server::start(&setup);
    let second = first.beside("minio-2", &setup);
    whole(first.init(&baseline())).run().expect(0, "changed");
    for server in [&first, &second] {
        assert!(server.mc(&["ls", "t"]).ok().contains("tempo-bucket"));
        assert!(server.mc(&["admin", "user", "list", "t"]).ok().contains("application"));
    }
    whole(first.init_at("endpoint: http://minio-2:9000", &baseline())).run().expect(0, "unchanged");
}

#[test]
fn one_node_with_four_drives_is_waited_for_and_provisioned() {
    let server = Server::start(&Setup { server: &["server", "/data/{1...4}"], ..Setup::default() });
    whole(server.init(FULL)).run().expect(0, "changed");
    assert!(server.mc(&["admin", "info", "t"]).ok().contains("4 drives online"));
    assert!(server.mc(&["ls", "t"]).ok().contains("audit"));
    whole(server.init(FULL)).run().expect(0, "unchanged");
}

#[test]
fn a_provisioning_account_need_not_be_root() {
    let server = Server::new();
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["admin:*"]},{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::*"]}]}"#;
    server.policy("provision", document);
    server.mc(&["admin", "user", "add", "t", "provisioner", "provisioner-5ecret"]).ok();
    server.mc(&["admin", "policy", "attach", "t", "provision", "--user", "provisioner"]).ok();
    let spec = format!(
        "endpoint: http://minio:9000\ncredentials: {{accessKey: provisioner, secretKey: {{secret: provisioner}}}}\n{FULL}"
    );
    let run = || {
        let init = integration::Init::new("minio-init", &spec).at(server.network(), server.name());
        whole(init).secret("provisioner", "provisioner-5ecret").run()
    };
    run().expect(0, "changed");
    run().expect(0, "unchanged");
}
