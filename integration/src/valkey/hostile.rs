//! A peer that answers as no server does: without end, with lengths that nothing has, or with what it was told.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// The fault of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// These bytes again and again, without end.
    Endless(&'static str),
    /// These bytes, and then nothing.
    Says(&'static str),
    /// These bytes, and then zeros without end.
    Then(&'static str),
    /// A byte of a good answer now and then.
    Drips,
    /// An error that repeats everything that was sent, with this before it.
    Repeats(&'static str),
}

/// It listens on the host, on every address.
#[derive(Debug)]
pub struct Hostile {
    port: u16,
}

impl Hostile {
    /// One that behaves so from the first command on, or only after the login.
    pub fn new(manner: Manner, after_login: bool) -> Self {
        let listener = TcpListener::bind(("::", 0)).unwrap_or_else(|error| panic!("cannot listen: {error}"));
        let port = listener.local_addr().map_or(0, |address| address.port());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || drop(serve(stream, manner, after_login)));
            }
        });
        Self { port }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }
}

fn serve(mut stream: TcpStream, manner: Manner, after_login: bool) -> std::io::Result<()> {
    let mut asked = vec![0; 65536];
    let mut login = after_login;
    loop {
        let length = stream.read(&mut asked)?;
        if length == 0 {
            return Ok(());
        }
        if std::mem::take(&mut login) {
            stream.write_all(b"+OK\r\n")?;
            continue;
        }
        match manner {
            Manner::Endless(bytes) => loop {
                stream.write_all(bytes.repeat(1 + 8192 / bytes.len()).as_bytes())?;
            },
            Manner::Then(bytes) => {
                stream.write_all(bytes.as_bytes())?;
                loop {
                    stream.write_all(&[b'0'; 8192])?;
                }
            }
            Manner::Says(bytes) => stream.write_all(bytes.as_bytes())?,
            Manner::Drips => {
                stream.write_all(b"$100000\r\n")?;
                loop {
                    stream.write_all(b"a")?;
                    thread::sleep(Duration::from_millis(200));
                }
            }
            Manner::Repeats(before) => {
                let words = String::from_utf8_lossy(&asked[..length]).replace("\r\n", " ");
                stream.write_all(format!("-{before} {words}\r\n").as_bytes())?;
            }
        }
    }
}
