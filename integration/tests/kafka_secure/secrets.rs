//! Configs of a broker whose values are secrets, which Kafka never shows.

use integration::{root, shell};

use crate::{admin, recording, tool};

const PASSWORD: &str = "canary-of-the-key-store-61c0";
const OTHER: &str = "canary-of-another-store-9d2f";

/// The listener's own key and certificate in key stores with passwords, in the folder that the brokers mount.
fn make_key_stores() {
    let folder = root().join("integration/.secure");
    for (name, password) in [("one.p12", PASSWORD), ("two.p12", OTHER)] {
        shell(&format!(
            "cd {} && openssl pkcs12 -export -in broker.pem -out {name} -passout pass:{password} && chmod 0644 {name}",
            folder.display()
        ))
        .ok();
    }
}

fn spec(store: &str) -> String {
    format!(
        "brokerConfigs: {{2: {{listener.name.client.ssl.keystore.type: PKCS12, listener.name.client.ssl.keystore.location: {store}, \
         listener.name.client.ssl.keystore.password: {{secret: store}}, listener.name.client.ssl.key.password: {{secret: store}}}}}}\n"
    )
}

#[test]
fn a_key_store_is_set_with_its_password_left_alone_and_replaced_with_another_one() {
    crate::up();
    make_key_stores();
    let (one, two) = (spec("/run/secure/one.p12"), spec("/run/secure/two.p12"));
    let run =
        |spec: &str, password: &str| admin(spec).secret("store", password).args(&["--log", "trace"]).run();

    // The broker tries the password before anything is written.
    let refused = run(&one, OTHER).expect(76, "failed");
    assert!(!refused.stdout.contains(OTHER) && !refused.log.contains(OTHER), "{}", refused.stdout);
    let described =
        || tool("kafka-configs", &["--describe", "--entity-type", "brokers", "--entity-name", "2"]);
    assert!(!described().contains("one.p12"), "{}", described());

    let first = run(&one, PASSWORD).expect(0, "changed");
    assert_eq!(first.changes(), ["alter_broker_config 2: applied"]);
    let config = &first.report["changes"][0]["config"]["to"];
    assert_eq!(config["listener.name.client.ssl.keystore.password"], "{secret: store}");
    assert!(described().contains("ssl.keystore.password=null sensitive=true"), "{}", described());

    // Nobody can tell another value of the same secret: nothing is written.
    let sent = recording();
    let again = run(&one, OTHER).expect(0, "unchanged");
    assert!(sent.mutations().is_empty(), "{:?}", sent.mutations());

    // Another key store comes with its password.
    let replaced = run(&two, OTHER).expect(0, "changed");
    assert_eq!(replaced.report["changes"][0]["config"]["to"].as_object().map(serde_json::Map::len), Some(3));
    run(&two, OTHER).expect(0, "unchanged");
    for ended in [first, again, replaced] {
        for canary in [PASSWORD, OTHER] {
            assert!(!ended.stdout.contains(canary) && !ended.log.contains(canary), "{}", ended.stdout);
        }
    }
    let none = "brokerConfigs: {2: {listener.name.client.ssl.keystore.type: null, listener.name.client.ssl.keystore.location: null, \
                listener.name.client.ssl.keystore.password: null, listener.name.client.ssl.key.password: null}}\n";
    admin(none).run().expect(0, "changed");
    admin(none).run().expect(0, "unchanged");
}
