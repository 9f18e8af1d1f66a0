use proptest::prelude::*;

use super::*;

fn variables() -> Variables {
    let pairs = [("A", "a"), ("EMPTY", ""), ("ODD", "x: [\"${A}\"]\n- $$"), ("GITHUB_TOKEN", "x")];
    Variables::new(&pairs.map(|(name, value)| (name.into(), value.into())), &["TOYCLI_AUTH"])
}

#[test]
fn every_form_of_compose_is_substituted() {
    for (text, expanded) in [
        ("${A}", "a"),
        ("x${A}y${A}", "xaya"),
        ("${EMPTY}|${EMPTY:-d}|${EMPTY-d}|${NONE:-d}|${NONE-d}", "|d||d|d"),
        ("${A:+is}|${NONE:+is}|${EMPTY:+is}|${EMPTY+is}", "is|||is"),
        ("${A:?must}${EMPTY?must}", "a"),
        ("${NONE:-}", ""),
        ("${NONE:-${A}}${NONE:-x${NONE:-${A}}y}", "axay"),
        ("${NONE:-a}b}", "ab}"),
        ("$$ $${A} $$A $$$$", "$ ${A} $A $$"),
        ("$ 1$ $1 ^a$", "$ 1$ $1 ^a$"),
        ("${aws:username}/${A}/${jwt:sub}${}${1}${a b}${*}", "${aws:username}/a/${jwt:sub}${}${1}${a b}${*}"),
        ("${ODD}", "x: [\"${A}\"]\n- $$"),
    ] {
        assert_eq!(variables().expand(text), Ok(expanded.to_owned()), "{text}");
    }
}

#[test]
fn a_variable_without_a_value_is_refused_with_the_reason() {
    let name = String::from;
    for (text, problem) in [
        ("${NONE}", Problem::Unset(name("NONE"))),
        ("${NONE:?}", Problem::Unset(name("NONE"))),
        ("${EMPTY:?say why}", Problem::Required(name("EMPTY"), name("say why"))),
        ("${DB_PASSWORD:-x}", Problem::Credential(name("DB_PASSWORD"))),
        ("${GITHUB_TOKEN}", Problem::Credential(name("GITHUB_TOKEN"))),
        ("${toycli_auth}", Problem::Credential(name("toycli_auth"))),
        ("a $HOME", Problem::Bare(name("HOME"))),
        ("${A:-b", Problem::Unclosed(name("A"))),
    ] {
        assert_eq!(variables().expand(text), Err(problem), "{text}");
    }
    let deep = "${N:-".repeat(9) + &"}".repeat(9);
    assert_eq!(variables().expand(&deep), Err(Problem::TooDeep));
    let long = Variables::new(&[("L".into(), "x".repeat(100_000).into())], &[]);
    assert_eq!(long.expand(&"${L}".repeat(1_000)), Err(Problem::TooLong));
}

#[test]
fn the_first_variable_is_found_after_other_forms() {
    for text in ["${A}", "x${A_1}y", "${A:-b}", "${A-b}", "${A:?}", "${A?b}", "${A:+b}", "${aws:x}/${A}"] {
        assert!(first_variable(text).is_some(), "{text}");
    }
    for text in ["$A", "${}", "${1A}", "${aws:username}", "${file:/a:b}", "${A", "a}", "${A B}", "${é}"] {
        assert_eq!(first_variable(text), None, "{text}");
    }
    assert_eq!(first_variable("${aws:x}/${A:-${B}}/"), Some("${A:-${B}}"));
}

proptest! {
    #[test]
    fn doubled_dollars_are_substituted_by_single_ones(text: String) {
        prop_assert_eq!(variables().expand(&text.replace('$', "$$")), Ok(text));
    }

    #[test]
    fn any_text_is_substituted_without_panic(text in "[${}:?+A-C -]{0,40}") {
        let _ = (variables().expand(&text), first_variable(&text));
    }
}
