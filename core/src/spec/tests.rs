use std::collections::BTreeMap;

use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

use super::*;
use crate::variables::Variables;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Toy {
    flag: Option<bool>,
    many: Option<Vec<BTreeMap<String, Vec<String>>>>,
    any: Option<serde_json::Value>,
}

fn messages(violations: &Violations) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn parse_with(yaml: &str, environment: &[(&str, &str)]) -> Result<Toy, String> {
    let parts = read(&Source::Stdin, yaml.as_bytes()).map_err(|error| error.problem().to_string())?;
    parse_parts(parts, environment)
}

fn parse_parts(parts: Vec<Part>, environment: &[(&str, &str)]) -> Result<Toy, String> {
    let environment: Vec<_> = environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
    let variables = Variables::new(&environment, &["TOYCLI_AUTH"]);
    let spec_schema = || SpecSchema::new(schemars::schema_for!(Toy).to_value());
    let text = Text::new(parts, &Context { variables: &variables, spec_schema: &spec_schema });
    let text = text.map_err(|unresolved| match unresolved {
        Unresolved::Invalid(violations) => messages(&violations),
        Unresolved::Credentials(violations) => format!("78: {}", messages(&violations)),
    })?;
    text.parse::<Toy>().map_err(|violations| messages(&violations))
}

fn parse(yaml: &str) -> Result<Toy, String> {
    parse_with(yaml, &[])
}

#[test]
fn a_boolean_of_yaml_1_1_is_refused() {
    assert_eq!(parse("flag: yes").unwrap_err(), "line 1 column 7, flag: expected true or false");
    assert!(parse("flag: true").is_ok());
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut bomb = String::from("any:\n  - &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.extend(["  - &a", &level.to_string(), " [", &aliases, "]\n"]);
    }
    assert!(parse(&bomb).unwrap_err().contains("the aliases (`*name`) expand to more than 1000000"));
    assert!(parse(&format!("x-{bomb}")).unwrap_err().contains("the aliases (`*name`) expand"));
}

#[test]
fn deep_nesting_is_refused_in_both_styles() {
    let flow = format!("any: {}1{}", "[".repeat(1_000), "]".repeat(1_000));
    let block: Vec<String> = (1..500).map(|depth| format!("{}a:", " ".repeat(depth))).collect();
    for yaml in [flow, format!("any:\n{}", block.join("\n"))] {
        let problem = parse(&yaml).unwrap_err();
        assert!(problem.contains("nested deeper than 64 levels"), "{problem}");
        let problem = parse(&format!("x-{yaml}")).unwrap_err();
        assert!(problem.contains("nested deeper than 64 levels"), "{problem}");
    }
}

#[test]
fn aliases_are_limited_by_their_expansion() {
    for aliases in [100, 10_000] {
        let items = vec!["*common"; aliases].join(", ");
        for anchored in ["many:\n- {c: &common [x]}\n-", "x-common: &common [x]\nmany:\n-"] {
            let keys: Vec<_> = (0..aliases).map(|key| format!("k{key}: *common")).collect();
            let toy = parse(&format!("{anchored} {{{}}}\nany: [{items}]\n", keys.join(", "))).unwrap();
            let count = toy.any.as_ref().and_then(|any| any.as_array()).map(Vec::len);
            assert_eq!(
                (count, toy.many.and_then(|mut many| many.pop()).map(|map| map.len())),
                (Some(aliases), Some(aliases))
            );
        }
    }
    let merged: Vec<_> = (0..20_000).map(|_| "{<<: *common, b: [y]}".to_owned()).collect();
    assert!(parse(&format!("x-common: &common {{a: [x]}}\nmany: [{}]\n", merged.join(", "))).is_ok());
}

#[test]
fn extension_fields_are_ignored_at_the_top_level_only() {
    assert!(parse("x-a: {any: thing}\nflag: true\nx-b: [1, 2]\n\"x-\": 1\n").unwrap().flag == Some(true));
    let unknown = parse("x-a: 1\nxb: 1\n").unwrap_err();
    assert!(unknown.starts_with("line 2 column 1, xb: unknown key `xb`"), "{unknown}");
    assert!(parse("x-a: 1\nx-a: 2\n").unwrap_err().contains("there twice"));
    assert!(parse("many: [{x-a: y}]\n").unwrap_err().contains("expected a list"));
    assert_eq!(parse("- x-a\n").unwrap_err(), parse("- flag\n").unwrap_err());
}

#[test]
fn a_second_document_is_refused() {
    for yaml in ["flag: true\n---\nflag: true\n", "flag: true\n...\n---\n[]\n"] {
        assert!(parse(yaml).unwrap_err().contains("`---` begins another"), "{}", parse(yaml).unwrap_err());
    }
}

