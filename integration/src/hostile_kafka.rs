//! A broker that does everything as it should until one request, and then what it must not.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::{STEERING, msk_iam};

pub use crate::spelling::spellings;

/// Requests, by Kafka's numbers.
const METADATA: i16 = 3;
const SASL_HANDSHAKE: i16 = 17;
const API_VERSIONS: i16 = 18;
const CREATE_TOPICS: i16 = 19;
const DESCRIBE_ACLS: i16 = 29;
const DESCRIBE_CONFIGS: i16 = 32;
const SASL_AUTHENTICATE: i16 = 36;
const DESCRIBE_CLUSTER: i16 = 60;
/// Each with the only version in which this broker answers it.
const VERSIONS: [(i16, i16); 8] = [
    (METADATA, 12),
    (SASL_HANDSHAKE, 1),
    (API_VERSIONS, 3),
    (CREATE_TOPICS, 7),
    (DESCRIBE_ACLS, 2),
    (DESCRIBE_CONFIGS, 4),
    (SASL_AUTHENTICATE, 2),
    (DESCRIBE_CLUSTER, 0),
];
/// More than any answer may have.
const FLOOD: usize = 256 * 1024 * 1024;
/// As large as an answer may be, and all of it items.
const BOMB: usize = 8 * 1024 * 1024 - 64;

/// The behaviour of the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misdeed {
    /// Announces two gigabytes and sends as much as is taken, in the place of this answer.
    Flood(i16, u32),
    /// Announces an array of four billion items.
    GiantArray(i16),
    /// Sends as many of the smallest possible items as fit into the largest possible answer.
    Items(i16),
    /// Answers another request than the one that was sent.
    WrongCorrelation(i16),
    /// Sends this answer a byte at a time.
    Drip(i16),
    /// Says nothing any more.
    Silence(i16),
    /// Answers with bytes that are none of the protocol.
    Garbage(i16),
    /// Sends its clients to another protocol's server.
    Redirect,
    /// Asks for so many rounds of the hash.
    Iterations(u32),
    /// Says that there are so many brokers.
    Brokers(usize),
    /// Wants to be asked again in 24 days, for ever.
    Throttle,
    /// Acknowledges a topic and never shows it.
    Never,
    /// Repeats the password in its refusal, in every spelling.
    Echo,
    /// Refuses the login with a text full of control characters.
    Steer,
    /// Refuses the topic with such a text.
    SteerTopic,
    /// Lets in only who signs the login for `AWS_MSK_IAM`.
    Signed,
}

impl Misdeed {
    /// The greeting.
    pub const GREETING: i16 = API_VERSIONS;
    /// The first answer after the login.
    pub const CLUSTER: i16 = DESCRIBE_CLUSTER;
    /// The topics.
    pub const TOPICS: i16 = METADATA;
    /// Their configs.
    pub const CONFIGS: i16 = DESCRIBE_CONFIGS;
    /// The ACLs.
    pub const ACLS: i16 = DESCRIBE_ACLS;
    /// The mechanisms of the login.
    pub const LOGIN: i16 = SASL_HANDSHAKE;
}

/// Listens on every address of the host, under the name `hostile`.
#[derive(Debug)]
pub struct HostileKafka {
    port: u16,
}

impl HostileKafka {
    /// Begins to listen, for as long as the process lives.
    pub fn new(misdeed: Misdeed) -> Self {
        let listener = TcpListener::bind(("::", 0)).unwrap_or_else(|error| panic!("cannot listen: {error}"));
        let port = listener.local_addr().map_or(0, |address| address.port());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || drop(serve(stream, misdeed, port)));
            }
        });
        Self { port }
    }

    /// The address on which it listens.
    pub fn port(&self) -> u16 {
        self.port
    }
}

