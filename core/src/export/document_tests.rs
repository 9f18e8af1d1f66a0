use std::collections::BTreeMap;

use super::*;

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

fn page(scope: &str, value: Option<&str>) -> String {
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
fn a_page_tells_its_secrets_and_what_is_missing() {
    insta::assert_snapshot!(page("", None));
}

#[test]
fn a_part_has_its_own_secrets_and_notes_alone() {
    insta::assert_snapshot!(page("acls,roles=read*", None));
}

#[test]
fn an_entry_that_holds_a_secret_of_the_run_is_left_out() {
    let page = page("", Some("readers"));
    assert!(!page.contains("readers:"), "{page}");
    assert!(page.contains("#   roles: 1 entries that hold"), "{page}");
}
