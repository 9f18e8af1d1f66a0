use std::collections::BTreeMap;

use proptest::prelude::*;
use schemars::JsonSchema;
use serde::Deserialize;

use super::*;
use crate::files::FileRef;
use crate::secret;
use crate::variables::Variables;

#[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Toy {
    endpoint: Option<String>,
    nodes: Option<Vec<String>>,
    topics: Option<BTreeMap<String, Topic>>,
    acls: Option<Vec<Topic>>,
}

#[derive(Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Topic {
    partitions: Option<u32>,
    compact: Option<bool>,
    owner: Option<secret::Text>,
    names: Option<Vec<String>>,
    config: Option<BTreeMap<String, String>>,
    policy: Option<FileRef>,
    text: Option<String>,
}

const ENVIRONMENT: [(&str, &str); 9] = [
    ("NAME", "orders"),
    ("NUMBER", "12"),
    ("FLAG", "true"),
    ("EMPTY", ""),
    ("LIST", " a, b,,c ,"),
    ("YAML", "a: [b]\n- \"c\" #d"),
    ("SPLIT", "split"),
    ("SECRET", "secret"),
    ("MERGE", "<<"),
];

fn text(files: &[(&str, &str)]) -> Result<Text, String> {
    let part = |(name, written): &(&str, &str)| Part {
        name: (*name).to_owned(),
        written: (*written).to_owned(),
        base: Path::new(name).parent().unwrap_or(Path::new("")).to_owned(),
    };
    let environment: Vec<_> = ENVIRONMENT.iter().map(|(name, value)| (name.into(), value.into())).collect();
    let variables = Variables::new(&environment, &["TOYCLI_AUTH"]);
    let spec_schema = || SpecSchema::new(schemars::schema_for!(Toy).to_value());
    let context = Context { variables: &variables, spec_schema: &spec_schema };
    Text::new(files.iter().map(part).collect(), &context).map_err(|unresolved| match unresolved {
        Unresolved::Invalid(violations) => messages(&violations),
        Unresolved::Credentials(violations) => format!("78: {}", messages(&violations)),
    })
}

fn messages(violations: &Violations) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn read(files: &[(&str, &str)]) -> Result<Toy, String> {
    let text = text(files)?;
    text.parse::<Toy>().map_err(|violations| messages(&violations) + &format!("\n{}", text.yaml()))
}

fn read_one(yaml: &str) -> Result<Toy, String> {
    read(&[("spec.yaml", &format!("interpolate: true\n{yaml}"))])
}

fn topic(yaml: &str) -> Topic {
    read_one(&format!("topics: {{t: {{{yaml}}}}}")).unwrap().topics.unwrap().remove("t").unwrap()
}

