//! What a run takes from the process that it is in.

use std::ffi::OsString;
use std::io::{self, Read};

use crate::stop::Stop;

/// The surroundings of a run.
pub struct Host {
    /// Read when the spec is `-`.
    pub stdin: Box<dyn Read + Send>,
    /// Searched for credentials.
    pub environment: Vec<(OsString, OsString)>,
    /// Ends the run.
    pub stop: Stop,
}

impl Host {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one look at the environment, to refuse credentials in it"
    )]
    pub(crate) fn of_process() -> io::Result<Self> {
        let environment = std::env::vars_os().collect();
        Ok(Self { stdin: Box::new(io::stdin()), environment, stop: Stop::on_signals()? })
    }
}
