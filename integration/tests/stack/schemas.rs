//! The schemas that editors use, judged by a validator and a YAML parser that share no code with the tools.

use std::sync::OnceLock;

use integration::{Scratch, shell, tools};

/// Each with one mistake, and whether the schema can see it: what a name means is beyond a schema.
const WRONG: [(&str, bool, &str); 20] = [
    ("kafka-init", true, "bootstrap: [kafka:9092]\ntopics: {a: {partition: 3}}\n"),
    ("kafka-init", true, "bootstrap: [kafka:9092]\ntopics: {a: {partitions: many}}\n"),
    ("kafka-init", true, "topics: {a: {}}\n"),
    ("kafka-init", true, "bootstrap: [10.0.0.7:9092]\ntopics: {a: {}}\n"),
    (
        "minio-init",
        true,
        "endpoint: http://minio:9000\ncredentials: {accessKey: root, secretKey: hunter2hunter2}\n",
    ),
    (
        "minio-init",
        true,
        "endpoint: http://minio:9000\ncredentials: {accessKey: root, secretKey: {secret: s}}\nbuckets: {a: {versioned: true}}\n",
    ),
    (
        "minio-init",
        false,
        "endpoint: http://10.0.0.7:9000\ncredentials: {accessKey: root, secretKey: {secret: s}}\n",
    ),
    ("pg-init", true, "endpoint: pg:5432\nuser: postgres\npassword: hunter2\n"),
    ("pg-init", true, "endpoint: pg:5432\nuser: postgres\npassword: {secret: s}\nroles: {a: {logn: true}}\n"),
    ("pg-init", true, "endpoint: pg:5432\nuser: postgres\npassword: {secret: s}\nroles: {a: {login: yes}}\n"),
    ("pg-init", true, "endpoint: 10.0.0.7:5432\nuser: postgres\npassword: {secret: s}\n"),
    ("valkey-init", true, "mode: standalone\nnodes: [a:6379]\npassword: hunter2\n"),
    ("kafka-init", true, "bootstrap: [kafka]\ntopics: {a: {}}\n"),
    ("kafka-init", true, "bootstrap: ['kafka:9092']\ntopics: {a topic: {}}\n"),
    ("kafka-init", true, "bootstrap: ['kafka:9092']\ntopics: [{names: [..], partitions: 1}]\n"),
    (
        "minio-init",
        true,
        "endpoint: minio:9000\ncredentials: {accessKey: root, secretKey: {secret: s}}\nbuckets: {uploads: {}}\n",
    ),
    (
        "minio-init",
        true,
        "endpoint: http://minio:9000\ncredentials: {accessKey: root, secretKey: {secret: s}}\nbuckets: {my_bucket: {}}\n",
    ),
    (
        "pg-init",
        true,
        "endpoint: pg:5432\nuser: postgres\npassword: {secret: s}\nroles: {a: {settings: {work mem: 1MB}}}\n",
    ),
    ("valkey-init", true, "mode: swarm\nnodes: [a:6379]\npassword: {secret: s}\n"),
    ("valkey-init", true, "mode: standalone\nnodes: [10.0.0.7:6379]\npassword: {secret: s}\n"),
];

/// The errors of the schema for each file.
fn opinions(tool: &str, files: &[String]) -> Vec<String> {
    let said = shell(&format!(
        "/usr/bin/python3 integration/check-spec.py docs/schema/{tool}.json {}",
        files.join(" ")
    ));
    let opinions: Vec<String> = said.ok().lines().map(str::to_owned).collect();
    assert_eq!(opinions.len(), files.len(), "{tool}");
    opinions
}

fn validates(tool: &str, file: &str) -> bool {
    static BUILT: OnceLock<String> = OnceLock::new();
    let built = BUILT.get_or_init(|| shell(". integration/lib.sh && tools").ok().trim().to_owned());
    let said = shell(&format!("{built}/{tool} validate --spec {file} --log off"));
    assert!([0, 65].contains(&said.exit), "{file}: {}{}", said.stdout, said.stderr);
    said.exit == 0
}

