//! Suggestions for an invalid command line, based on the conventions of other tools.

use clap::error::{ContextKind, ContextValue, ErrorKind};

const PLAN: &str = "the command `plan` shows what `apply` would do, without doing it";
const SPEC: &str = "the spec is named with `--spec PATH`; `-` reads standard input";
const SECRET: &str = "a credential is a file in the secrets directory (`--secrets-dir`), and the spec names it: {secret: NAME}";
const ENDPOINT: &str = "the server is named in the spec";

/// Adds a suggestion to the error if there is a likely one.
pub(super) fn with_suggestion(
    error: clap::Error,
    definition: &clap::Command,
    is_completions: bool,
) -> clap::Error {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        _ => String::new(),
    };
    let (argument, value) = (text(ContextKind::InvalidArg), text(ContextKind::InvalidValue));
    match (error.kind(), argument.as_str()) {
        (ErrorKind::UnknownArgument, option) => {
            let name = option.split('=').next().unwrap_or_default();
            with_tip(error, tip_for_option(name))
        }
        // Only `completions` takes a second positional argument.
        (ErrorKind::InvalidValue, "[SHELL]") if !is_completions => {
            let mut unexpected = clap::Error::new(ErrorKind::UnknownArgument).with_cmd(definition);
            let spec = is_path(&value).then_some(SPEC);
            unexpected.insert(ContextKind::InvalidArg, ContextValue::String(value));
            with_tip(unexpected, spec)
        }
        (ErrorKind::InvalidValue, "[COMMAND]") => with_tip(error, is_path(&value).then_some(SPEC)),
        _ => error,
    }
}

fn with_tip(mut error: clap::Error, tip: Option<&'static str>) -> clap::Error {
    if let Some(tip) = tip {
        // clap's own suggestion, an option with a similar spelling, has another meaning.
        error.remove(ContextKind::SuggestedArg);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    }
    error
}

/// The tip for an option that other tools have.
fn tip_for_option(name: &str) -> Option<&'static str> {
    match name {
        "--dry-run" | "--dryrun" | "--check" | "--diff" | "--noop" | "--what-if" | "-n" => Some(PLAN),
        "--file" | "--config" | "--config-file" | "--values" | "-f" | "-c" => Some(SPEC),
        "--password" | "--token" | "--secret" | "--secret-key" | "-W" | "-a" => Some(SECRET),
        "--host" | "--endpoint" | "--bootstrap-server" | "--url" | "--port" | "-h" | "-p" => Some(ENDPOINT),
        _ => None,
    }
}

fn is_path(text: &str) -> bool {
    text == "-" || text.contains(['/', '.'])
}
