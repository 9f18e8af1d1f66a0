//! Peers that answer what no S3 server does: a report and the right exit, in 64 MB, whatever they send.

mod cases;

use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use integration::{Asked, Ended, FakeHttp, Init, STEERING, respond, shows_no_controls, without_end};

use cases::{bombs, floods, pages};

const MEGABYTE: usize = 1 << 20;
const SECRET: &str = "canary-5ecret/of+hostile=";

/// Twenty buckets, so that sixteen requests are under way, and everything that an S3 server is asked for.
fn spec(port: u16, rest: &str) -> String {
    let mut spec = format!(
        "endpoint: http://s3:{port}\ncredentials: {{accessKey: {{secret: name}}, secretKey: {{secret: secret}}}}\n{rest}buckets:\n"
    );
    for n in 0..20 {
        spec += &format!(
            "  bucket-{n:02}: {{versioning: enabled, objectLock: {{}}, encryption: sse-s3, tags: {{a: b}}, anonymous: none, \
             lifecycle: [{{expireDays: 3}}], notifications: [{{target: \"arn:minio:sqs::a:webhook\", events: [\"s3:ObjectCreated:*\"]}}], cors: []}}\n"
        );
    }
    spec
}

fn run(fake: &FakeHttp, rest: &str) -> Ended {
    run_with(&spec(fake.port(), rest))
}

fn run_with(spec: &str) -> Ended {
    init(spec).run()
}

fn init(spec: &str) -> Init {
    let options = ["--add-host", "s3:host-gateway", "--memory", "64m", "--memory-swap", "64m"];
    let init = Init::new("minio-init", spec).network("bridge").docker(&options);
    init.secret("name", "canary-name").secret("secret", SECRET).args(&["--timeout", "10s", "--log", "trace"])
}

fn listing() -> String {
    let buckets: String = (0..20).map(|n| format!("<Bucket><Name>bucket-{n:02}</Name></Bucket>")).collect();
    format!("<ListAllMyBucketsResult><Buckets>{buckets}</Buckets></ListAllMyBucketsResult>")
}

/// The server until a property of a bucket is read: reachable, with twenty buckets.
fn plausible(asked: &Asked, stream: &mut TcpStream) -> Option<bool> {
    match asked.line.as_str() {
        "GET /" => Some(respond(stream, "200 OK", "", &listing())),
        line if line.starts_with("GET /minio/") => {
            Some(respond(stream, "404 Not Found", "", "<Error><Code>NoSuchKey</Code></Error>"))
        }
        _ => None,
    }
}

type Answer = Box<dyn Fn(&Asked, &mut TcpStream) -> bool + Send + Sync>;

fn always(body: String) -> Answer {
    Box::new(move |_, stream| respond(stream, "200 OK", "", &body))
}

/// For everything about a bucket.
fn documents(body: impl Fn(&str) -> String + Send + Sync + 'static) -> Answer {
    Box::new(move |asked, stream| {
        plausible(asked, stream).unwrap_or_else(|| {
            let root = match asked.line.split(['?', '=']).nth(1).unwrap_or_default() {
                "versioning" => "VersioningConfiguration",
                "object-lock" => "ObjectLockConfiguration",
                "encryption" => "ServerSideEncryptionConfiguration",
                "tagging" => "Tagging",
                "lifecycle" => "LifecycleConfiguration",
                "notification" => "NotificationConfiguration",
                "cors" => "CORSConfiguration",
                _ => "policy",
            };
            respond(stream, "200 OK", "", &body(root))
        })
    })
}

fn dripping(head: &'static str, piece: &'static [u8]) -> Answer {
    Box::new(move |_, stream| without_end(stream, head, piece, Duration::from_millis(300)))
}

fn flooding(head: &'static str, piece: &'static [u8]) -> Answer {
    Box::new(move |_, stream| without_end(stream, head, &piece.repeat(4096), Duration::ZERO))
}