fn serve(mut stream: TcpStream, misdeed: Misdeed, port: u16) -> std::io::Result<()> {
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let mut request = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap_or_default()];
        stream.read_exact(&mut request)?;
        let key = i16::from_be_bytes([request[0], request[1]]);
        let correlation = [request[4], request[5], request[6], request[7]];
        let answer = answer(key, &request, misdeed, port);
        match misdeed {
            Misdeed::Flood(at, length) if at == key => {
                stream.write_all(&length.to_be_bytes())?;
                stream.write_all(&correlation)?;
                let some = vec![0; 1 << 20];
                for _ in 0..FLOOD >> 20 {
                    stream.write_all(&some)?;
                }
            }
            Misdeed::Silence(at) if at == key => thread::sleep(Duration::from_secs(3600)),
            Misdeed::Redirect => {
                stream.write_all(b"HTTP/1.1 301 Moved\r\nLocation: http://elsewhere/\r\n\r\n")?;
            }
            Misdeed::Garbage(at) if at == key => {
                stream.write_all(&framed([9, 9, 9, 9], key, &[0xff; 512]))?;
            }
            Misdeed::WrongCorrelation(at) if at == key => {
                stream.write_all(&framed([0x7f, 0, 0, 0], key, &answer))?;
            }
            Misdeed::Drip(at) if at == key => {
                for byte in framed(correlation, key, &answer) {
                    stream.write_all(&[byte])?;
                    thread::sleep(Duration::from_millis(200));
                }
            }
            _ => stream.write_all(&framed(correlation, key, &answer))?,
        }
    }
}

/// An answer with its length and its header, which has no tags for the oldest two requests.
fn framed(correlation: [u8; 4], key: i16, body: &[u8]) -> Vec<u8> {
    let tags: &[u8] = if matches!(key, API_VERSIONS | SASL_HANDSHAKE) { &[] } else { &[0] };
    let frame = [&correlation[..], tags, body].concat();
    [&u32::try_from(frame.len()).unwrap_or_default().to_be_bytes()[..], &frame].concat()
}

fn answer(key: i16, request: &[u8], misdeed: Misdeed, port: u16) -> Vec<u8> {
    let giant = misdeed == Misdeed::GiantArray(key);
    let bomb = misdeed == Misdeed::Items(key);
    // The items of an array: as they should be, far more than there are, or as many as fit.
    let array = |items: Vec<Vec<u8>>, smallest: &[u8]| -> Vec<u8> {
        if giant {
            return vec![0xff, 0xff, 0xff, 0xff, 0x0f];
        }
        let room = if key == API_VERSIONS { 60 * 1024 } else { BOMB };
        let items = if bomb { vec![smallest.to_vec(); room / smallest.len()] } else { items };
        [varint(items.len() + 1), items.concat()].concat()
    };
    match key {
        API_VERSIONS => {
            let one = |(key, version): &(i16, i16)| {
                [&key.to_be_bytes()[..], &version.to_be_bytes(), &version.to_be_bytes(), &[0]].concat()
            };
            [vec![0; 2], array(VERSIONS.iter().map(one).collect(), &[0, 99, 0, 0, 0, 0, 0]), vec![0; 5]]
                .concat()
        }
        DESCRIBE_CLUSTER => {
            let count = if let Misdeed::Brokers(count) = misdeed { count } else { 3 };
            let broker = |id: usize| {
                let id = u32::try_from(id).unwrap_or_default().to_be_bytes();
                [&id[..], &text("hostile"), &u32::from(port).to_be_bytes(), &[0, 0]].concat()
            };
            let brokers = array((1..=count).map(broker).collect(), &[0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0]);
            [vec![0; 7], text("hostile-cluster"), vec![0, 0, 0, 1], brokers, vec![0x80, 0, 0, 0, 0]].concat()
        }
        METADATA => {
            let smallest = [&[0, 0, 0][..], &[7; 16], &[0, 1, 0, 0, 0, 0, 0]].concat();
            let unknown = |name: &[u8]| {
                let name = [varint(name.len() + 1), name.to_vec()].concat();
                [&[0, 3][..], &name, &[0; 16], &[0, 1, 0, 0, 0, 0, 0]].concat()
            };
            [vec![0, 0, 0, 0, 1, 0, 0, 0, 0, 1], array(vec![unknown(b"wanted")], &smallest), vec![0]].concat()
        }
        DESCRIBE_CONFIGS => [vec![0; 4], array(Vec::new(), &[0, 0, 0, 2, 1, 1, 0]), vec![0]].concat(),
        DESCRIBE_ACLS => [vec![0; 7], array(Vec::new(), &[2, 1, 3, 1, 0]), vec![0]].concat(),
        CREATE_TOPICS => {
            let (throttle, topic) = created(misdeed);
            [throttle, array(vec![topic], &[1; 28]), vec![0]].concat()
        }
        SASL_HANDSHAKE => mechanisms(giant),
        SASL_AUTHENTICATE => authenticate(request, misdeed),
        _ => Vec::new(),
    }
}

