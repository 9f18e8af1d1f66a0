//! The command `health`, the client of the health socket.

use std::io::{self, Read as _};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde::Serialize;

use super::name::{address, names};
use crate::cli::{Command, Format, Options};
use crate::escape::printable;
use crate::exit::Exit;

/// The time limit for the answer. A watch answers between two steps of a pass, and container engines wait longer than this.
const TIME_LIMIT: Duration = Duration::from_secs(5);
const SIZE_LIMIT: u64 = 64 * 1024;

#[derive(Serialize)]
struct Answer<'a> {
    tool: &'a str,
    command: Command,
    healthy: bool,
    reason: &'a str,
}

/// Returns the line to print and the exit code.
pub(crate) fn ask(tool: &str, options: &Options) -> (String, Exit) {
    let (healthy, reason) = query(tool, options);
    let output = match options.format {
        Format::Text => printable(&reason),
        Format::Json | Format::Jsonl => {
            let answer = Answer { tool, command: options.command, healthy, reason: &reason };
            serde_json::to_string(&answer).unwrap_or_default()
        }
    };
    (output + "\n", if healthy { Exit::Converged } else { Exit::Negative })
}

fn query(tool: &str, options: &Options) -> (bool, String) {
    let connected = names(tool, options).iter().find_map(|name| connect(name).ok());
    let Some(connection) = connected else {
        return (false, format!("no `{tool} watch` runs in this container"));
    };
    match read_answer(connection) {
        Ok(line) => match line.split_once(' ') {
            Some((code, reason)) => (code == "0", reason.to_owned()),
            None => (false, "the watch ended while it was asked".to_owned()),
        },
        Err(error) => (false, format!("the watch did not answer within {} s: {error}", TIME_LIMIT.as_secs())),
    }
}

fn connect(name: &str) -> io::Result<UnixStream> {
    UnixStream::connect_addr(&address(name)?)
}

fn read_answer(connection: UnixStream) -> io::Result<String> {
    connection.set_read_timeout(Some(TIME_LIMIT))?;
    let mut line = String::new();
    connection.take(SIZE_LIMIT).read_to_string(&mut line)?;
    Ok(line)
}
