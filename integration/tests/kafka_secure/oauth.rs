//! SASL OAUTHBEARER: tokens of an identity provider, which are unsigned here, as Kafka's default validator takes them.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use integration::{Asked, Ended, FakeHttp, Init, root};

use crate::{admin, init};

const SECRET: &str = "canary-of-the-client-3b7e";
const SERVERS: &str = "bootstrap: [kafka-1:19094, kafka-2:19094, kafka-3:19094]\n";

/// An unsigned token of this subject, which is valid for so many seconds.
fn token(subject: &str, seconds: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let now = i64::try_from(now).unwrap_or_default();
    let claims = format!(r#"{{"sub":"{subject}","iat":{},"exp":{}}}"#, now - 5, now + seconds);
    format!("{}.{}.", base64url(br#"{"alg":"none"}"#), base64url(claims.as_bytes()))
}

fn base64url(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let group = |three: &[u8]| {
        let bits =
            three.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - three.len()));
        let letter = |place: usize| char::from(LETTERS[(bits >> (18 - 6 * place)) as usize & 63]);
        (0..=three.len()).map(letter).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

fn response(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn granted(token: &str, seconds: i64) -> String {
    response(
        "200 OK",
        &format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{seconds}}}"#),
    )
}

fn spec(port: u16) -> String {
    format!(
        "{SERVERS}sasl: {{mechanism: OAUTHBEARER, tokenEndpoint: \"http://idp:{port}/token\", clientId: provisioner, \
         clientSecret: {{secret: client_secret}}, scope: kafka, extensions: {{logicalCluster: lkc}}}}\n"
    )
}

fn run(spec: &str) -> Init {
    init(spec)
        .secret("client_secret", SECRET)
        .docker(&["--add-host", "idp:host-gateway", "--memory", "64m", "--memory-swap", "64m"])
        .args(&["--log", "trace"])
}

/// Nothing that a run shows has the client's secret or a token.
fn is_silent(ended: &Ended) {
    for text in [SECRET, "eyJ"] {
        assert!(!ended.stdout.contains(text) && !ended.log.contains(text), "{}{}", ended.stdout, ended.log);
    }
}

#[test]
fn one_token_serves_every_broker_and_is_renewed_before_the_session_ends() {
    let provider = FakeHttp::new(|asked: &Asked, stream: &mut TcpStream| {
        let fine = asked.line == "POST /token"
            && asked.body == "grant_type=client_credentials&scope=kafka"
            && asked.head.contains("Authorization: Basic ");
        let answer = if fine { granted(&token("admin", 60), 4) } else { response("400 Bad Request", "{}") };
        let _ = stream.write_all(answer.as_bytes());
        false
    });
    let spec =
        format!("{}topics: {{oauth: {{partitions: 3, replicationFactor: 3}}}}\n", spec(provider.port()));
    let ended = run(&spec).run().expect(0, "changed");
    is_silent(&ended);
    assert_eq!(provider.asked().len(), 1, "{:?}", provider.asked());

    // The broker ends a session of this listener after 3 s, and throttles this user for longer than that.
    // Two tests throttle this user, in either order.
    assert_eq!(admin("quotas: [{user: slow, controllerMutationRate: 4}]\n").run().exit, 0);
    let slow = FakeHttp::new(|_: &Asked, stream: &mut TcpStream| {
        let _ = stream.write_all(granted(&token("slow", 60), 2).as_bytes());
        false
    });
    let topics: String = (0..40)
        .map(|number| format!("  oauth-{number}: {{partitions: 1, replicationFactor: 1}}\n"))
        .collect();
    let spec = format!("{}topics:\n{topics}", self::spec(slow.port()));
    let ended = run(&spec).run().expect(0, "changed");
    is_silent(&ended);
    assert!(slow.asked().len() > 1, "{:?}", slow.asked());
    assert!(!ended.log.contains("dropped the connection"), "{}", ended.log);
}

#[test]
fn an_identity_provider_that_gives_no_token_is_told_as_what_it_is() {
    let page = "<html>log in</html>";
    let cases: [(&'static str, String, i32, &str); 9] = [
        (
            "refused",
            response(
                "401 Unauthorized",
                &format!(r#"{{"error":"invalid_client","error_description":"no {SECRET}"}}"#),
            ),
            77,
            "HTTP 401 (invalid_client): no {secret: client_secret}",
        ),
        (
            "scope",
            response("400 Bad Request", r#"{"error":"invalid_scope"}"#),
            76,
            "HTTP 400 (invalid_scope)",
        ),
        ("busy", response("503 Service Unavailable", page), 69, "HTTP 503"),
        ("page", response("200 OK", page), 76, "it is not the JSON of a token"),
        ("moved", response("302 Found", ""), 76, "HTTP 302"),
        ("no-http", "SSH-2.0-server\r\n".to_owned(), 76, "it is not HTTP"),
        ("closed", String::new(), 69, "dropped the connection"),
        ("forged", granted("no.token.x", 60), 77, "invalid_token"),
        ("expired", granted(&token("admin", -90), 60), 77, "invalid_token"),
    ];
    for (name, answer, exit, sentence) in cases {
        let provider = FakeHttp::new(move |_: &Asked, stream: &mut TcpStream| {
            let _ = stream.write_all(answer.as_bytes());
            false
        });
        let ended = run(&spec(provider.port())).args(&["--timeout", "6s"]).run().expect(exit, "failed");
        assert!(ended.error().contains(sentence), "{name}: {}", ended.error());
        let remedy = ended.report["error"]["remedy"].to_string();
        assert!(exit != 77 || remedy.contains("`sasl.clientId`"), "{name}: {remedy}");
        is_silent(&ended);
    }
}

#[test]
fn an_endless_answer_and_one_that_never_comes_take_neither_memory_nor_more_than_the_time() {
    let endless = FakeHttp::new(|_: &Asked, stream: &mut TcpStream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 8192]).is_ok() {}
        false
    });
    let ended = run(&spec(endless.port())).run().expect(76, "failed");
    assert!(ended.error().contains("it is larger than 64 KiB"), "{}", ended.error());
    let silent = FakeHttp::new(|_: &Asked, _: &mut TcpStream| {
        std::thread::sleep(Duration::from_secs(20));
        false
    });
    run(&spec(silent.port())).args(&["--timeout", "4s"]).run().expect(69, "failed");
}

/// A server of one answer over TLS, with the brokers' certificate.
struct Encrypted(Child, u16);

impl Encrypted {
    fn new(answer: &str) -> Self {
        let port =
            TcpListener::bind("0.0.0.0:0").and_then(|free| free.local_addr()).map_or(0, |free| free.port());
        let folder = root().join("integration/.secure");
        let accept = format!("0.0.0.0:{port}");
        let mut server = Command::new("openssl")
            .args(["s_server", "-quiet", "-accept", &accept, "-cert", "server.pem", "-key", "server.key"])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("openssl: {error}"));
        if let Some(input) = &mut server.stdin {
            input.write_all(answer.as_bytes()).unwrap_or_else(|error| panic!("openssl: {error}"));
        }
        Self(server, port)
    }
}

impl Drop for Encrypted {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_token_endpoint_over_tls_has_its_certificate_verified() {
    crate::up();
    let answer = granted(&token("admin", 300), 300);
    for (ca, exit, outcome) in [("ca", 0, "unchanged"), ("stranger", 76, "failed")] {
        let provider = Encrypted::new(&answer);
        let tls = format!("tls: {{ca: {{file: /pki/{ca}.pem}}, serverName: kafka-1}}");
        let spec = spec(provider.1).replace("http://", "https://").replace("scope: kafka", &tls);
        let ended = run(&spec).run().expect(exit, outcome);
        is_silent(&ended);
        assert!(exit == 0 || ended.error().contains("certificate"), "{}", ended.error());
    }
}
