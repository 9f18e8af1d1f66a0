use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::spec::{Context, Part, SpecSchema, Text};
use crate::variables::Variables;

fn secret(name: &str, purpose: &str) -> Node {
    Node::Secret { name: super::super::secret_name(name, "password"), purpose: purpose.to_owned() }
}

fn export() -> Export {
    let role = |name: &str| {
        let purpose = format!("the password of the role {name}");
        (name.to_owned(), Node::map().with("login", true).with("password", secret(name, &purpose)))
    };
    let mut export = Export::default();
    export.map("roles", [role("app"), role("a\n# b"), ("readers".to_owned(), Node::map())]);
    export.map("topics", []);
    export.list(
        "acls",
        [("User:a".to_owned(), Node::map().with("principal", "User:a").with("allow", vec!["read"]))],
    );
    export.one("persist", true);
    export.note("roles", "app", "its policy\nwith a second line");
    export
}

fn exported(scope: &str, value: Option<&str>) -> String {
    let spec =
        Node::map().with("endpoint", "pg:5432").with("password", Node::map().with("secret", "app_password"));
    let (connection, ignored) = Connection::of(spec.with("roles", Node::map()), &["roles", "topics"], &[]);
    assert_eq!(ignored, ["roles"]);
    let scope = Scope::new(scope.split_terminator(',').map(|part| part.parse().unwrap()).collect());
    let known = value.map(|value| ("admin".parse().unwrap(), value.into()));
    let secrets = crate::Secrets::of(known.into_iter().collect::<BTreeMap<_, _>>());
    let redactor = Redactor::new(&secrets, []);
    document(("toy-init", "pg:5432"), &connection, export(), &scope, &redactor)
}

#[test]
fn a_document_lists_its_secrets_and_notes() {
    insta::assert_snapshot!(exported("", None));
}

/// Some keys of a connection are valid only together with one section.
#[test]
fn a_key_that_belongs_to_a_section_is_written_only_with_it() {
    let spec = || Node::map().with("endpoint", "pg:5432").with("probe", "roles:1");
    let is_written = |carried: &[(&str, &str)]| {
        let (connection, _) = Connection::of(spec(), &["roles"], carried);
        assert_eq!(connection.to_yaml().contains("probe"), carried.is_empty());
        let of = ("toy-init", "pg:5432");
        document(of, &connection, export(), &Scope::default(), &Redactor::default()).contains("\nprobe:")
    };
    assert!(is_written(&[]) && is_written(&[("probe", "roles")]) && !is_written(&[("probe", "topics")]));
}

#[test]
fn a_part_lists_only_its_own_secrets_and_notes() {
    insta::assert_snapshot!(exported("acls,roles=read*", None));
}

#[test]
fn an_entry_that_holds_a_secret_of_the_run_is_left_out() {
    let page = exported("", Some("readers"));
    assert!(!page.contains("readers:"), "{page}");
    assert!(page.contains("#   roles: 1 entries that hold"), "{page}");
}

/// Parses a document as a spec without its type.
fn parse(page: &str) -> Node {
    let part = Part { name: String::new(), written: page.to_owned(), base: "".into() };
    let variables = Variables::default();
    let context = Context { variables: &variables, spec_schema: &SpecSchema::default };
    let text = Text::new(vec![part], &context).map_err(|error| format!("{error:?}\n{page}")).unwrap();
    text.parse::<Untyped>().map_err(|violations| format!("{violations}\n{page}")).unwrap().0
}

fn export_of_texts(texts: &[&str]) -> (String, Node) {
    let named = |text: &&str| ((*text).to_owned(), Node::map().with("same", *text).with(text, 1));
    let entries: Vec<_> = texts.iter().map(named).collect();
    let connection =
        Node::map().with("endpoint", "pg:5432").with("user", texts.first().copied().unwrap_or_default());
    let mut export = Export::default();
    export.map("roles", entries.clone());
    export.list("acls", entries.clone());
    let (connection, _) = Connection::of(connection, &[], &[]);
    let page =
        document(("toy-init", "pg:5432"), &connection, export, &Scope::default(), &Redactor::default());
    let list = Node::List(entries.iter().map(|(_, node)| node.clone()).collect());
    let spec = Node::Map(connection.fields).with("roles", Node::Map(entries)).with("acls", list);
    (page, spec)
}

#[test]
fn a_text_that_looks_like_a_variable_is_read_back_unchanged() {
    let hostile = [
        "${VAR}",
        "a${B:-c}",
        "$",
        "$$",
        "$HOME",
        "${aws:username}",
        "$${X}",
        "cost: ${Y} in $",
        "plain",
        "${A",
    ];
    let (page, spec) = export_of_texts(&hostile);
    assert!(page.contains("interpolate: true\nendpoint:") && page.contains("\"$${VAR}\":"), "{page}");
    assert_eq!(parse(&page), spec);
    // Dollar signs that cannot start a variable are not doubled.
    let (page, spec) = export_of_texts(&["${aws:username}", "$1", "see ${X} there", "$HOME"]);
    assert!(!page.contains("interpolate") && page.contains("\"$HOME\""), "{page}");
    assert_eq!(parse(&page), spec);
}

proptest! {
    #[test]
    fn every_name_is_read_back_unchanged(names in proptest::collection::btree_set("[${}A:\\-a '\"\n]{1,8}", 1..6)) {
        let (page, spec) = export_of_texts(&names.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(parse(&page), spec);
    }
}
