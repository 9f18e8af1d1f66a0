//! Peers that speak enough of PostgreSQL's protocol to do harm: each waits for one client after the other and does the same
//! to it, on a port of the host.

use std::io::{Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The behaviour towards a client that has sent its first message.
pub type Behaviour = fn(&mut Client) -> Result<()>;

/// A peer, for as long as the process lives.
#[derive(Debug)]
pub struct Hostile {
    port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
}

/// One client's connection.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Hostile {
    /// Listens on every address of the host.
    pub fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind(("::", 0)).unwrap_or_else(|error| panic!("cannot listen: {error}"));
        let port = listener.local_addr().map_or(0, |address| address.port());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let all = Arc::clone(&heard);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut client = Client { stream, heard: Arc::clone(&all) };
                // The client ends it as soon as it has seen enough.
                thread::spawn(move || client.start().and_then(|()| behaviour(&mut client)));
            }
        });
        Self { port, heard }
    }

    /// The port, on every address of the host.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Everything that clients have said to it.
    pub fn heard(&self) -> String {
        let heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&heard).into_owned()
    }
}

impl Client {
    /// Reads the start-up message, which has no tag.
    fn start(&mut self) -> Result<()> {
        let body = self.body()?;
        // A request for TLS comes before it.
        if body == 80_877_103_u32.to_be_bytes() {
            self.send(b"N")?;
            self.body()?;
        }
        Ok(())
    }

    fn body(&mut self) -> Result<Vec<u8>> {
        let mut length = [0; 4];
        self.stream.read_exact(&mut length)?;
        let mut body = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap_or(4).saturating_sub(4)];
        self.stream.read_exact(&mut body)?;
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).extend(&body);
        Ok(body)
    }

    /// The next message of the client: its tag and its body.
    pub fn hear(&mut self) -> Result<(u8, Vec<u8>)> {
        let mut tag = [0];
        self.stream.read_exact(&mut tag)?;
        Ok((tag[0], self.body()?))
    }

    /// Bytes as they are.
    pub fn send(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.write_all(bytes)
    }

    /// A message.
    pub fn say(&mut self, tag: u8, body: &[u8]) -> Result<()> {
        self.send(&message(tag, body))
    }

    /// The same bytes without end.
    pub fn flood(&mut self, bytes: &[u8]) -> Result<()> {
        let many = bytes.repeat((64 << 10) / bytes.len() + 1);
        loop {
            self.send(&many)?;
        }
    }

    /// Lets the client in without a password.
    pub fn let_in(&mut self) -> Result<()> {
        self.say(b'R', &[0; 4])?;
        self.say(b'K', &[0; 8])?;
        self.say(b'Z', b"I")
    }

    /// Reads up to the end of the client's request.
    pub fn asked(&mut self) -> Result<()> {
        while !matches!(self.hear()?.0, b'Q' | b'S') {}
        Ok(())
    }

    /// The header of a row of one text column, described so.
    pub fn describe(&mut self, columns: u16, oid: u32) -> Result<()> {
        let mut body = columns.to_be_bytes().to_vec();
        for _ in 0..columns {
            body.extend(b"c\0\0\0\0\0\0\0");
            body.extend(oid.to_be_bytes());
            body.extend([255, 255, 255, 255, 255, 255, 0, 0]);
        }
        self.say(b'T', &body)
    }

    /// Waits, and keeps the connection.
    pub fn wait(&mut self, time: Duration) {
        thread::sleep(time);
    }
}

/// A message with its length.
pub fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    [&[tag], length.to_be_bytes().as_slice(), body].concat()
}
