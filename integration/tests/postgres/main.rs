//! pg-init on real servers, verified with psql and the server's own log. Each test has a server of its own.

#![expect(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "the tests wait on real servers")]

mod acceptance;
mod canary;
mod certificates;
mod concurrency;
mod connection;
mod databases;
mod drift;
mod export;
mod extensions;
mod fault;
mod field;
mod foreign;
mod hostile;
mod interruptions;
mod locale;
mod lockout;
mod memberships;
mod names;
mod parameters;
mod passwords;
mod pinned;
mod pooler;
mod preconditions;
mod privileges;
mod publications;
mod read_back;
mod refusals;
mod secret_names;
mod sessions;
mod settings;
mod slots;
mod statement_hooks;
mod subscriptions;
mod undeclared;
mod variables;
mod watch;

use integration::Init;
use integration::postgres::{Server, major};

/// Secrets of the full spec, by name.
const SECRETS: [(&str, &str); 4] = [
    ("app_password", "canary-app"),
    ("cdc_password", "canary-cdc"),
    ("reporting_username", "hidden_reporter"),
    ("reporting_password", "pässwörd canary"),
];

/// The full spec from `roles` on, whose connection part is the server's.
fn full(server: &Server) -> Init {
    with_secrets(server.init(&full_body()))
}

/// The full spec from `roles` on, as far as the release knows it.
fn full_body() -> String {
    let spec = include_str!("../../specs/pg.full.yaml");
    let body = spec.find("\nroles:").map_or("", |at| &spec[at..]);
    // Features of later releases: publications of schemas, and the newest version of the extension.
    let known = |line: &&str| major() >= 15 || !line.contains("orders: {schemas");
    let body: String = body.lines().filter(known).map(|line| format!("{line}\n")).collect();
    if major() < 14 { body.replace("\"1.8\"", "\"1.7\"") } else { body }
}

/// The secrets that the full spec names.
fn with_secrets(init: Init) -> Init {
    SECRETS.into_iter().fold(init, |init, (name, value)| init.secret(name, value))
}