#[test]
fn a_wrong_form_is_reported_with_the_correct_one() {
    for (yaml, problem) in [
        ("many: a, b", "expected a list, found one string: write `[FIRST, SECOND]`"),
        ("many: {a: b}", "expected a list, found a mapping: write each entry behind a `- `"),
        ("many: [[a]]", "expected a mapping, found a list: write each entry as `NAME:`"),
        ("many:\n- - a: b\n", "expected a mapping, found a list"),
        ("flag:true\n", "expected a mapping; is a space missing after a colon"),
        ("any: 1\nflag:true\n", "is a space missing after a colon"),
        ("flag:true\nany: 1\n", "is a space missing after a colon"),
        ("{flag:true}", "unknown key `flag:…`: is a space missing after the colon?"),
        ("any: {b: ${C}}\n", "braces, which begin a mapping unless it is quoted"),
        ("any: ${C}\n", "a variable that nothing has replaced"),
    ] {
        let messages = parse(yaml).unwrap_err();
        assert!(messages.contains(problem), "{yaml}: {messages}");
    }
}

#[test]
fn a_value_after_a_colon_without_a_space_is_not_repeated() {
    for yaml in ["{password:hunter2}", "flag: true\npassword:hunter2\n", "password:hunter2\n"] {
        let messages = parse(yaml).unwrap_err();
        assert!(!messages.contains("hunter2"), "{messages}");
    }
}

#[test]
fn a_spec_beyond_the_size_limit_is_refused() {
    let long = format!("# {}\nflag: true\n", "x".repeat(16 * 1024 * 1024));
    assert_eq!(parse(&long).unwrap_err(), "it is larger than 16 MiB");
    assert_eq!(
        read(&Source::Stdin, &b"flag: \xff"[..]).err().map(|error| error.problem().to_string()),
        Some("it is not UTF-8".to_owned())
    );
}

#[test]
fn a_list_item_has_its_path() {
    let problem = parse("many:\n  - {a: [x]}\n  - {b: {c: d}}\n").unwrap_err();
    assert_eq!(
        problem,
        "line 3 column 9, many[1].b: expected a list, found a mapping: write each entry behind a `- `, on a line of its own"
    );
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only whether it parses counts")]
struct Strict {
    name: String,
    #[serde(rename = "replicasPerPrimary")]
    replicas: Option<u32>,
    #[serde(rename = "replicationUser")]
    user: Option<String>,
    flag: Option<bool>,
    parts: Option<BTreeMap<String, Strict>>,
}

fn strict(yaml: &str) -> Vec<String> {
    let text = Text::plain(yaml.to_owned(), Files::relative_to(""));
    let violations = text.parse::<Strict>().err().unwrap_or_default();
    violations
        .iter()
        .map(|violation| violation.to_string().replace("; known here", "\n").lines().take(1).collect())
        .collect()
}

#[test]
fn all_errors_are_reported_in_the_order_of_the_file() {
    let yaml = "parts:\n  a: {name: x, size: 1}\n  b: {replicasPerPrimary: 1}\n  c: {name: y, flag: yes}\nname: [z]\nmore: 1\n";
    assert_eq!(
        strict(yaml),
        [
            "line 2 column 16, parts.a.size: unknown key `size`",
            "line 3 column 3, parts.b: the key `name` is missing",
            "line 4 column 22, parts.c.flag: expected true or false",
            "line 5 column 7, name: expected a string",
            "line 6 column 1, more: unknown key `more`",
        ]
    );
}

#[test]
fn a_missing_key_is_reported_at_its_mapping() {
    assert_eq!(
        strict("replicasPerPrimary: 1\nparts: {}\n"),
        ["line 1 column 1, (root): the key `name` is missing"]
    );
    for yaml in [
        "name: a\nparts:\n  b:\n    replicasPerPrimary: 1\n    replicationUser: c\n",
        "name: a\nparts:\n  b: {replicationUser: c, parts: {}}\n",
        "name: a\nparts:\n  b: {}\n",
    ] {
        assert_eq!(strict(yaml), ["line 3 column 3, parts.b: the key `name` is missing"], "{yaml}");
    }
}

#[test]
fn a_missing_key_is_reported_beside_an_unknown_key_that_is_not_similar() {
    let messages = strict("colour: red\n");
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].ends_with("the key `name` is missing"), "{messages:?}");
    assert!(messages[1].contains("unknown key `colour`"), "{messages:?}");
    for yaml in ["nam: a\n", "name: [a]\n"] {
        assert_eq!(strict(yaml).len(), 1, "{yaml}");
    }
}

#[test]
fn a_prefix_of_a_key_is_taken_for_that_key() {
    let messages = strict("name: a\nreplicas: 1\n").concat();
    assert!(messages.contains("did you mean `replicasPerPrimary`?"), "{messages}");
}

#[test]
fn errors_before_a_syntax_error_are_reported_too() {
    let messages = strict("name: [a\nreplicasPerPrimary: 1\n");
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages.concat().contains("is a `]` or `}` missing"), "{messages:?}");
    let messages = strict("name: [a]\nparts:\n\tb: {}\n");
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages.concat().contains("indent with spaces, not with tabs"), "{messages:?}");
}

proptest! {
    #[test]
    fn parsing_never_panics(yaml in "[a-z0-9:{}\\[\\],&*#!|>'\" \n-]{0,200}") {
        let _ = parse(&yaml);
    }
}
