//! What a run takes from the process that it is in.

use std::ffi::OsString;
use std::io::{self, Read};

use crate::stop::Stop;

/// The surroundings of a run.
pub struct Host {
    /// Read when the spec is `-`.
    pub stdin: Box<dyn Read + Send>,
    /// Searched for credentials, and what a spec that interpolates takes its variables from.
    pub environment: Vec<(OsString, OsString)>,
    /// Ends the run.
    pub stop: Stop,
}

impl Host {
    pub(crate) fn of_process() -> io::Result<Self> {
        Ok(Self { stdin: Box::new(io::stdin()), environment: environment(), stop: Stop::on_signals()? })
    }
}

/// The variables of this process.
#[expect(
    clippy::disallowed_methods,
    reason = "the one look at the environment, to refuse credentials in it, and for specs that interpolate"
)]
pub(crate) fn environment() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}
