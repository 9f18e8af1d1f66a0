use proptest::prelude::*;

use super::super::document::Untyped;
use super::*;
use crate::Files;
use crate::spec::Text;

fn parse(output: &str) -> Node {
    let text = Text::plain(output.to_owned(), Files::relative_to(std::path::Path::new("")));
    text.parse::<Untyped>().map_err(|violations| format!("{violations}\n{output}")).unwrap().0
}

fn written(entries: &[(String, Node)]) -> String {
    let mut output = String::new();
    write_fields(&mut output, 0, entries);
    output
}

const HOSTILE: [&str; 52] = [
    "${VAR}",
    "",
    " ",
    "a b",
    " a",
    "a ",
    "yes",
    "No",
    "ON",
    "off",
    "true",
    "False",
    "null",
    "Null",
    "~",
    "y",
    "N",
    "1",
    "-1",
    "0x1F",
    "0o7",
    "010",
    "1e5",
    "1.5",
    ".inf",
    ".nan",
    "1_000",
    "12:30:45",
    "2030-01-01",
    "<<",
    "=",
    "-",
    "- a",
    "?",
    "? a",
    ":",
    "a:",
    "a: b",
    "a #b",
    "#a",
    "'",
    "\"",
    "\\",
    "a\nb",
    "a\r\nb\t",
    "*a",
    "&a",
    "!a",
    "%a",
    "@a",
    "`a",
    "größe\u{202e}\u{feff}\u{0}\u{1b}[2J\u{85}\u{2028}\u{1F600}\u{10FFFF}",
];

#[test]
fn hostile_strings_are_read_back_as_keys_values_and_items() {
    for text in
        HOSTILE.iter().chain(&["---", "...", "{a}", "[a]", ",", "a, b", "{secret: x}", "$$", "|", ">"])
    {
        let node = |text: &str| Node::from(text);
        let inner =
            Node::map().with(text, node(text)).with("list", vec![node(text), Node::List(vec![node(text)])]);
        let entries = vec![("a".to_owned(), inner.clone()), ("b".to_owned(), node(text))];
        assert_eq!(parse(&written(&entries)), Node::Map(entries));
        // The same in block style.
        let wide = inner.with("wide", "x".repeat(200));
        let entries = vec![("a".to_owned(), Node::List(vec![wide.clone(), wide]))];
        assert_eq!(parse(&written(&entries)), Node::Map(entries));
    }
}

#[test]
fn a_string_is_quoted_only_if_needed() {
    for text in [
        "app",
        "kafka-1:19092",
        "https://minio:9000",
        "pg_monitor",
        "/etc/ca.pem",
        "C.UTF-8",
        "arn:aws:s3:::a",
    ] {
        assert_eq!(scalar(text), text);
    }
    for text in HOSTILE {
        assert!(scalar(text).starts_with('"'), "{text}");
    }
    assert_eq!(scalar("\u{1b}[2J"), "\"\\u001B[2J\"");
}

#[test]
fn short_collections_have_flow_style_and_long_texts_block_style() {
    let role = Node::map().with("login", true).with("memberOf", vec!["a", "b"]);
    let code = "#!lua name=f\n\n  return 1\n";
    let long =
        Node::map().with("code", code).with("also", "last line\nends here").with("no", "trailing \nspace");
    let entries = vec![("app".to_owned(), role), ("f".to_owned(), long), ("k".repeat(1_100), Node::from(1))];
    let output = written(&entries);
    assert!(output.starts_with(
        "app: {login: true, memberOf: [a, b]}\nf:\n  code: |\n    #!lua name=f\n\n      return 1\n"
    ));
    assert!(
        output.contains("  also: |-\n    last line\n    ends here\n  \"no\": \"trailing \\nspace\"\n? kkk"),
        "{output}"
    );
    assert_eq!(parse(&output), Node::Map(entries));
}

fn node() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        any::<String>().prop_map(Node::Text),
        "[a-z: #\n\t,\\[{'\"&*!|>-]{0,12}".prop_map(Node::Text),
        any::<bool>().prop_map(Node::from),
        any::<i64>().prop_map(Node::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Node::List),
            proptest::collection::btree_map(".{0,8}", inner, 0..5)
                .prop_map(|map| Node::Map(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_value_is_read_back(value in node()) {
        let entries = vec![("value".to_owned(), value)];
        prop_assert_eq!(parse(&written(&entries)), Node::Map(entries));
    }
}