#[test]
fn names_values_and_numbers_may_be_variables() {
    let toy = read_one(
        "topics:\n  ${NAME}:\n    partitions: ${NUMBER}\n    compact: ${FLAG}\n    owner: ${NAME}-x\n",
    );
    let topics = toy.unwrap().topics.unwrap();
    let orders = &topics["orders"];
    assert_eq!((orders.partitions, orders.compact), (Some(12), Some(true)));
    assert_eq!(orders.owner, Some(secret::Text::Plain("orders-x".to_owned())));
    // A quoted variable stays a string, even if its value looks like a number.
    assert_eq!(topic(r#"owner: "${NUMBER}""#).owner, Some(secret::Text::Plain("12".to_owned())));
    assert_eq!(topic(r#"text: "${NUMBER}", config: {"${NUMBER}": "${FLAG}"}"#).config.unwrap()["12"], "true");
    assert_eq!(topic(r#"text: "${EMPTY}""#).text.as_deref(), Some(""));
}

#[test]
fn a_value_is_substituted_literally_and_never_changes_the_structure() {
    let yaml = "a: [b]\n- \"c\" #d";
    for written in [
        "topics: {t: {text: \"${YAML}\"}}",
        "topics:\n  t:\n    text: ${YAML}\n",
        "topics:\n  t:\n    text: '${YAML}'\n",
        "topics:\n  t:\n    text: |-\n      ${YAML}\n",
        "topics:\n  t: {text: &a \"${YAML}\"}\n",
        "x-a: &a \"${YAML}\"\ntopics: {t: {text: *a}}\n",
    ] {
        let topics = read_one(written).unwrap().topics.unwrap();
        assert_eq!(topics["t"].text.as_deref(), Some(yaml), "{written}");
    }
    assert!(read_one("topics:\n  ${YAML}: {}\n").unwrap().topics.unwrap().contains_key(yaml));
    // A value does not become syntax: neither `split`, nor `secret`, nor a merge key.
    assert!(read_one("topics: {t: {names: {\"${SPLIT}\": a}}}").unwrap_err().contains("expected a list"));
    let merge = read_one("x-a: &a {text: b}\ntopics: {t: {\"${MERGE}\": *a}}").unwrap_err();
    assert!(merge.contains("unknown key `<<`"), "{merge}");
    assert!(
        read_one("x-a: &a {text: b}\ntopics: {t: {<<: *a}}").unwrap().topics.unwrap()["t"].text.is_some()
    );
}

#[test]
fn a_secrets_name_is_never_taken_from_a_variable() {
    for written in [
        "topics: {t: {owner: {secret: \"${NAME}\"}}}",
        "topics: {t: {owner: {\"${SECRET}\": \"${NAME}\"}}}",
        "x-a: &a \"${NAME}\"\ntopics: {t: {owner: {secret: *a}}}",
        "x-a: &a secret\ntopics: {t: {owner: {*a : \"x${NAME}\"}}}",
        "topics: {t: {owner: {secret: \"${NONE}\"}}}",
    ] {
        let problem = read_one(written).unwrap_err();
        assert!(problem.contains("a secret's name is written out") && problem.contains("line "), "{problem}");
    }
    let credential = read_one("topics: {t: {text: \"${PG_PASSWORD:-}\", owner: \"${NONE}\"}}").unwrap_err();
    assert!(
        credential.starts_with("78: line 2 column 20, topics.t.text: the variable PG_PASSWORD"),
        "{credential}"
    );
    assert!(read_one("endpoint: ${TOYCLI_AUTH}").unwrap_err().starts_with("78: "));
}

#[test]
fn all_variables_without_a_value_are_reported_at_once_with_their_places() {
    let problem = read_one(
        "topics:\n  ${NONE}:\n    text: 'x ${NAME:?} ${EMPTY:?say it}'\n    owner: $NAME\nendpoint: ${ALSO}\n",
    );
    let problem = problem.unwrap_err();
    let lines: Vec<&str> = problem.lines().collect();
    assert!(
        lines[0].starts_with("line 3 column 3, topics.\"${NONE}\": the variable NONE is not set"),
        "{problem}"
    );
    assert!(
        lines[1].starts_with(
            "line 4 column 11, topics.\"${NONE}\".text: the variable EMPTY has to be set: say it"
        )
    );
    assert!(
        lines[2]
            .starts_with("line 5 column 12, topics.\"${NONE}\".owner: `$NAME` is replaced in braces only")
    );
    assert!(lines[3].starts_with("line 6 column 11, endpoint: the variable ALSO is not set"), "{problem}");
}

#[test]
fn errors_after_substituted_texts_keep_their_positions() {
    for (written, place) in [
        (
            "topics:\n  ${YAML}: {}\n  b:\n    partitions: x\n",
            "line 5 column 17, topics.b.partitions: expected a whole number",
        ),
        ("topics:\n  b: {text: \"${YAML}\", partitions: ${NAME}}\n", "line 3 column"),
        (
            "topics:\n  b:\n    names: {split: \"${LIST}\"}\n    unknown: 1\n",
            "line 5 column 5, topics.b.unknown: unknown key",
        ),
        (
            "topics:\n  ${NAME}: {}\n  orders: {}\n",
            "line 4 column 3, topics.orders: the key `orders` is there twice",
        ),
        ("topics: ${NAME}\n", "line 2 column 9, topics: expected a mapping"),
        ("endpoint: a\nendpoint: ${NAME}\n", "line 3 column 1, endpoint: the key"),
        ("topics: {a: {b: ${C}}}\n", "line 2 column "),
    ] {
        let problem = read_one(written).unwrap_err();
        assert!(problem.contains(place), "{written}: {problem}");
    }
}

#[test]
fn a_text_is_split_only_where_a_list_of_names_is_expected() {
    let split = |yaml: &str| topic(yaml).names.unwrap();
    assert_eq!(split("names: {split: \"${LIST}\"}"), ["a", "b", "c"]);
    assert_eq!(split("names: {split: \"x,${NAME}\"}"), ["x", "orders"]);
    assert_eq!(split("names: {split: \"${EMPTY}\"}"), <[&str; 0]>::default());
    assert_eq!(read_one("nodes: {split: \"a:1 , b:2\"}").unwrap().nodes.unwrap(), ["a:1", "b:2"]);
    // `split` needs no `interpolate`.
    let plain = read(&[("s", "x-l: &l 'p, q'\nnodes: {split: *l}\n")]).unwrap();
    assert_eq!(plain.nodes.unwrap(), ["p", "q"]);
    let other = read_one("topics: {split: {text: a}}\nacls: [{config: {split: 'a,b'}}]").unwrap();
    assert!(other.topics.unwrap().contains_key("split"));
    assert_eq!(other.acls.unwrap()[0].config.as_ref().unwrap()["split"], "a,b");
    assert!(read_one("topics:\n  split:\n").unwrap_err().contains("topics.split"));
}

#[test]
fn variables_are_substituted_only_with_interpolate() {
    for yaml in [
        "endpoint: ${NAME}",
        "topics: {\"a.${NAME}\": {}}",
        "interpolate: false\nacls: [{text: \"x${NAME}y\"}]",
    ] {
        let problem = read(&[("s", yaml)]).unwrap_err();
        assert!(problem.contains("line ") && problem.contains("`interpolate: true`"), "{problem}");
    }
    let texts =
        ["see ${NAME} there", "f${x}\n  y", "arn:aws:s3:::${aws:username}/*", "$NAME", "$$", "${", "a$"];
    for text in texts {
        for option in ["", "interpolate: false\n"] {
            let yaml = format!("{option}acls: [{{text: {}}}]", serde_json::to_string(text).unwrap());
            let toy = read(&[("s", &yaml)]).unwrap();
            assert_eq!(toy.acls.unwrap()[0].text.as_deref(), Some(text));
        }
    }
    for value in ["yes", "1", "\"true\"", "[true]", "${FLAG}"] {
        let problem = read(&[("s", &format!("endpoint: a\ninterpolate: {value}\n"))]).unwrap_err();
        assert!(problem.starts_with("line 2 column 14, interpolate: expected true or false"), "{problem}");
    }
    assert!(read_one("interpolate: true").unwrap_err().contains("twice"));
    assert!(read(&[("s", "topics: {t: {interpolate: true}}")]).unwrap_err().contains("unknown key"));
}

/// An inline text that Compose has interpolated needs no further substitution.
#[test]
fn a_text_without_variables_is_not_rewritten() {
    for yaml in [
        "topics: {splitter: {}}\n",
        "interpolate: true\ntopics: {t: {}}\n",
        "interpolate: true\nacls: [{text: a$}]\n",
    ] {
        assert!(text(&[("s", yaml)]).unwrap().composed.is_none(), "{yaml}");
    }
}

#[test]
fn limits_hold_for_substituted_texts() {
    let mut bomb = String::from("x-a:\n  - &a0 [x, x, x, x, x, x, x, x, x, \"${NAME}\"]\n");
    for level in 1..9 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.extend(["  - &a", &level.to_string(), " [", &aliases, "]\n"]);
    }
    let problem = read_one(&bomb).unwrap_err();
    assert!(problem.contains("the aliases (`*name`) expand"), "{problem}");
    let deep = |depth: usize| format!("x-a: {}\"${{NAME}}\"{}\n", "[".repeat(depth), "]".repeat(depth));
    assert!(read_one(&deep(60)).is_ok());
    let problem = read_one(&deep(70)).unwrap_err();
    assert!(problem.contains("line 2 column") && problem.contains("deeper than 64"), "{problem}");
}

/// Values of all kinds, which look like every style of scalar.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-z:#\\-\\[\\]{}&*!|>'\"%@`,?~ \n\t\\\\$]{0,16}", "[0-9.eE+x-]{1,6}"]
}

fn resolved(yaml: &str, value: &str) -> Text {
    let part = Part { name: "s".into(), written: yaml.to_owned(), base: "".into() };
    let variables = Variables::new(&[("V".into(), value.into())], &[]);
    let spec_schema = || SpecSchema::new(schemars::schema_for!(Toy).to_value());
    Text::new(vec![part], &Context { variables: &variables, spec_schema: &spec_schema })
        .map_err(|_| ())
        .unwrap()
}

proptest! {
    #[test]
    fn any_value_is_substituted_literally_in_any_place(value in value().prop_filter("no NUL", |text| !text.contains('\0'))) {
        let yaml = "interpolate: true\ntopics:\n  \"${V}\": {text: \"a${V}b\"}\n  z z:\n    text: |\n      ${V}\n    config: {k: '${V}', \"x${V}\": l}\n";
        let text = resolved(yaml, &value);
        let topics = text.parse::<Toy>().map_err(|violations| messages(&violations)).unwrap().topics.unwrap();
        prop_assert_eq!(topics.len(), 2);
        prop_assert_eq!(topics[&value].text.clone().unwrap(), format!("a{value}b"));
        prop_assert_eq!(topics["z z"].text.clone().unwrap(), format!("{value}\n"));
        let config = topics["z z"].config.as_ref().unwrap();
        prop_assert_eq!(&config["k"], &value);
        prop_assert_eq!(&config[&format!("x{value}")], "l");
    }

    #[test]
    fn a_rewritten_text_has_the_same_value(yaml in "[a-z0-9:{}\\[\\],&*#!|>'\" \n~.<-]{0,60}") {
        // The variable forces the text to be rewritten; everything else stays the same.
        let plain = format!("x-v: v\nx-text:\n  {}\n", yaml.replace('\n', "\n  "));
        let varied = format!("interpolate: true\n{}", plain.replacen("x-v: v", "x-v: ${V}", 1));
        let read = |text: &str| serde_saphyr::from_str::<serde_json::Value>(text).ok().map(|value| value["x-text"].clone());
        if check(&plain).is_ok()
            && let Some(before) = read(&plain)
        {
            let text = resolved(&varied, "v");
            prop_assert_eq!(read(text.yaml()), Some(before), "{}", text.yaml());
        }
    }
}

#[path = "resolve_files_tests.rs"]
mod files;