fn files(pattern: &str) -> Vec<String> {
    shell(&format!("git ls-files -- {pattern}")).ok().lines().map(str::to_owned).collect()
}

#[test]
fn every_spec_that_is_promised_to_work_is_accepted_and_says_which_schema_it_has() {
    for tool in &tools() {
        let ours = format!("'integration/specs/{}.*.yaml'", tool.trim_end_matches("-init"));
        let specs = [files(&ours), files(&format!("'examples/{tool}/*.yaml'"))].concat();
        assert!(specs.len() > 2, "{tool}");
        for (spec, opinion) in specs.iter().zip(opinions(tool, &specs)) {
            assert_eq!(opinion, "ok", "{spec}");
            let modeline = format!("# yaml-language-server: $schema=../../docs/schema/{tool}.json");
            let text = std::fs::read_to_string(integration::root().join(spec)).unwrap_or_default();
            assert!(text.starts_with(&modeline), "{spec} has no modeline");
            assert!(!spec.starts_with("examples/") || validates(tool, spec), "{spec}");
        }
    }
}

/// A schema that refuses what the tool accepts would teach people to turn it off.
#[test]
fn no_schema_is_stricter_than_its_tool() {
    let (mut accepted, mut refused) = (0, 0);
    for tool in &tools() {
        let specs = files(&format!("'{tool}/tests/*fixtures/*.yaml'"));
        for (spec, opinion) in specs.iter().zip(opinions(tool, &specs)) {
            let valid = validates(tool, spec);
            assert!(opinion == "ok" || !valid, "{spec} is valid, and the schema says: {opinion}");
            *(if valid { &mut accepted } else { &mut refused }) += 1;
        }
    }
    assert!(accepted >= 4 && refused >= 4, "{accepted} accepted, {refused} refused");
}

#[test]
fn every_property_has_a_description_and_an_example_that_fits_and_no_type_shows_its_name() {
    let check = |schema: &str| shell(&format!("/usr/bin/python3 integration/check-schema.py {schema}")).ok();
    assert_eq!(check("docs/schema/*-init.json"), "");
    let scratch = Scratch::new();
    let lacking = r#"{"properties": {"a": {"type": "string", "description": "x", "examples": [1]}}, "$defs": {
        "AclSpec": {"properties": {"b": {}}}}}"#;
    let lacking = scratch.file("schema.json", lacking.as_bytes()).display().to_string();
    let said: Vec<_> = check(&lacking).lines().map(|line| line.replace(&lacking, "")).collect();
    assert_eq!(
        said,
        [
            ": it has no $id",
            ": /$defs/AclSpec is the name of a type",
            ": /properties/a has an example that it refuses",
            ": /$defs/AclSpec/properties/b has no description",
            ": /$defs/AclSpec/properties/b has no example",
        ]
    );
}

/// An editor would mark what `interpolate` makes good.
#[test]
fn a_variable_is_right_where_a_pattern_holds() {
    let scratch = Scratch::new();
    let spec = "interpolate: true\nbootstrap: ['${KAFKA}']\ntopics: {'${APP}-events': {}}\n";
    let file = scratch.file("spec.yaml", spec.as_bytes()).display().to_string();
    assert_eq!(opinions("kafka-init", &[file]), ["ok"]);
}

#[test]
fn every_mistake_is_refused_and_the_schema_sees_what_a_schema_can() {
    let scratch = Scratch::new();
    for (number, (tool, seen, text)) in WRONG.into_iter().enumerate() {
        let file = scratch.file(&format!("{number}.yaml"), text.as_bytes()).display().to_string();
        assert!(!validates(tool, &file), "{tool} accepts:\n{text}");
        let opinion = &opinions(tool, &[file])[0];
        assert_eq!(opinion != "ok", seen, "{tool}, the schema says {opinion}:\n{text}");
    }
}
