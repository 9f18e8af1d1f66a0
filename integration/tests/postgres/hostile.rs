//! Hostile peers: other programs, and broken PostgreSQL servers. Each run has 64 MB and no swap, and ends with a
//! report of the cause.

use std::io::Result;
use std::time::Duration;

use integration::hostile_pg::{Behaviour, Client, Hostile, message};
use integration::postgres::init;
use integration::{Ended, Init, STEERING, shows_no_controls};

const SPEC: &str = "\
user: {secret: login}
password: {secret: admin}
tls: disable
roles: {r: {login: true, password: {secret: r}}}
databases: {d: {schemas: {s: {}}}}
";

/// Three secrets that are in no output.
const SECRETS: [(&str, &str); 3] =
    [("login", "canary_login"), ("admin", "canary-admin: ü'\"\\"), ("r", "canary-role")];

fn against(peer: &Hostile, timeout: &str) -> Init {
    let spec = format!("endpoint: peer:{}\n{SPEC}", peer.port());
    let init = init(&spec).args(&["--timeout", timeout, "--log", "trace"]);
    let init = SECRETS.into_iter().fold(init, |init, (name, value)| init.secret(name, value));
    init.docker(&["--add-host", "peer:host-gateway", "--memory", "64m", "--memory-swap", "64m"])
}

fn silent(ended: &Ended) {
    for (_, value) in SECRETS {
        for part in [value, value.split(':').next().unwrap_or_default()] {
            assert!(!ended.stdout.contains(part), "{part} in the report: {}", ended.stdout);
            assert!(!ended.log.contains(part), "{part} in the log: {}", ended.log);
        }
    }
}

fn endless_rows(client: &mut Client) -> Result<()> {
    client.let_in()?;
    client.asked()?;
    client.describe(1, 25)?;
    client.flood(&message(b'D', &[0, 1, 0, 0, 0, 1, b'x']))
}

fn endless_empty_rows(client: &mut Client) -> Result<()> {
    client.let_in()?;
    client.asked()?;
    client.describe(0, 25)?;
    client.flood(&message(b'D', &[0, 0]))
}

fn a_huge_row(client: &mut Client) -> Result<()> {
    client.let_in()?;
    client.asked()?;
    client.describe(1, 25)?;
    client.send(&[b'D', 0x7f, 0, 0, 0, 0, 1, 0x7e, 0xff, 0xff, 0xff])?;
    client.flood(b"x")
}

