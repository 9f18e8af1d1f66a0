//! A proxy that takes a connection away after a counted number of requests, as a failing network would.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Bytes that a client sends at once count as one request: our clients wait for an answer, or pipeline requests that belong together.
#[derive(Debug)]
struct Counts {
    /// Requests that have passed.
    seen: AtomicUsize,
    /// The request whose answer is lost with its connection; none when zero.
    fatal: AtomicUsize,
}

/// Stands before one server. A container reaches it by a name that its `--add-host NAME:host-gateway` gives.
#[derive(Debug)]
pub struct Cut {
    port: u16,
    counts: Arc<Counts>,
}

impl Cut {
    /// A proxy for `server`, `ADDRESS:PORT` as the host sees it, that cuts nothing yet.
    pub fn before(server: &str) -> Self {
        let listener =
            TcpListener::bind("0.0.0.0:0").unwrap_or_else(|error| panic!("cannot listen: {error}"));
        let port = listener.local_addr().map_or(0, |address| address.port());
        let counts = Arc::new(Counts { seen: AtomicUsize::new(0), fatal: AtomicUsize::new(0) });
        let (server, shared) = (server.to_owned(), Arc::clone(&counts));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (server, counts) = (server.clone(), Arc::clone(&shared));
                thread::spawn(move || carry(client, &server, &counts));
            }
        });
        Self { port, counts }
    }

    /// The port on which it listens, on every address of the host.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Counts from zero, and cuts once: request `number`, from 1, reaches the server, its answer reaches nobody.
    /// Zero cuts nothing.
    pub fn after(&self, number: usize) {
        self.counts.seen.store(0, Ordering::SeqCst);
        self.counts.fatal.store(number, Ordering::SeqCst);
    }

    /// The number of requests that have passed since.
    pub fn seen(&self) -> usize {
        self.counts.seen.load(Ordering::SeqCst)
    }
}

fn carry(mut client: TcpStream, server: &str, counts: &Counts) {
    let Ok(mut server) = TcpStream::connect(server) else { return };
    let (Ok(answers), Ok(back)) = (server.try_clone(), client.try_clone()) else { return };
    let answering = thread::spawn(move || pass_back(answers, back));
    let mut request = vec![0; 1 << 20];
    while let Ok(length @ 1..) = client.read(&mut request) {
        let fatal = counts.seen.fetch_add(1, Ordering::SeqCst) + 1 == counts.fatal.load(Ordering::SeqCst);
        // The client's side first: the answer must not be quicker than the cut.
        if fatal {
            let _ = client.shutdown(Shutdown::Both);
        }
        if server.write_all(&request[..length]).is_err() || fatal {
            break;
        }
    }
    // Only the sending side: the server still does what it was asked.
    let _ = server.shutdown(Shutdown::Write);
    let _ = answering.join();
}

/// An answer to a dead client is read all the same, because a closed socket would interrupt the server.
fn pass_back(mut server: TcpStream, mut client: TcpStream) {
    let mut answer = vec![0; 1 << 20];
    while let Ok(length @ 1..) = server.read(&mut answer) {
        let _ = client.write_all(&answer[..length]);
    }
    let _ = client.shutdown(Shutdown::Both);
}
