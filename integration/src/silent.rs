//! Peers that a real server cannot play: one that accepts and says nothing.

use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// Listens on the host and answers nothing, or the same few bytes to everyone.
#[derive(Debug)]
pub struct Silent {
    port: u16,
}

static OPEN: Mutex<Vec<TcpStream>> = Mutex::new(Vec::new());

impl Silent {
    /// Accepts and says nothing, for as long as the process lives.
    pub fn new() -> Self {
        let listener = TcpListener::bind(("::", 0)).unwrap_or_else(|error| panic!("cannot listen: {error}"));
        let port = listener.local_addr().map_or(0, |address| address.port());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if let Ok(mut open) = OPEN.lock() {
                    open.push(stream);
                }
            }
        });
        Self { port }
    }

    /// The port, on every address of the host.
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Default for Silent {
    fn default() -> Self {
        Self::new()
    }
}

/// Waits until something is so; a test that waits for ever says what for. Most questions are an `exec`: asked ten times a
/// second, they take a core.
pub fn eventually(what: &str, within: Duration, mut so: impl FnMut() -> bool) {
    let until = Instant::now() + within;
    while !so() {
        assert!(Instant::now() < until, "still not: {what}");
        thread::sleep(Duration::from_millis(250));
    }
}