fn a_challenge_of_many_rounds(client: &mut Client) -> Result<()> {
    client.say(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0")?;
    let (_, first) = client.hear()?;
    let text = String::from_utf8_lossy(&first).into_owned();
    let nonce = text.split("r=").nth(1).unwrap_or_default();
    client.say(b'R', &[b"\0\0\0\x0b", format!("r={nonce}x,s=QUFBQQ==,i=2147483647").as_bytes()].concat())?;
    client.wait(Duration::from_secs(60));
    Ok(())
}

fn asks(client: &mut Client, request: u8, data: &[u8]) -> Result<()> {
    client.say(b'R', &[&[0, 0, 0, request], data].concat())?;
    client.hear()?;
    client.let_in()
}

fn drip(client: &mut Client, bytes: &[u8]) -> Result<()> {
    for byte in bytes.iter().cycle() {
        client.send(&[*byte])?;
        client.wait(Duration::from_millis(300));
    }
    Ok(())
}

/// The action of a peer, the exit of the run, and its message.
const TABLE: &[(&str, Behaviour, i32, &str)] = &[
    ("a giant length before the login", |c| c.flood(&[b'R', 0x7f, 0xff, 0xff, 0xff]), 76, "a message of"),
    ("a giant error before the login", |c| c.flood(&[b'E', 0x3f, 0xff, 0xff, 0xff]), 76, "a message of"),
    ("a negative length", |c| c.send(&[b'R', 0xff, 0xff, 0xff, 0xff]), 76, "without a length"),
    ("notices without end", |c| c.flood(&message(b'N', b"Snotice\0Mtext\0\0")), 76, ""),
    (
        "parameters without end",
        |c| {
            c.say(b'R', &[0; 4])?;
            c.flood(&message(b'S', b"name\0value\0"))
        },
        76,
        "more than",
    ),
    ("rows without end", endless_rows, 76, "more than"),
    ("rows without columns and without end", endless_empty_rows, 76, "more than"),
    ("a row of two gigabytes", a_huge_row, 76, "a message of"),
    (
        "errors without end",
        |c| {
            c.let_in()?;
            c.asked()?;
            c.flood(&message(b'E', b"SERROR\0C22000\0Mtext\0\0"))
        },
        76,
        "",
    ),
    ("a challenge of two thousand million rounds", a_challenge_of_many_rounds, 76, "rounds"),
    ("the password in clear text", |c| asks(c, 3, b""), 76, "asks for the password in clear text"),
    ("the password as MD5", |c| asks(c, 5, b"salt"), 76, "asks for an MD5 hash"),
    ("GSSAPI", |c| asks(c, 7, b""), 76, "other than a password"),
    ("another SASL mechanism", |c| asks(c, 10, b"PLAIN\0\0"), 76, "other than a password"),
    ("another protocol", |c| c.send(b"HTTP/1.1 400 Bad Request\r\n\r\n"), 76, ""),
    (
        "a row that is not as described",
        |c| {
            c.let_in()?;
            c.asked()?;
            c.describe(5, 25)?;
            c.say(b'D', &[0, 1, 0, 0, 0, 1, b'x'])?;
            c.say(b'C', b"SELECT 1\0")?;
            c.say(b'Z', b"I")
        },
        76,
        "not as described",
    ),
    (
        "a type of its own",
        |c| {
            c.let_in()?;
            c.asked()?;
            c.describe(1, 77_777)?;
            c.wait(Duration::from_secs(60));
            Ok(())
        },
        76,
        "not PostgreSQL's own",
    ),
    (
        "a copy that nobody asked for",
        |c| {
            c.let_in()?;
            c.asked()?;
            c.flood(&message(b'd', &[0; 100]))
        },
        76,
        "no place there",
    ),
    ("a login byte by byte", |c| drip(c, &message(b'E', &[b'x'; 500])), 69, ""),
    (
        "an answer byte by byte",
        |c| {
            c.let_in()?;
            c.asked()?;
            drip(c, &message(b'S', b"name\0value\0"))
        },
        69,
        "",
    ),
];

#[test]
fn whatever_a_peer_sends_the_run_ends_with_a_report() {
    for (what, behaviour, exit, says) in TABLE {
        let peer = Hostile::start(*behaviour);
        let ended = against(&peer, "6s").run();
        assert_eq!(
            (ended.exit, ended.outcome(), ended.is_in_time(Duration::from_secs(6))),
            (*exit, "failed", true),
            "{what}: {:?} {}\n{}",
            ended.took,
            ended.stdout,
            ended.log
        );
        assert!(ended.error().contains(says), "{what}: {says}: {}", ended.stdout);
        silent(&ended);
        // Neither the password, nor a hash of it.
        assert!(!peer.heard().contains("canary-admin"), "{what}");
        assert!(
            !peer.heard().contains("\0md5") && !peer.heard().starts_with("md5"),
            "{what}: {}",
            peer.heard()
        );
    }
}

/// An error with this text as its message, detail and hint.
fn fails(client: &mut Client, code: &str, text: &str) -> Result<()> {
    let mut error = Vec::new();
    for (field, value) in [('S', "FATAL"), ('C', code), ('M', text), ('D', text), ('H', text)] {
        error.extend(field.to_string().as_bytes());
        error.extend(value.as_bytes());
        error.push(0);
    }
    error.push(0);
    client.say(b'E', &error)
}

/// Everything that the peer could know, in the forms in which servers write it.
fn known() -> String {
    let [(_, user), (_, password), (_, role)] = SECRETS;
    let quoted = password.replace('\'', "''");
    let json = password.replace('\\', "\\\\").replace('"', "\\\"");
    format!("user \"{user}\" said {password} or '{quoted}' or \"{json}\" for {user}, and {role}")
}

/// The statement that the client has sent, with its parameters, as a server shows it in an error.
fn repeats_the_statement(client: &mut Client) -> Result<()> {
    client.let_in()?;
    let mut sent = Vec::new();
    loop {
        let (tag, body) = client.hear()?;
        sent.extend(body);
        if matches!(tag, b'Q' | b'S') {
            break;
        }
    }
    let sent = String::from_utf8_lossy(&sent).replace('\0', " ");
    fails(client, "42501", &format!("{} in: {sent}", known()))
}

#[test]
fn a_secret_that_a_peer_repeats_is_redacted() {
    let peer = Hostile::start(|client| fails(client, "28P01", &known()));
    let ended = against(&peer, "6s").run().expect(77, "failed");
    assert!(ended.error().contains("28P01"), "{}", ended.stdout);
    silent(&ended);
    let peer = Hostile::start(repeats_the_statement);
    let ended = against(&peer, "6s").run();
    assert!(ended.outcome() == "failed" && ended.error().contains("42501"), "{}", ended.stdout);
    silent(&ended);
}

#[test]
fn what_a_peer_says_does_not_steer_the_terminal() {
    let behaviours: [Behaviour; 2] = [
        |client| fails(client, "28P01", STEERING),
        |client| {
            client.let_in()?;
            client.asked()?;
            fails(client, "42501", STEERING)
        },
    ];
    for behaviour in behaviours {
        let peer = Hostile::start(behaviour);
        let text = ["--format", "text", "--log-format", "text", "--color", "never"];
        let ended = against(&peer, "6s").args(&text).run();
        assert!([69, 76, 77].contains(&ended.exit), "{}\n{}", ended.stdout, ended.log);
        assert!(ended.stdout.contains("the server's own words"), "{}", ended.stdout);
        shows_no_controls(&ended.stdout);
        shows_no_controls(&ended.log);
    }
}
