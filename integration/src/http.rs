//! A peer that speaks HTTP as a test says: for answers that no real server gives.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// One request.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Such as `GET /bucket?lifecycle=`.
    pub line: String,
    /// The head as it came, with the line.
    pub head: String,
    /// The body.
    pub body: String,
}

/// Listens on every address of the host. A container reaches it by a name that its `--add-host NAME:host-gateway` gives.
#[derive(Debug)]
pub struct FakeHttp {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl FakeHttp {
    /// `answer` writes what it wants. While it says true, the connection is kept for the next request.
    pub fn new(answer: impl Fn(&Asked, &mut TcpStream) -> bool + Send + Sync + 'static) -> Self {
        let listener =
            TcpListener::bind("0.0.0.0:0").unwrap_or_else(|error| panic!("cannot listen: {error}"));
        let port = listener.local_addr().map_or(0, |address| address.port());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, noted) = (Arc::new(answer), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, noted) = (Arc::clone(&answer), Arc::clone(&noted));
                thread::spawn(move || serve(stream, answer.as_ref(), &noted));
            }
        });
        Self { port, asked }
    }

    /// The address on which it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The lines of all requests until now.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().map(|asked| asked.clone()).unwrap_or_default()
    }
}

fn serve(mut stream: TcpStream, answer: &dyn Fn(&Asked, &mut TcpStream) -> bool, noted: &Mutex<Vec<String>>) {
    let _ = stream.set_nodelay(true);
    while let Some(asked) = read(&mut stream) {
        if let Ok(mut noted) = noted.lock() {
            noted.push(asked.line.clone());
        }
        if !answer(&asked, &mut stream) {
            return;
        }
    }
}

fn read(stream: &mut TcpStream) -> Option<Asked> {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at;
        }
        let length = stream.read(&mut part).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&part[..length]);
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok())
        .unwrap_or(0);
    while bytes.len() < end + 4 + length {
        let length = stream.read(&mut part).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&part[..length]);
    }
    let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    Some(Asked { line, head, body: String::from_utf8_lossy(&bytes[end + 4..]).into_owned() })
}

/// Writes a whole answer; says whether the peer took it.
pub fn respond(stream: &mut TcpStream, status: &str, headers: &str, body: &str) -> bool {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).is_ok()
}

/// Writes `head`, and then `piece` again and again, with a pause, for as long as the peer takes it.
pub fn without_end(stream: &mut TcpStream, head: &str, piece: &[u8], pause: Duration) -> bool {
    let mut taken = stream.write_all(head.as_bytes()).is_ok();
    while taken {
        taken = stream.write_all(piece).is_ok();
        thread::sleep(pause);
    }
    false
}
