//! Two runs about one bucket, each with tags, rules and notifications of its own.

use integration::minio::{Server, Setup};

fn spec(bucket: &str, which: &str) -> String {
    format!(
        "buckets: {{{bucket}: {{tags: {{{which}: yes}}, lifecycle: [{{id: {which}, prefix: {which}/, expireDays: 9}}],
            notifications: [{{target: \"arn:minio:sqs::a:webhook\", events: [\"s3:ObjectCreated:*\"], prefix: {which}/}}]}}}}\n"
    )
}

#[test]
fn neither_of_two_runs_loses_what_the_other_wrote() {
    let settings = [
        "MINIO_NOTIFY_WEBHOOK_ENABLE_a=on",
        "MINIO_NOTIFY_WEBHOOK_ENDPOINT_a=http://localhost:9/",
        "MINIO_NOTIFY_WEBHOOK_QUEUE_DIR_a=/tmp/q",
    ];
    let docker: Vec<&str> = settings.into_iter().flat_map(|setting| ["--env", setting]).collect();
    let server = Server::start(&Setup { docker: &docker, ..Setup::default() });
    server.ready();
    let mut lost = Vec::new();
    for n in 0..8 {
        let bucket = format!("shared-{n}");
        // Half of the times the bucket and its documents are there already.
        if n % 2 == 1 {
            server.shell(&format!("mc mb t/{bucket} && mc tag set t/{bucket} mine=1")).ok();
        }
        let specs = [spec(&bucket, "one"), spec(&bucket, "two")];
        let runs = [0, 1].map(|which: usize| server.init(&specs[which]).start());
        for run in runs {
            run.wait().expect(0, "changed");
        }
        for spec in &specs {
            if server.init(spec).args(&["plan"]).run().exit != 0 {
                lost.push(spec.clone());
            }
        }
        if n % 2 == 1 {
            assert!(server.mc(&["tag", "list", &format!("t/{bucket}")]).ok().contains("mine : 1"));
        }
    }
    assert_eq!(lost, [""; 0]);
}
