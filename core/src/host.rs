//! The inputs of a run from its process: standard input, environment and signals.

use std::ffi::OsString;
use std::io::{self, Read};

use crate::stop::Stop;

/// The process of a run, which tests replace.
pub struct Host {
    /// Standard input, which is read if the spec is `-`.
    pub stdin: Box<dyn Read + Send>,
    /// The environment variables. They are searched for credentials, and a spec with `interpolate: true` reads them.
    pub environment: Vec<(OsString, OsString)>,
    /// The signals that end the run.
    pub stop: Stop,
}

impl Host {
    pub(crate) fn of_process() -> io::Result<Self> {
        Ok(Self { stdin: Box::new(io::stdin()), environment: environment(), stop: Stop::on_signals()? })
    }
}

/// The environment variables of this process.
#[expect(
    clippy::disallowed_methods,
    reason = "the environment is read here only: to refuse credentials in it, and for specs with `interpolate: true`"
)]
pub(crate) fn environment() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}
