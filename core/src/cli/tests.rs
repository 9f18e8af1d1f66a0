use super::*;

fn parsed(args: &[&str]) -> Result<Arguments, String> {
    let args: Vec<_> = ["fake-init"].iter().chain(args).map(OsString::from).collect();
    parse_arguments("fake-init", &args)
        .map_err(|error| error.to_string().trim_start_matches("error: ").to_owned())
}

#[test]
fn every_option_is_taken_with_and_without_an_equals_sign() {
    for args in [
        &["plan", "--spec", "-", "--secrets-dir=/s", "--timeout", "2m", "--format=text", "--log", "off"][..],
        &["--log=off", "--format", "text", "--timeout=2m", "--secrets-dir", "/s", "--spec=-", "plan"],
    ] {
        let options = parsed(args).unwrap();
        assert_eq!(
            (options.command, options.format, options.log),
            (Command::Plan, Some(Format::Text), LogLevel::Off)
        );
        assert_eq!((Source::from(options.spec), options.timeout), (Source::Stdin, Duration::from_secs(120)));
        assert_eq!(options.secrets_dir, PathBuf::from("/s"));
    }
    let several = parsed(&["--spec=a:b", "plan", "--spec", "c"]).unwrap();
    assert_eq!(Source::from(several.spec), Source::Several(vec!["a:b".into(), "c".into()]));
    let options = parsed(&[]).unwrap();
    assert_eq!((options.command, options.log), (Command::Apply, LogLevel::Info));
    assert_eq!(options.spec, [PathBuf::from("/etc/fake-init/spec.yaml")]);
}

#[test]
fn an_invalid_command_line_is_refused_with_a_suggestion() {
    for (args, problem) in [
        (&["plan", "--only", "="][..], "invalid value '=' for '--only <SECTION[=PATTERN]>': write SECTION"),
        (
            &["--spce", "x"][..],
            "unexpected argument '--spce' found\n\n  tip: a similar argument exists: '--spec'",
        ),
        (&["-x"], "unexpected argument '-x' found"),
        (&["plan", "apply"], "unexpected argument 'apply' found"),
        (
            &["validate", "/spec.yaml"],
            "unexpected argument '/spec.yaml' found\n\n  tip: the spec is named with `--spec PATH`",
        ),
        (&["completions", "fsh"], "invalid value 'fsh' for '[SHELL]'"),
        (
            &["plan", "--dry-run"],
            "unexpected argument '--dry-run' found\n\n  tip: the command `plan` shows what `apply` would do",
        ),
        (
            &["spec.yaml"],
            "invalid value 'spec.yaml' for '[COMMAND]'\n  [possible values: apply, plan, watch, health, validate, describe, export, schema, policy, completions]\n\n  tip: the spec is named",
        ),
        (
            &["-f", "spec.yaml"],
            "unexpected argument '-f' found\n\n  tip: the spec is named with `--spec PATH`",
        ),
        (
            &["--password=hunter2"],
            "unexpected argument '--password' found\n\n  tip: a credential is a file in the secrets directory",
        ),
        (&["--host", "pg"], "unexpected argument '--host' found\n\n  tip: the server is named in the spec"),
        (&["plan", "bash"], "a shell belongs to `completions`, not to `plan`"),
        (&["completions"], "the following required arguments were not provided:\n  <SHELL>"),
        (
            &["plna"],
            "invalid value 'plna' for '[COMMAND]'\n  [possible values: apply, plan, watch, health, validate, describe, export, schema, policy, completions]\n\n  tip: a similar value exists: 'plan'",
        ),
        (
            &["--format", "xml"],
            "invalid value 'xml' for '--format <FORMAT>'\n  [possible values: json, jsonl, text]",
        ),
        (&["--spec"], "a value is required for '--spec <PATH>' but none was supplied"),
        (&["--spec", "--log", "off"], "a value is required for '--spec <PATH>' but none was supplied"),
        (&["--spec="], "a value is required for '--spec <PATH>' but none was supplied"),
        (&["--log", "off", "--log", "off"], "the argument '--log <LOG>' cannot be used multiple times"),
        (&["--timeout", "0s"], "invalid value '0s' for '--timeout <DURATION>': it needs some time"),
    ] {
        let error = parsed(args).unwrap_err();
        assert!(error.starts_with(problem), "{args:?}: {error}");
    }
}

#[test]
fn an_option_of_another_command_is_refused() {
    let error = |sections: &[&str], args: &[&str]| {
        let check_combinations = check_combinations("fake-init", sections, parsed(args)?);
        check_combinations.map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(error(&["items"], &["export", "--only", "items=a*,items"]), Ok(()));
    assert_eq!(error(&["items"], &["plan", "--without-secrets"]), Ok(()));
    for (sections, args, problem) in [
        (
            &["items"][..],
            &["export", "--only", "itmes"][..],
            "--only: there is no section `itmes`; known here: items",
        ),
        (&["items"], &["apply", "--spec", "-", "--spec", "a"], "standard input (`-`) is a whole spec"),
        (&["items"], &["apply", "--only", "items"], "--only belongs to `export`, not to `apply`"),
        (&["items"], &["apply", "--without-secrets"], "--without-secrets belongs to `plan`, not to `apply`"),
        (&[], &["export"], "`export` of fake-init is not there yet"),
        (&[], &["plan", "--without-secrets"], "`plan --without-secrets` of fake-init is not there yet"),
    ] {
        let error = error(sections, args).unwrap_err();
        assert!(error.contains(problem), "{args:?}: {error}");
    }
}

#[test]
fn the_summary_has_a_line_for_each_option() {
    let page = parsed(&["-h"]).unwrap_err();
    for line in [
        "  [COMMAND]  The command [default: apply] [possible values: apply, plan, ",
        "      --timeout <DURATION>        The bound of the whole run, such as 90s or 2m; watch: of each pass [env: INIT_TIMEOUT] [default: 120s]",
        "  -h, --help                      Print help (see more with '--help')",
    ] {
        assert!(page.contains(line), "{page}");
    }
}

#[test]
fn the_version_has_the_commit_where_one_was_compiled_in() {
    let number = env!("CARGO_PKG_VERSION");
    assert_eq!(version(Some("0123abc-dirty")), format!("{number} (0123abc-dirty)"));
    assert_eq!((version(None), version(Some(""))), (number.to_owned(), number.to_owned()));
    let compiled_in = version(option_env!("DAYZERO_COMMIT"));
    for option in ["-V", "--version"] {
        assert_eq!(parsed(&[option]).unwrap_err(), format!("fake-init {compiled_in}\n"));
    }
}
