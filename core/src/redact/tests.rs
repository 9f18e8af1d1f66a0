use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::Secret;

fn secrets(values: &[(&str, &str)]) -> Secrets {
    let read = values.iter().map(|(name, value)| (name.parse().unwrap(), Secret::from(*value)));
    Secrets::of(read.collect::<BTreeMap<_, _>>())
}

fn redactor(values: &[(&str, &str)]) -> Redactor {
    Redactor::new(&secrets(values), [])
}

const ODD: &str = "c4nary's \"pass\\word\"/é+&<1>\t%";

fn base64(bytes: &[u8], alphabet: [u8; 2], padded: bool) -> String {
    let digits: Vec<u8> = (b'A'..=b'Z').chain(b'a'..=b'z').chain(b'0'..=b'9').chain(alphabet).collect();
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let mut word = chunk.iter().fold(0_usize, |word, byte| word << 8 | usize::from(*byte));
        word <<= 8 * (3 - chunk.len());
        let letters = (0..=chunk.len()).map(|at| char::from(digits[word >> (18 - 6 * at) & 63]));
        text.extend(letters);
        text.extend(std::iter::repeat_n('=', if padded { 3 - chunk.len() } else { 0 }));
    }
    text
}

fn encode_each(value: &str, form: impl Fn(u8) -> String) -> String {
    value.bytes().map(form).collect()
}

fn encode_unless(value: &str, plain: impl Fn(u8) -> bool, form: impl Fn(u8) -> String) -> String {
    encode_each(value, |byte| if plain(byte) { char::from(byte).to_string() } else { form(byte) })
}

/// A value in every encoding that a peer may use.
fn forms(value: &str) -> Vec<String> {
    let alnum = |byte: u8| byte.is_ascii_alphanumeric();
    let json = serde_json::to_string(value).unwrap();
    let ascii: String = value
        .chars()
        .map(|letter| {
            let mut units = [0; 2];
            let escaped = letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04X}"));
            if letter.is_ascii_alphanumeric() { letter.to_string() } else { escaped.collect() }
        })
        .collect();
    vec![
        value.to_owned(),
        json.clone(),
        json.replace('/', "\\/"),
        ascii,
        serde_json::to_string(&json).unwrap(),
        encode_unless(value, alnum, |byte| format!("%{byte:02X}")),
        encode_unless(value, alnum, |byte| format!("%{byte:02x}")),
        encode_unless(
            value,
            |byte| alnum(byte) || byte == b'/' || byte == b'\'',
            |byte| format!("%{byte:02x}"),
        ),
        encode_unless(value, alnum, |byte| if byte == b' ' { "+".into() } else { format!("%{byte:02X}") }),
        encode_each(value, |byte| format!("%{byte:02X}")),
        encode_each(value, |byte| format!("{byte:02x}")),
        encode_each(value, |byte| format!("{byte:02X}")),
        encode_each(value, |byte| format!("\\x{byte:02x}")),
        encode_each(value, |byte| format!("\\{byte:03o}")),
        format!("{value:?}"),
        value.escape_default().to_string(),
        encode_unless(
            value,
            |byte| byte.is_ascii_graphic() && byte != b'\\' && byte != b'\'',
            |byte| match byte {
                b'\t' => "\\t".to_owned(),
                b'\\' | b'\'' => format!("\\{}", char::from(byte)),
                byte => format!("\\x{byte:02x}"),
            },
        ),
        value.replace('\'', "''"),
        value.replace('"', "\"\""),
        value.replace('\\', "\\\\").replace('\'', "''"),
        value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\'', "&#39;"),
        value.replace('&', "&#x26;").replace('"', "&quot;").replace('\'', "&apos;"),
    ]
}

#[test]
fn a_value_is_found_in_every_encoding_and_replaced_by_its_label() {
    for value in ["canary-0123456789", ODD, "пароль-очень-длинный", "a b c d e f"] {
        let redactor = redactor(&[("admin", value)]);
        for form in forms(value) {
            let redacted = redactor.redact_peer(&format!("ERR said '{form}' to me")).into_owned();
            assert!(
                redacted.starts_with("ERR said '") && redacted.ends_with("' to me"),
                "{form}: {redacted}"
            );
            assert!(redacted.contains("{secret: admin}"), "{form}: {redacted}");
            let left = redacted.replace("{secret: admin}", "");
            assert!(left.len() <= "ERR said '\"\\\"\\\"' to me".len() + 2, "{form}: {redacted}");
        }
    }
}

