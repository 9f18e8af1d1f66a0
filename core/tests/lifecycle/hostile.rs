//! Tests with a server that repeats secrets, sends terminal escape sequences, and sends very long texts.

use init_core::Command;
use init_core::FaultKind::{Denied, Rejected, Unavailable};

use crate::fake::{Act, Server};
use crate::scenario::Scenario;
use crate::{apply, check, connect, observe, script, server_with};

const CANARY: &str = "canary-\"0123'\\é";
const SPEC: &str =
    "endpoint: server:1234\npassword: {secret: odd}\nuser: {secret: name}\nitems: {app: 1, b: 2}\n";

/// Texts of a server with the password in several encodings, and with terminal escape sequences.
fn echoes() -> Vec<String> {
    let hex: String = CANARY.bytes().map(|byte| format!("{byte:02X}")).collect();
    let url: String = CANARY.bytes().map(|byte| format!("%{byte:02x}")).collect();
    vec![
        format!("unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' '{CANARY}'"),
        format!("json {}", serde_json::to_string(CANARY).unwrap()),
        format!("debug {CANARY:?}"),
        format!("sql '{}'", CANARY.replace('\'', "''")),
        format!("url {url}"),
        format!("hex {hex}"),
        "sasl AGFwcABjYW5hcnktIjAxMjMnXMOp".to_owned(),
        "\u{1b}[2J\u{9b}31m\u{202e}\u{2066}\u{2028}\r\n  ! conflict at forged".to_owned(),
    ]
}

fn spec(name: &'static str, server: Server) -> Scenario {
    Scenario { server, ..Scenario::spec(name, SPEC) }
}

/// All ways in which a text of the server gets into a report.
fn scenarios(text: &str) -> Vec<Scenario> {
    let says = |kind| [Act::Says(kind, text.to_owned())];
    let owner = Some(text.to_owned());
    vec![
        spec("connecting", connect(&says(Denied))),
        spec("waiting", connect(&vec![Act::Says(Unavailable, text.to_owned()); 200])),
        spec("reading", observe(&says(Denied))),
        spec("checking", check(&says(Rejected))),
        spec("applying", apply(&says(Rejected))),
        spec("awaiting", apply(&[Act::Awaits(text.to_owned())])),
        spec("not converging", Server { owner: owner.clone(), ..apply(&vec![Act::Lies; 9]) }),
        spec("drifted", Server { owner: owner.clone(), ..server_with(&[("app", 1)]) }),
        spec("in conflict", Server { owner, ..server_with(&[("b", 3)]) }),
    ]
}

#[tokio::test(start_paused = true)]
async fn secrets_and_control_characters_of_a_server_are_never_shown() {
    for text in echoes() {
        for scenario in scenarios(&text) {
            for command in [Command::Apply, Command::Plan] {
                let (shown, records) = scenario.run_with_records(command).await;
                crate::records::parse(&records);
                let shown = shown + &records;
                let plain = shown.replace("{secret: odd}", "");
                for part in ["canary", "63616E617279", "63616e", "%63%61", "AGFwcA", "YW5hcnkt"] {
                    assert!(!plain.contains(part), "{text}\n{shown}");
                }
                let is_control = |letter: char| {
                    letter != '\n' && (letter.is_control() || "\u{202e}\u{2066}\u{2028}".contains(letter))
                };
                assert!(
                    !shown.contains(is_control) && !shown.contains("\n  ! conflict at forged"),
                    "{shown}"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_name_from_a_secret_is_replaced_by_its_label_and_a_name_of_the_spec_is_not() {
    let owned = |owner: &str| Server { owner: Some(owner.to_owned()), ..server_with(&[]) };
    let shown = spec("owner", owned("provisioner")).run(Command::Plan).await;
    assert!(
        shown.contains("~ alter owner: {secret: name} -> app") && !shown.contains("provisioner"),
        "{shown}"
    );
    assert!(shown.contains("+ create item app (1)"), "{shown}");
    let spec = "endpoint: server:1234\npassword: {secret: app}\nitems: {app: 1}\n";
    let answer = Act::Says(Rejected, "app has the password app".to_owned());
    let server = Server { apply: script(&[answer]), ..server_with(&[]) };
    let shown = Scenario { server, ..Scenario::spec("one word for two", spec) }.run(Command::Apply).await;
    assert!(shown.contains("error: could not create item app (1)"), "{shown}");
    assert!(
        shown.contains("because fake error of kind Rejected: {secret: app} has the password {secret: app}"),
        "{shown}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_text_of_megabytes_is_truncated() {
    for scenario in scenarios(&"é".repeat(1_500_000)) {
        let shown = scenario.run(Command::Apply).await;
        assert!(shown.len() < 512 * 1024, "{}: {}", scenario.name, shown.len());
        assert!(shown.contains(" bytes more)"), "{}", scenario.name);
    }
}
