//! Tests of specs in several files.

use super::*;

#[test]
fn objects_of_several_files_are_one_spec() {
    let toy = read(&[
        ("etc/a.yaml", "endpoint: s:1\nx-c: &c {text: x}\ntopics: {a: *c}\nacls: [{text: '1'}]\n"),
        (
            "etc/b.yaml",
            "interpolate: true\nx-c: &c {text: y}\ntopics:\n  b: *c\n  ${NAME}: {<<: *c}\nacls:\n- text: '2'\n",
        ),
        ("etc/c.yaml", "# nothing\n"),
        ("etc/d.yaml", "topics: {}\nacls: []\n"),
    ]);
    let toy = toy.unwrap();
    let texts: Vec<_> =
        toy.topics.unwrap().into_iter().map(|(name, topic)| (name, topic.text.unwrap())).collect();
    let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    assert_eq!(texts, [pair("a", "x"), pair("b", "y"), pair("orders", "y")]);
    assert_eq!(toy.acls.unwrap().len(), 2);
    assert_eq!(toy.endpoint.as_deref(), Some("s:1"));
    // The anchor is in a section that comes later in the other file.
    let later = read(&[
        ("a", "topics: {a: {text: x}}\nacls: []\n"),
        ("b", "acls: [&c {text: y}]\ntopics: {b: *c}\n"),
    ]);
    assert_eq!(later.unwrap().topics.unwrap()["b"].text.as_deref(), Some("y"));
}

#[test]
fn a_clash_of_two_files_is_reported_with_both_places() {
    for (a, b, problem) in [
        (
            "topics:\n  t: {}\n",
            "interpolate: true\ntopics:\n  \"t\": {}\n",
            "b.yaml line 3 column 3, topics.t: declared twice: before at a.yaml line 2 column 3",
        ),
        ("topics:\n  orders: {}\n", "interpolate: true\ntopics: {${NAME}: {}}\n", "b.yaml line 2"),
        (
            "endpoint: a\n",
            "endpoint: a\n",
            "b.yaml line 1 column 1, endpoint: it stands in one file of a spec, and it is at a.yaml line 1 column 1 already",
        ),
        ("nodes: [a]\n", "\nnodes: [b]\n", "b.yaml line 2 column 1, nodes: it stands in one file"),
        (
            "topics: {}\n",
            "topics: []\n",
            "b.yaml line 1 column 1, topics: it is of another form than at a.yaml line 1 column 1",
        ),
        ("topics: &t {}\n", "topics: {}\n", "takes no anchor"),
        (
            "topics: {}\n",
            "topics:\n  t: {partitions: x}\n",
            "b.yaml line 2 column 19, topics.t.partitions: expected a whole number",
        ),
        (
            "topics: {}\n",
            "topics: {a: {}, a: {}}\n",
            "b.yaml line 1 column 17, topics.a: the key `a` is there twice",
        ),
        ("topics: {}\n", "topics: [\n", "b.yaml line "),
        ("topics: {}\n", "- a\n", "b.yaml line 1 column 1, (root): expected a mapping"),
        ("topics: {}\n", "a\n", "b.yaml line 1 column 1, (root): expected a mapping"),
        ("unknown: {}\n", "topics: {}\n", "a.yaml line 1 column 1, unknown: unknown key"),
        (
            "topics: {}\n",
            "topics: {\"${NAME}\": {}}\n",
            "b.yaml line 1 column 10, topics.\"${NAME}\": a variable that nothing",
        ),
        (
            "topics: {}\n",
            "interpolate: true\nendpoint: ${NONE}\n",
            "b.yaml line 2 column 11, endpoint: the variable NONE",
        ),
        ("topics: {}\n", "interpolate: 1\n", "b.yaml line 1 column 14, interpolate: expected true"),
        ("topics: {}\n", "topics: {}\n---\ntopics: {}\n", "b.yaml line "),
    ] {
        let error = read(&[("a.yaml", a), ("b.yaml", b)]).unwrap_err();
        assert!(error.starts_with(problem) || error.contains("takes no anchor"), "{a}{b}: {error}");
    }
}

/// Each position is that of the file as written, also after variables and aliases.
#[test]
fn errors_of_several_files_are_reported_at_once() {
    let error = read(&[
        ("b.yaml", "endpoint: [s]\ntopics:\n  t:\n    partitions: six\n    sort: x\n"),
        (
            "a.yaml",
            "interpolate: true\nx-c: &c {text: [\"${NAME}\"]}\ntopics:\n  ${NAME}: {partitions: \"${NUMBER}x\"}\n  u: *c\n  v: *c\n",
        ),
    ]);
    let error = error.unwrap_err();
    let begins: Vec<_> = error
        .lines()
        .take_while(|line| *line != "{")
        .map(|line| line.split(['`', ';', ',']).take(2).collect::<String>())
        .collect();
    assert_eq!(
        begins,
        [
            "a.yaml line 4 column 25 topics.orders.partitions: expected a whole number",
            "a.yaml line 5 column 6 topics.u: in the aliased text: expected a string",
            "a.yaml line 6 column 6 topics.v: in the aliased text: expected a string",
            "b.yaml line 1 column 11 endpoint: expected a string",
            "b.yaml line 4 column 17 topics.t.partitions: expected a whole number",
            "b.yaml line 5 column 5 topics.t.sort: unknown key ",
        ],
        "{error}"
    );
}

#[test]
fn a_path_is_relative_to_its_file() {
    let paths = |files: &[(&str, &str)]| {
        let text = text(files).unwrap();
        let topics = text.parse::<Toy>().unwrap().topics.unwrap();
        let of = |topic: &Topic| topic.policy.as_ref().unwrap().file.clone();
        let relative = topics.values().map(of).map(|path| text.files.base().join(path));
        relative.map(|path| path.display().to_string()).collect::<Vec<_>>()
    };
    let a = "topics: {a: {policy: {file: p.json}}}";
    let b = "topics: {b: {policy: {file: ../p.json}}, c: {policy: {file: /p.json}}}";
    assert_eq!(paths(&[("one/a", a), ("two/b", b)]), ["one/p.json", "two/../p.json", "/p.json"]);
    assert_eq!(paths(&[("one/a", a), ("one/b", b)]), ["one/p.json", "one/../p.json", "/p.json"]);
    // A key `file` within an untyped config is no path.
    let config = read(&[("one/a", "acls: [{config: {file: x}}]"), ("two/b", "topics: {}")]).unwrap();
    assert_eq!(config.acls.unwrap()[0].config.as_ref().unwrap()["file"], "x");
}

#[test]
fn an_inline_config_of_compose_can_be_moved_to_a_file() {
    let content = "topics:\n  ${NAME}:\n    partitions: ${NUMBER}\n    owner: \"${NONE:-app}\"\n    text: \"cost $$5 $${aws:username} $$NAME\"\n  $${NAME}x y: {}\n";
    let by_compose = "topics:\n  orders:\n    partitions: 12\n    owner: \"app\"\n    text: \"cost $5 ${aws:username} $NAME\"\n  ${NAME}x y: {}\n";
    assert_eq!(read_one(content).unwrap(), read(&[("s", by_compose)]).unwrap());
}
