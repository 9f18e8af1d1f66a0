//! `gate LISTEN SERVER DIR`: stands before one server, in its container's network, and lets a counted number of commands
//! that change something through; reads always pass. All gates that share DIR count together:
//!
//! - `DIR/limit`: how many may pass; what comes after them is held for good, as if its sender had died before it.
//! - `DIR/passed`: how many have come so far, the held ones included.
//! - `DIR/kinds`: what each of them was, a line each.
//!
//! It runs in the servers' own image, so it has nothing but the standard library.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;

/// By their first two words; one word where there is no second that matters.
const CHANGING: [&str; 14] = [
    "ACL SAVE",
    "ACL SETUSER",
    "CLUSTER ADDSLOTSRANGE",
    "CLUSTER FORGET",
    "CLUSTER MEET",
    "CLUSTER MIGRATESLOTS",
    "CLUSTER REPLICATE",
    "CLUSTER SET-CONFIG-EPOCH",
    "CLUSTER SETSLOT",
    "CONFIG REWRITE",
    "CONFIG SET",
    "FUNCTION LOAD",
    "MIGRATE",
    "REPLICAOF",
];

fn main() -> io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [listen, server, dir] = args.as_slice() else {
        return Err(io::Error::other("usage: gate LISTEN SERVER DIR"));
    };
    let listener = TcpListener::bind(format!("0.0.0.0:{listen}"))?;
    for client in listener.incoming().flatten() {
        let (server, dir) = (format!("127.0.0.1:{server}"), PathBuf::from(dir));
        thread::spawn(move || carry(client, &server, &dir));
    }
    Ok(())
}

/// Whichever side ends, the other does too.
fn carry(client: TcpStream, server: &str, dir: &Path) -> io::Result<()> {
    let mut server = TcpStream::connect(server)?;
    let (mut answers, mut back) = (server.try_clone()?, client.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    let mut client = BufReader::new(client);
    while let Some((words, bytes)) = command(&mut client)? {
        let kind = words.iter().find(|words| CHANGING.contains(&words.as_str()));
        if let Some(kind) = kind
            && !may_pass(dir, &format!("{kind} {}", words[2]))?
        {
            loop {
                thread::park();
            }
        }
        server.write_all(&bytes)?;
    }
    server.shutdown(Shutdown::Both)
}

/// The next command as its first word, its first two, and what `CLUSTER SETSLOT` sets, with all its bytes as they came.
fn command(client: &mut impl BufRead) -> io::Result<Option<([String; 3], Vec<u8>)>> {
    let mut bytes = Vec::new();
    let Some(count) = number(client, &mut bytes, '*')? else { return Ok(None) };
    let mut words = Vec::new();
    for _ in 0..count {
        let Some(length) = number(client, &mut bytes, '$')? else { return Ok(None) };
        let mut word = vec![0; length + 2];
        client.read_exact(&mut word)?;
        bytes.extend(&word);
        words.push(String::from_utf8_lossy(word.trim_ascii_end()).to_ascii_uppercase());
    }
    let one = words.first().cloned().unwrap_or_default();
    let two = words.iter().take(2).cloned().collect::<Vec<_>>().join(" ");
    let state = words.get(3).filter(|_| two == "CLUSTER SETSLOT").cloned().unwrap_or_default();
    Ok(Some(([one, two, state], bytes)))
}

/// A line of a mark and a number; nothing at the end of the connection.
fn number(client: &mut impl BufRead, bytes: &mut Vec<u8>, mark: char) -> io::Result<Option<usize>> {
    let mut line = String::new();
    if client.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    bytes.extend(line.bytes());
    let number = line.trim_end().strip_prefix(mark).and_then(|number| number.parse().ok());
    number.map(Some).ok_or_else(|| io::Error::other(format!("not a command: {line:?}")))
}

/// Takes the next number; one at a time over all gates.
fn may_pass(dir: &Path, kind: &str) -> io::Result<bool> {
    let mut passed =
        File::options().read(true).write(true).create(true).truncate(false).open(dir.join("passed"))?;
    passed.lock()?;
    let mut text = String::new();
    passed.read_to_string(&mut text)?;
    let number = text.trim().parse().unwrap_or(0_usize) + 1;
    passed.rewind()?;
    passed.write_all(number.to_string().as_bytes())?;
    writeln!(File::options().append(true).create(true).open(dir.join("kinds"))?, "{}", kind.trim())?;
    let mut limit = String::new();
    File::open(dir.join("limit"))?.read_to_string(&mut limit)?;
    Ok(limit.trim().parse().is_ok_and(|limit: usize| number <= limit))
}