fn tried(cases: Vec<(&'static str, i32, Answer)>) {
    // Each has a peer and a container of its own, so some of them are tried at once.
    for group in cases.into_iter().collect::<Vec<_>>().chunks_mut(4) {
        let runs: Vec<_> = group
            .iter_mut()
            .map(|(what, exit, answer)| {
                let answer = std::mem::replace(answer, always(String::new()));
                let (what, exit) = (*what, *exit);
                thread::spawn(move || {
                    let fake = FakeHttp::new(move |asked, stream| answer(asked, stream));
                    (what, exit, run(&fake, ""))
                })
            })
            .collect();
        let count = runs.len();
        let ended: Vec<_> = runs.into_iter().filter_map(|run| run.join().ok()).collect();
        assert_eq!(ended.len(), count);
        for (what, exit, ended) in ended {
            assert_eq!(
                (ended.exit, ended.outcome(), ended.is_in_time(Duration::from_secs(10))),
                (exit, "failed", true),
                "{what}: {:?} {}\n{}",
                ended.took,
                ended.stdout,
                ended.log
            );
        }
    }
}

#[test]
fn a_peer_that_never_ends_is_given_up() {
    tried(floods());
}

#[test]
fn a_web_page_is_no_server() {
    tried(pages());
    // Neither is it where nothing but the bucket itself is asked for.
    for (what, exit, answer) in pages() {
        let fake = FakeHttp::new(move |asked, stream| answer(asked, stream));
        let spec = format!(
            "endpoint: http://s3:{}\ncredentials: {{accessKey: somebody, secretKey: {{secret: secret}}}}\nbuckets: {{first: {{}}}}\n",
            fake.port()
        );
        let ended = run_with(&spec);
        // A listing says that the bucket is not there, and a page cannot make it.
        assert_eq!(
            (ended.exit, ended.outcome()),
            (exit, "failed"),
            "{what}: {}\n{}",
            ended.stdout,
            ended.log
        );
    }
}

#[test]
fn documents_larger_than_any_are_not_read() {
    tried(bombs());
}

/// The admin API of a peer that says whatever it likes.
#[test]
fn answers_of_the_admin_api_have_bounds_too() {
    let rest = "users: {app: {secretKey: {secret: secret}, policies: [p]}}\ngroups: {g: {members: [app], policies: [p]}}\n\
                policies: {p: {document: {Version: \"2012-10-17\", Statement: [{Effect: Allow, Action: \"s3:*\", Resource: \"*\"}]}}}\n";
    for body in [
        "[".repeat(MEGABYTE / 8),
        format!("[{}0]", "0,".repeat(MEGABYTE / 9)),
        format!("{{\"Policy\": [{}0], \"status\": \"enabled\", \"members\": []}}", "0,".repeat(MEGABYTE / 9)),
        format!("{{\"PolicyName\": \"p\", \"Policy\": {}0{}}}", "{\"a\": ".repeat(1000), "}".repeat(1000)),
        format!(
            "{{\"Policy\": {{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": [{}], \"Resource\": [{}]}}]}}, \"status\": \"enabled\"}}",
            (0..8000).map(|n| format!("\"s3:{n:05}\"")).collect::<Vec<_>>().join(","),
            (0..8000).map(|n| format!("\"arn:{n:05}\"")).collect::<Vec<_>>().join(","),
        ),
        "{\"status\": 5}".to_owned(),
        "{}".repeat(40 * MEGABYTE / 2),
    ] {
        let fake = FakeHttp::new(move |asked, stream| match asked.line.as_str() {
            "GET /" => respond(stream, "200 OK", "", &listing()),
            _ => respond(stream, "200 OK", "X-Minio-Write-Quorum: 1\r\n", &body),
        });
        let ended = run(&fake, rest);
        assert_eq!((ended.exit, ended.outcome()), (76, "failed"), "{}\n{}", ended.stdout, ended.log);
    }
}

/// Everything that it was sent, and the secret key itself: a server knows it.
#[test]
fn what_a_server_repeats_is_not_shown() {
    for shape in 0..4 {
        let signed = Arc::new(Mutex::new(String::new()));
        let heads = Arc::clone(&signed);
        let fake = FakeHttp::new(move |asked: &Asked, stream: &mut TcpStream| {
            heads.lock().unwrap().push_str(&asked.head);
            let head = asked.head.replace('&', "&amp;").replace('<', "&lt;");
            let encoded = "canary-5ecret%2Fof%2Bhostile%3D";
            let said =
                format!("you sent {head}; the key of canary-name is {SECRET}, {encoded}, AWS4{SECRET}");
            let xml = format!(
                "<Error><Code>{}</Code><Message>{said}</Message><StringToSign>{said}</StringToSign></Error>",
                if shape == 1 { said.as_str() } else { "SignatureDoesNotMatch" }
            );
            match (shape, asked.line.as_str()) {
                (2, _) => {
                    respond(stream, "307 Redirect", &format!("Location: http://s3/?key={encoded}\r\n"), &xml)
                }
                (3, "GET /minio/health/cluster") => {
                    respond(stream, "503 No", &format!("X-Minio-Server-Status: {SECRET}\r\n"), "")
                }
                _ => respond(stream, "403 Forbidden", "", &xml),
            }
        });
        let ended = run(&fake, "");
        assert!(ended.exit != 0 && ended.outcome() == "failed", "{}", ended.stdout);
        let heads = signed.lock().unwrap().clone();
        let signatures = heads.split("Signature=").skip(1).filter_map(|rest| rest.get(..64));
        for canary in [SECRET, "canary-name", "canary-5ecret"].into_iter().chain(signatures) {
            assert!(!ended.stdout.contains(canary), "{shape}: {}", ended.stdout);
            assert!(!ended.log.contains(canary), "{shape}: {}", ended.log);
        }
    }
}

/// Control characters in an error of a server neither steer a terminal nor begin a line.
#[test]
fn what_a_server_says_does_not_steer_the_terminal() {
    let said = STEERING.replace('\u{1b}', "&#x1b;").replace('\u{7}', "&#7;");
    let xml = format!("<Error><Code>InvalidRequest</Code><Message>{said}</Message></Error>");
    let raw = format!("<Error><Code>InvalidRequest</Code><Message>{STEERING}</Message></Error>");
    for (status, body) in [("400 Bad Request", xml), ("403 Forbidden", raw)] {
        let fake = FakeHttp::new(move |_, stream| respond(stream, status, "", &body));
        let text = ["--format", "text", "--log-format", "text", "--color", "never"];
        let ended = init(&spec(fake.port(), "")).args(&text).run();
        assert!([76, 77].contains(&ended.exit), "{}\n{}", ended.stdout, ended.log);
        shows_no_controls(&ended.stdout);
        shows_no_controls(&ended.log);
    }
}