#[test]
fn a_value_is_found_in_base64_at_every_offset_of_a_longer_text() {
    for value in ["canary-0123456789", "s3cr3t", ODD] {
        let redactor = redactor(&[("admin", value)]);
        for before in ["", "a", "ab", "abc", "\0user\0", "user:"] {
            for after in ["", "x", "xy", "xyz"] {
                for alphabet in [*b"+/", *b"-_"] {
                    for padded in [true, false] {
                        let text = base64(format!("{before}{value}{after}").as_bytes(), alphabet, padded);
                        let redacted = redactor.redact_peer(&format!("token {text}, no")).into_owned();
                        assert_eq!(redacted, "token {secret: admin}, no", "{before:?} {after:?} {text}");
                    }
                }
            }
        }
    }
    let short = redactor(&[("app", "app")]);
    let text = base64(b"\0app\0app", *b"+/", true);
    assert_eq!(short.redact_peer(&format!("Basic {text}")), "Basic {secret: app}");
}

#[test]
fn a_short_value_is_found_only_as_a_whole_word() {
    let redactor = redactor(&[("app", "app"), ("one", "1"), ("test", "test")]);
    assert_eq!(redactor.redact_peer("apply to mapping, latest of 100"), "apply to mapping, latest of 100");
    assert_eq!(
        redactor.redact_peer("'app' at 1: (test) app_1"),
        "'{secret: app}' at {secret: one}: ({secret: test}) app_1"
    );
    let words = "authentication administrator deadbeef replication_factor 20261128";
    assert_eq!(redactor.redact_peer(words), words);
}

#[test]
fn a_public_value_is_replaced_in_texts_of_a_peer_only() {
    let secrets = secrets(&[("app", "app"), ("user", "provisioner"), ("word", "role")]);
    let redactor = Redactor::new(&secrets, ["roles: {app: {password: {secret: app}}}", "role"]);
    assert_eq!(redactor.redact_own("create role app"), "create role app");
    assert_eq!(redactor.redact_own("owner: provisioner -> app"), "owner: {secret: user} -> app");
    assert_eq!(redactor.redact_peer("no app for provisioner"), "no {secret: app} for {secret: user}");
}

#[test]
fn a_truncated_value_and_each_line_of_a_value_are_found() {
    let long = "0123456789abcdefghijklmnopqrstuvwxyz";
    let pem =
        "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\nAgEGCCqGSM49AwEHBG0w\n-----END PRIVATE KEY-----";
    let redactor = redactor(&[("long", long), ("key", pem)]);
    assert_eq!(redactor.redact_peer("args '0123456789abcdefghijk"), "args '{secret: long}");
    assert_eq!(redactor.redact_peer("bad line MIGHAgEAMBMGByqGSM49."), "bad line {secret: key}.");
    let remedy = "it begins with -----BEGIN PRIVATE KEY-----";
    assert_eq!(redactor.redact_peer(remedy), remedy);
}

#[test]
fn a_label_is_not_redacted_again() {
    let redactor = redactor(&[("a", "secret"), ("secret", "canary-canary")]);
    let once = redactor.redact_peer("secret canary-canary").into_owned();
    assert_eq!(once, "{secret: a} {secret: secret}");
    assert_eq!(redactor.redact_peer(&once), once);
}

#[test]
fn the_longest_of_several_matching_values_is_replaced() {
    let redactor = redactor(&[("a", "canary-1"), ("b", "canary-1234")]);
    assert_eq!(redactor.redact_peer("canary-1234 canary-12"), "{secret: b} {secret: a}2");
    assert_eq!(format!("{redactor:?}"), "Redactor of 2 secrets");
}

proptest! {
    #[test]
    fn a_value_is_replaced_at_every_place_of_a_text(
        value in "[a-zA-Z0-9 '\"\\\\%&+/<é☃-]{6,40}", before in "\\PC{0,20}", after in "\\PC{0,20}", form in 0..22_usize,
    ) {
        let redactor = redactor(&[("x", &value)]);
        let written = forms(&value)[form].clone();
        let redacted = redactor.redact_peer(&format!("{before} {written} {after}")).into_owned();
        let hidden = redacted.matches("{secret: x}").count() + 1;
        prop_assert!(hidden > 1, "{written}: {redacted}");
    }

    #[test]
    fn any_text_is_redacted_without_panic(text in "\\PC{0,200}") {
        let redactor = redactor(&[("x", "canary-12"), ("y", "é"), ("z", "\\")]);
        let _ = redactor.redact_peer(&text);
    }
}
