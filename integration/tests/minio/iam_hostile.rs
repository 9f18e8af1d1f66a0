//! Servers that answer as SeaweedFS, and then cut a request or answer what no server does.

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use integration::{Ended, FakeHttp, Init, respond};

const BUCKETS: &str =
    "<ListAllMyBucketsResult><Buckets><Bucket><Name>one</Name></Bucket></Buckets></ListAllMyBucketsResult>";

/// The server: what exists, as `User`, `Key`, and the calls that write.
#[derive(Debug, Default)]
struct Stored {
    there: BTreeSet<&'static str>,
    writes: Vec<String>,
    /// The call whose first answer is cut, after it is done.
    cut: Option<&'static str>,
    /// The answer to the calls that read a user, where it is not that of a server.
    lie: Option<String>,
}

/// SeaweedFS with one user, `app1`, or none.
fn start(cut: Option<&'static str>, lie: Option<String>) -> (FakeHttp, Arc<Mutex<Stored>>) {
    let stored = Arc::new(Mutex::new(Stored { cut, lie, ..Stored::default() }));
    let kept = Arc::clone(&stored);
    let fake = FakeHttp::new(move |asked, stream| {
        let Ok(mut stored) = kept.lock() else { return false };
        let signer = asked.head.split_once("Credential=").and_then(|(_, rest)| rest.split('/').next());
        match asked.line.as_str() {
            "GET /" => respond(stream, "200 OK", "", BUCKETS),
            "POST /" => answer(&mut stored, signer.unwrap_or_default(), &asked.body, stream),
            _ => error(stream, "404 Not Found", "NoSuchKey"),
        }
    });
    (fake, stored)
}

fn error(stream: &mut TcpStream, status: &str, code: &str) -> bool {
    respond(stream, status, "", &format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>"))
}

fn answer(stored: &mut Stored, signer: &str, body: &str, stream: &mut TcpStream) -> bool {
    let call = body.trim_start_matches("Action=").split('&').next().unwrap_or_default().to_owned();
    let yes = |stream: &mut TcpStream, inner: &str| {
        respond(stream, "200 OK", "", &format!("<{call}Response>{inner}</{call}Response>"))
    };
    let user_is_there = stored.there.contains("user");
    if signer != "somebody" && !stored.there.contains("key") {
        return error(stream, "403 Forbidden", "InvalidAccessKeyId");
    }
    match call.as_str() {
        "ListAttachedUserPolicies" | "GetUser" | "ListAccessKeys" if stored.lie.is_some() => {
            respond(stream, "200 OK", "", stored.lie.as_deref().unwrap_or_default())
        }
        "ListAttachedUserPolicies" | "GetUser" if !user_is_there => {
            error(stream, "404 Not Found", "NoSuchEntity")
        }
        "ListAccessKeys" if stored.there.contains("key") => {
            let key = "<member><AccessKeyId>app1</AccessKeyId><Status>Active</Status></member>";
            let list = format!("<AccessKeyMetadata>{key}</AccessKeyMetadata>");
            yes(stream, &format!("<ListAccessKeysResult>{list}</ListAccessKeysResult>"))
        }
        "ListServiceAccounts" | "ListAttachedUserPolicies" | "GetUser" | "ListAccessKeys" => yes(stream, ""),
        "CreateUser" if !body.contains("UserName") => error(stream, "400 Bad Request", "InvalidInput"),
        "CreateUser" | "CreateAccessKey" | "DeleteAccessKey" => {
            stored.writes.push(call.clone());
            match call.as_str() {
                "CreateUser" => stored.there.insert("user"),
                "CreateAccessKey" => stored.there.insert("key"),
                _ => stored.there.remove("key"),
            };
            if stored.cut.is_some_and(|cut| cut == call) {
                stored.cut = None;
                return false;
            }
            yes(stream, "")
        }
        _ => error(stream, "501 Not Implemented", "NotImplemented"),
    }
}

fn run(fake: &FakeHttp) -> Ended {
    let spec = format!(
        "endpoint: http://s3:{}\ncredentials: {{accessKey: somebody, secretKey: {{secret: own}}}}\n\
         users: {{app: {{accessKey: app1, secretKey: {{secret: app}}}}}}\n",
        fake.port()
    );
    let options = ["--add-host", "s3:host-gateway", "--memory", "64m", "--memory-swap", "64m"];
    let init = Init::new("minio-init", &spec).network("bridge").docker(&options);
    let init = init.secret("own", "canary-own-5ecret").secret("app", "canary-app-5ecret");
    let ended = init.args(&["apply", "--timeout", "10s", "--log", "trace"]).run();
    let shown = format!("{}\n{}", ended.stdout, ended.log);
    assert!(!shown.contains("canary"), "{shown}");
    ended
}

/// A call whose answer is lost is not sent again before the server was read.
#[test]
fn a_cut_answer_ends_in_the_state_of_the_spec() {
    for (cut, writes) in [
        (None, &["CreateUser", "CreateAccessKey"][..]),
        (Some("CreateUser"), &["CreateUser", "DeleteAccessKey", "CreateAccessKey"]),
        (Some("CreateAccessKey"), &["CreateUser", "CreateAccessKey"]),
    ] {
        let (fake, stored) = start(cut, None);
        run(&fake).expect(0, "changed");
        assert_eq!(stored.lock().unwrap().writes, writes, "{cut:?}");
        run(&fake).expect(0, "unchanged");
        assert_eq!(stored.lock().unwrap().writes, writes, "{cut:?}");
    }
}

#[test]
fn answers_that_no_server_sends_end_the_run_before_anything_is_written() {
    let key = "<SecretAccessKey>canary-other-5ecret</SecretAccessKey>";
    for lie in [
        "<html><body>It works!</body></html>".to_owned(),
        String::new(),
        format!("<ListAttachedUserPoliciesResponse>{key}"),
        format!("<GetUserResponse>{key}</GetUserResponse>"),
        format!(
            "<ListAttachedUserPoliciesResponse>{}</ListAttachedUserPoliciesResponse>",
            key.repeat(30_000)
        ),
        format!(
            "<ListAttachedUserPoliciesResponse>{}</ListAttachedUserPoliciesResponse>",
            key.repeat(200_000)
        ),
    ] {
        let (fake, stored) = start(None, Some(lie));
        run(&fake).expect(76, "failed");
        assert!(stored.lock().unwrap().writes.is_empty());
    }
}
