//! Policies as people write them: MinIO keeps some in a form of its own, and takes others not at all.

use std::fmt::Write as _;

use integration::minio::Server;

fn policy(statement: &str) -> String {
    format!("{{document: {{Version: \"2012-10-17\", Statement: [{{Effect: Allow, {statement}}}]}}}}")
}

#[test]
fn conditions_that_the_server_keeps_in_another_form_are_the_same() {
    let server = Server::new();
    let mut spec = String::from("policies:\n");
    for (number, condition) in [
        r#"IpAddress: {"aws:SourceIp": "10.1.2.3"}"#,
        r#"IpAddress: {"aws:SourceIp": ["10.1.2.3/8", "192.0.2.0/24"]}"#,
        r#"NotIpAddress: {"aws:SourceIp": ["2001:DB8:0:0::1/32", "2001:db8::1/128"]}"#,
        r#"DateLessThan: {"aws:CurrentTime": "2030-01-01T00:00:00.5Z"}"#,
        r#"DateGreaterThan: {"aws:CurrentTime": "2020-01-01T00:00:00+00:00"}"#,
        r#"DateEquals: {"aws:CurrentTime": "2020-01-01T00:00:00.25+02:00"}"#,
        r#"Bool: {"aws:SecureTransport": true}"#,
        r#"NumericLessThanEquals: {"s3:max-keys": "10"}"#,
        r#"StringLike: {"s3:prefix": ["a/**", "b"]}, "Null": {"s3:prefix": false}"#,
    ]
    .into_iter()
    .enumerate()
    {
        let statement =
            format!("Action: \"s3:ListBucket\", Resource: \"arn:aws:s3:::b\", Condition: {{{condition}}}");
        let _ = writeln!(spec, "  condition-{number}: {}", policy(&statement));
    }
    for (number, resource) in ["arn:aws:s3:::b", "arn:aws:s3:::b/", "arn:aws:s3:::b/x", "arn:aws:s3:::*", "*"]
        .into_iter()
        .enumerate()
    {
        let statement = format!("Action: \"s3:*\", Resource: \"{resource}\"");
        let _ = writeln!(spec, "  resource-{number}: {}", policy(&statement));
    }
    server.init(&spec).run().expect(0, "changed");
    server.init(&spec).run().expect(0, "unchanged");
    server.restart();
    server.init(&spec).run().expect(0, "unchanged");
}

#[test]
fn what_the_server_does_not_take_is_told_before_the_first_write() {
    let server = Server::new();
    for (statement, words) in [
        (r#"Action: "s3:ListObjects", Resource: "*""#, "s3:ListObjects"),
        (r#"Action: "ec2:Start", Resource: "*""#, "ec2:Start"),
        (r#"Action: "s3:*", Resource: "arn:aws:iam::1:user/x""#, "arn:aws:iam"),
        (r#"Action: "s3:*", Resource: "*", Condition: {ArnLike: {"aws:SourceArn": "x"}}"#, "ArnLike"),
        (
            r#"Action: "s3:*", Resource: "*", Condition: {DateLessThan: {"aws:CurrentTime": "2030-01-01"}}"#,
            "2030-01-01",
        ),
        (
            r#"Action: "s3:GetObject", Resource: "*", Condition: {StringEquals: {"s3:prefix": a}}"#,
            "s3:prefix",
        ),
        (r#"Action: "s3:*", Resource: "*", Condition: {IpAddress: {"aws:SourceIp": "2001:db8::1"}}"#, "/128"),
    ] {
        let bad = policy(statement);
        let of_bucket = bad
            .replace("Effect: Allow,", "Effect: Allow, Principal: \"*\",")
            .replace("Resource: \"*\"", "Resource: \"arn:aws:s3:::second/*\"");
        for spec in [
            format!(
                "policies: {{fine: {}, wrong: {bad}}}\nbuckets: {{first: {{}}}}\n",
                policy("Action: \"s3:*\", Resource: \"*\"")
            ),
            format!("buckets: {{first: {{}}, second: {{policy: {of_bucket}}}}}\n"),
        ] {
            let ended = server.init(&spec).run();
            assert!(ended.exit != 0 && ended.stdout.contains(words), "{spec}: {}", ended.stdout);
            server.init(&spec).refused(ended.exit);
            assert!(
                !ended.changes().iter().any(|change| change.ends_with("applied")),
                "{spec}: {}",
                ended.stdout
            );
        }
    }
    assert!(!server.mc(&["ls", "t"]).ok().contains("first"));
    assert!(server.mc(&["admin", "policy", "info", "t", "fine"]).exit != 0);
}
