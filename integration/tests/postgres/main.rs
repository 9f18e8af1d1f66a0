//! pg-init against real servers, with psql and the server's own log as witnesses. Each test has a server of its own.

#![expect(clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(clippy::disallowed_methods, reason = "the tests wait on real servers")]

mod acceptance;
mod again;
mod canary;
mod certificates;
mod connection;
mod drift;
mod extensions;
mod fault;
mod hostile;
mod members;
mod names;
mod passwords;
mod pinned;
mod pooler;
mod privileges;
mod reader;
mod refusals;
mod running;
mod unsaid;
mod watch;

use integration::Init;
use integration::postgres::Server;

/// Secrets of the full spec, by name.
const SECRETS: [(&str, &str); 4] = [
    ("app_password", "canary-app"),
    ("cdc_password", "canary-cdc"),
    ("reporting_username", "hidden_reporter"),
    ("reporting_password", "pässwörd canary"),
];

/// The full spec from `roles` on, whose connection part is the server's.
fn full(server: &Server) -> Init {
    let spec = include_str!("../../specs/pg.full.yaml");
    let body = spec.find("\nroles:").map_or("", |at| &spec[at..]);
    SECRETS.into_iter().fold(server.init(body), |init, (name, value)| init.secret(name, value))
}
