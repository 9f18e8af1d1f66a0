//! The command `health`: asks, and tells in one line.

use std::io::{self, Read as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde::Serialize;

use super::name::{address, names};
use crate::cli::{Command, Format, Options};
use crate::exit::Exit;
use crate::shown::printable;

/// A watch answers between two steps of a pass; an engine waits longer for its healthcheck.
const PATIENCE: Duration = Duration::from_secs(5);
const LIMIT: u64 = 64 * 1024;

#[derive(Serialize)]
struct Answer<'a> {
    tool: &'a str,
    command: Command,
    healthy: bool,
    reason: &'a str,
}

/// The line, and the exit.
pub(crate) fn ask(tool: &str, options: &Options) -> (String, Exit) {
    let (healthy, reason) = asked(tool, options);
    let page = match options.format {
        Format::Text => printable(&reason),
        Format::Json | Format::Jsonl => {
            let answer = Answer { tool, command: options.command, healthy, reason: &reason };
            serde_json::to_string(&answer).unwrap_or_default()
        }
    };
    (page + "\n", if healthy { Exit::Converged } else { Exit::Negative })
}

fn asked(tool: &str, options: &Options) -> (bool, String) {
    let connected = names(tool, options).iter().find_map(|name| connect(name).ok());
    let Some(connection) = connected else {
        return (false, format!("no `{tool} watch` runs in this container"));
    };
    match answer(connection) {
        Ok(line) => match line.split_once(' ') {
            Some((code, reason)) => (code == "0", reason.to_owned()),
            None => (false, "the watch ended while it was asked".to_owned()),
        },
        Err(error) => (false, format!("the watch did not answer within {} s: {error}", PATIENCE.as_secs())),
    }
}

fn connect(name: &str) -> io::Result<UnixStream> {
    UnixStream::connect_addr(&address(name)?)
}

fn answer(connection: UnixStream) -> io::Result<String> {
    connection.set_read_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    connection.take(LIMIT).read_to_string(&mut line)?;
    Ok(line)
}
