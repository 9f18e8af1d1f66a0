//! A peer that says it is a Sentinel, and says of a primary what no Sentinel says.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// It listens on the host, on every address, and keeps what it was asked.
#[derive(Debug)]
pub struct FalseSentinel {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl FalseSentinel {
    /// One that answers commands which begin with these words by these bytes, and any other as a Sentinel without a monitor.
    pub fn new(answers: &[(&'static str, String)]) -> Self {
        let listener = TcpListener::bind(("::", 0)).unwrap_or_else(|error| panic!("cannot listen: {error}"));
        let port = listener.local_addr().map_or(0, |address| address.port());
        let (asked, answers) = (Arc::new(Mutex::new(Vec::new())), answers.to_vec());
        let kept = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (kept, answers) = (Arc::clone(&kept), answers.clone());
                thread::spawn(move || drop(serve(stream, &kept, &answers)));
            }
        });
        Self { port, asked }
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The commands that would change a Sentinel, without those that must fail by their arguments.
    pub fn mutations(&self) -> Vec<String> {
        let asked = self.asked.lock().map(|asked| asked.clone()).unwrap_or_default();
        let changes = |command: &String| {
            let changing = ["SENTINEL SET ", "SENTINEL MONITOR ", "SENTINEL CONFIG SET ", "ACL SETUSER "];
            changing.iter().any(|begin| command.starts_with(begin)) && !command.contains("checks-only")
        };
        asked.into_iter().filter(changes).collect()
    }
}

/// The fields of an answer such as `SENTINEL MASTER` gives.
pub fn fields(words: &[&str]) -> String {
    let bulk = |word: &&str| format!("${}\r\n{word}\r\n", word.len());
    format!("*{}\r\n{}", words.len(), words.iter().map(bulk).collect::<String>())
}

fn serve(
    stream: TcpStream,
    kept: &Mutex<Vec<String>>,
    answers: &[(&'static str, String)],
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let Some(count) = number(&mut reader, '*')? else { return Ok(()) };
        let mut words = Vec::new();
        for _ in 0..count {
            let Some(length) = number(&mut reader, '$')? else { return Ok(()) };
            let mut word = vec![0; length + 2];
            std::io::Read::read_exact(&mut reader, &mut word)?;
            words.push(String::from_utf8_lossy(&word[..length]).into_owned());
        }
        let command = words.join(" ");
        let found = answers.iter().find(|(begin, _)| command.starts_with(begin));
        let answer = found.map_or_else(|| usual(&command), |(_, answer)| answer.clone());
        if let Ok(mut kept) = kept.lock() {
            kept.push(command);
        }
        stream.write_all(answer.as_bytes())?;
    }
}

fn number(reader: &mut impl BufRead, sign: char) -> std::io::Result<Option<usize>> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    Ok(line.trim_end().strip_prefix(sign).and_then(|number| number.parse().ok()))
}

/// The answers of a Sentinel that monitors nothing.
fn usual(command: &str) -> String {
    let info = "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\nserver_mode:sentinel\r\n";
    match command {
        _ if command.starts_with("INFO") => format!("${}\r\n{info}\r\n", info.len()),
        _ if command.starts_with("SENTINEL MYID") => {
            fields(&["07c37dfeb235213a872192d90877d0cd55635b91"])[4..].to_owned()
        }
        _ if command.starts_with("SENTINEL CONFIG GET") => {
            fields(&["resolve-hostnames", "yes", "announce-hostnames", "yes"])
        }
        _ if command.starts_with("SENTINEL MASTER") || command.starts_with("SENTINEL CKQUORUM") => {
            "-ERR No such master with that name\r\n".to_owned()
        }
        _ if command.starts_with("COMMAND") || command.starts_with("ACL CAT") => "*0\r\n".to_owned(),
        _ => "+OK\r\n".to_owned(),
    }
}
