//! A server that answers as RustFS does, from which a run has to tell it: no headers of MinIO, errors in XML, the code
//! `NoSuchResource` for all that does not exist, and names in another case than MinIO's.

use std::collections::{BTreeMap, BTreeSet};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};

use integration::{Asked, FakeHttp, respond};
use serde_json::{Value, json};

/// Its administrator.
pub(crate) const ROOT: &str = "root-of-test";

/// The stored objects. The bodies of some requests are encrypted with the secret key of the account, so that the fake takes
/// their meaning from its setting.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    pub(crate) policies: BTreeMap<String, String>,
    pub(crate) users: BTreeMap<String, BTreeSet<String>>,
    pub(crate) groups: BTreeMap<String, BTreeSet<String>>,
    pub(crate) quotas: BTreeMap<String, Value>,
    pub(crate) buckets: BTreeSet<String>,
}

/// The server, and what it stores. Every attachment is of the policy `attached` to the user `to`.
pub(crate) fn start(attached: &'static str, to: &'static str) -> (FakeHttp, Arc<Mutex<Stored>>) {
    let stored: Arc<Mutex<Stored>> = Arc::default();
    let kept = Arc::clone(&stored);
    let fake = FakeHttp::new(move |asked, stream| {
        let Ok(mut stored) = kept.lock() else { return false };
        answer(&mut stored, (attached, to), asked, stream)
    });
    (fake, stored)
}

/// A request of the admin API or of S3.
struct Request<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    body: &'a str,
    /// The access key that signs it.
    signer: Option<&'a str>,
}

impl<'a> Request<'a> {
    fn of(asked: &'a Asked) -> Self {
        let (method, target) = asked.line.split_once(' ').unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let signer = asked.head.split_once("Credential=").and_then(|(_, rest)| rest.split('/').next());
        Self { method, path, query, body: &asked.body, signer }
    }

    /// The name of the call of the admin API, if it is one.
    fn call(&self) -> Option<&'a str> {
        self.path.strip_prefix("/minio/admin/v3/")
    }

    /// A parameter of the query.
    fn value(&self, name: &str) -> String {
        let find = |pair: &str| pair.strip_prefix(&format!("{name}=")).map(str::to_owned);
        self.query.split('&').find_map(find).unwrap_or_default()
    }
}

fn answer(stored: &mut Stored, attachment: (&str, &str), asked: &Asked, stream: &mut TcpStream) -> bool {
    let request = Request::of(asked);
    let bucket = request.path.trim_start_matches('/');
    let known = |signer: &str| signer == ROOT || stored.users.contains_key(signer);
    match (request.method, request.call()) {
        ("GET", Some(_)) if request.signer.is_none() => error(stream, "403 Forbidden", "AccessDenied"),
        _ if request.signer.is_some_and(|signer| !known(signer)) => {
            error(stream, "403 Forbidden", "InvalidAccessKeyId")
        }
        ("GET", Some(call)) => match read(stored, call, &request) {
            Some(json) => respond(stream, "200 OK", "", &json.to_string()),
            None => error(stream, "404 Not Found", "NoSuchResource"),
        },
        (_, Some(call)) => {
            write(stored, attachment, call, &request);
            respond(stream, "200 OK", "", "")
        }
        // It has MinIO's health path, without MinIO's headers.
        ("GET", None) if request.path == "/minio/health/cluster" => respond(stream, "200 OK", "", ""),
        ("GET", None) if bucket.is_empty() => {
            let list: String =
                stored.buckets.iter().map(|name| format!("<Bucket><Name>{name}</Name></Bucket>")).collect();
            let xml = format!("<ListAllMyBucketsResult><Buckets>{list}</Buckets></ListAllMyBucketsResult>");
            respond(stream, "200 OK", "", &xml)
        }
        ("GET", None) if stored.buckets.contains(bucket) => {
            respond(stream, "200 OK", "", "<LocationConstraint/>")
        }
        // With such a bucket the secret key of an account is tried too.
        ("GET", None) => error(stream, "404 Not Found", "NoSuchBucket"),
        ("PUT", None) if request.query.is_empty() => {
            stored.buckets.insert(bucket.to_owned());
            respond(stream, "200 OK", "", "")
        }
        _ => error(stream, "501 Not Implemented", "NotImplemented"),
    }
}

/// The answer of the admin API to a read; `None` for a missing object.
fn read(stored: &Stored, call: &str, request: &Request<'_>) -> Option<Value> {
    match call {
        "accountinfo" => Some(json!({"account_name": ROOT, "server": {}, "policy": {}, "buckets": []})),
        "groups" => Some(json!(stored.groups.keys().collect::<Vec<_>>())),
        "info-canned-policy" => {
            let name = request.value("name");
            let document: Value = serde_json::from_str(stored.policies.get(&name)?).unwrap_or_default();
            Some(json!({"policy_name": name, "policy": document, "create_date": null}))
        }
        "user-info" => {
            let policies: Vec<_> =
                stored.users.get(&request.value("accessKey"))?.iter().map(String::as_str).collect();
            Some(json!({"policyName": policies.join(","), "status": "enabled", "memberOf": []}))
        }
        "group" => {
            let name = request.value("group");
            let members = stored.groups.get(&name)?;
            Some(json!({"name": name, "status": "enabled", "members": members, "policy": ""}))
        }
        "get-bucket-quota" => stored.quotas.get(&request.value("bucket")).cloned(),
        _ => None,
    }
}

/// Applies a mutating call of the admin API.
fn write(stored: &mut Stored, (attached, to): (&str, &str), call: &str, request: &Request<'_>) {
    let body: Value = serde_json::from_str(request.body).unwrap_or_default();
    match call {
        "add-canned-policy" => {
            stored.policies.insert(request.value("name"), request.body.to_owned());
        }
        "add-user" => {
            stored.users.entry(request.value("accessKey")).or_default();
        }
        "idp/builtin/policy/attach" => {
            stored.users.entry(to.to_owned()).or_default().insert(attached.to_owned());
        }
        "update-group-members" => {
            let members = body.get("members").and_then(Value::as_array).into_iter().flatten();
            let members = members.filter_map(Value::as_str).map(str::to_owned).collect();
            let group = body.get("group").and_then(Value::as_str).unwrap_or_default();
            stored.groups.insert(group.to_owned(), members);
        }
        "set-bucket-quota" => drop(stored.quotas.insert(request.value("bucket"), body)),
        _ => {}
    }
}

fn error(stream: &mut TcpStream, status: &str, code: &str) -> bool {
    respond(stream, status, "", &format!("<Error><Code>{code}</Code><Message>m</Message></Error>"))
}
