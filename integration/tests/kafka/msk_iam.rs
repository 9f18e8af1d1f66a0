//! `AWS_MSK_IAM`, against a fake broker that verifies the signature as Amazon's brokers do. There is no real one here.

use integration::hostile_kafka::{HostileKafka, Misdeed};
use integration::msk_iam::SECRET_KEY;
use integration::{Ended, Init};

const TOKEN: &str = "canary/of+the=session-77";

fn run(secret_key: &str, rest: &str) -> Ended {
    let broker = HostileKafka::new(Misdeed::Signed);
    let sasl = format!(
        "sasl: {{mechanism: AWS_MSK_IAM, region: eu-central-1, accessKey: AKIAEXAMPLE, secretKey: {{secret: iam_key}}{rest}}}"
    );
    let spec = format!("bootstrap: [\"hostile:{}\"]\n{sasl}\ntopics: {{wanted: {{}}}}\n", broker.port());
    let init = Init::new("kafka-init", &spec).secret("iam_key", secret_key).secret("iam_token", TOKEN);
    init.network("bridge")
        .docker(&["--add-host", "hostile:host-gateway"])
        .args(&["plan", "--log", "trace"])
        .run()
}

#[test]
fn a_login_is_signed_for_the_brokers_host_with_and_without_a_session_token() {
    for rest in ["", ", sessionToken: {secret: iam_token}"] {
        let ended = run(SECRET_KEY, rest);
        assert_eq!(ended.exit, 3, "{}\n{}", ended.stdout, ended.log);
        for canary in [SECRET_KEY, TOKEN, "x-amz-signature"] {
            assert!(!ended.stdout.contains(canary) && !ended.log.contains(canary), "{}", ended.log);
        }
    }
}

#[test]
fn another_secret_key_is_not_let_in() {
    let ended = run("another-key", "").expect(77, "failed");
    assert!(ended.error().contains("log in as AKIAEXAMPLE with AWS_MSK_IAM"), "{}", ended.error());
    assert!(ended.report["error"]["remedy"].to_string().contains("`sasl.accessKey`"), "{}", ended.stdout);
}