/// The throttle time for the client, and the result for its topic.
fn created(misdeed: Misdeed) -> (Vec<u8>, Vec<u8>) {
    let (throttle, code, message) = match misdeed {
        Misdeed::Throttle => (i32::MAX, 89_i16, vec![0]),
        // INVALID_CONFIG, with a message.
        Misdeed::SteerTopic => (0, 40, text(STEERING)),
        _ => (0, 0, vec![0]),
    };
    let counts = [0, 0, 0, 1, 0, 1, 0, 0];
    let topic = [&text("wanted")[..], &[0; 16], &code.to_be_bytes(), &message, &counts].concat();
    (throttle.to_be_bytes().to_vec(), topic)
}

fn mechanisms(giant: bool) -> Vec<u8> {
    let names = ["PLAIN", "SCRAM-SHA-256"].map(|name| {
        [&u16::try_from(name.len()).unwrap_or_default().to_be_bytes()[..], name.as_bytes()].concat()
    });
    let count = if giant { [0x7f, 0xff, 0xff, 0xff] } else { [0, 0, 0, 2] };
    [&[0, 0][..], &count, &names.concat()].concat()
}

fn authenticate(request: &[u8], misdeed: Misdeed) -> Vec<u8> {
    let said = String::from_utf8_lossy(request);
    let result = |code: i16, message: &[u8], bytes: &[u8]| {
        [
            &code.to_be_bytes()[..],
            &varint(message.len() + 1),
            message,
            &varint(bytes.len() + 1),
            bytes,
            &[0; 9],
        ]
        .concat()
    };
    match misdeed {
        Misdeed::Iterations(count) => {
            let nonce = said.split("r=").nth(1).unwrap_or_default();
            let nonce: String =
                nonce.chars().take_while(|c| c.is_ascii_alphanumeric() || "+/=".contains(*c)).collect();
            result(0, b"", format!("r={nonce}hostile,s=c2FsdHNhbHQ=,i={count}").as_bytes())
        }
        Misdeed::Echo => {
            let password = said.rsplit('\0').find(|part| part.len() > 4).unwrap_or_default();
            let password = password.trim_end_matches('\0');
            result(58, spellings(password).as_bytes(), b"")
        }
        Misdeed::Signed => {
            let begin = request.iter().position(|byte| *byte == b'{').unwrap_or_default();
            let end = request.iter().rposition(|byte| *byte == b'}').map_or(begin, |end| end + 1);
            if msk_iam::is_signed(&request[begin..end], "hostile") {
                result(0, b"", br#"{"version":"2020_10_22","request-id":"one"}"#)
            } else {
                result(58, b"Access denied", b"")
            }
        }
        Misdeed::Steer => result(58, STEERING.as_bytes(), b""),
        _ => result(0, b"", b""),
    }
}

fn text(text: &str) -> Vec<u8> {
    [varint(text.len() + 1), text.as_bytes().to_vec()].concat()
}

fn varint(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap_or_default() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap_or_default());
    bytes
}
