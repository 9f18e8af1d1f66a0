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
    /// The access keys (service accounts), each with its user.
    pub(crate) keys: BTreeMap<String, String>,
    pub(crate) quotas: BTreeMap<String, Value>,
    pub(crate) buckets: BTreeSet<String>,
    /// The number of questions for the account that are answered with 503 before the first answer.
    pub(crate) busy: usize,
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
        ("GET", Some("accountinfo")) if stored.busy > 0 => {
            stored.busy -= 1;
            error(stream, "503 Service Unavailable", "SlowDown")
        }
        ("GET", Some(call)) => match read(stored, call, &request) {
            Ok(json) => respond(stream, "200 OK", "", &json.to_string()),
            Err((code, status)) => error(stream, status, code),
        },
        // A change of a group's members has every field.
        (_, Some("update-group-members")) if !request.body.contains("groupStatus") => {
            error(stream, "400 Bad Request", "InvalidRequest")
        }
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

const MISSING: (&str, &str) = ("NoSuchResource", "404 Not Found");
/// The answer for an access key (service account) in the place of a user, and the reverse.
const FAILED: (&str, &str) = ("InternalError", "500 Internal Server Error");

/// The answer of the admin API to a read, or a code with its status.
fn read(stored: &Stored, call: &str, request: &Request<'_>) -> Result<Value, (&'static str, &'static str)> {
    let name = request.value("accessKey");
    match call {
        "accountinfo" => {
            let own = stored.keys.get(ROOT).map_or(ROOT, String::as_str);
            Ok(json!({"account_name": own, "server": {}, "policy": "{}", "buckets": []}))
        }
        "groups" => Ok(json!(stored.groups.keys().collect::<Vec<_>>())),
        "info-canned-policy" => {
            let name = request.value("name");
            let document = stored.policies.get(&name).ok_or(MISSING)?;
            let document: Value = serde_json::from_str(document).unwrap_or_default();
            Ok(json!({"policy_name": name, "policy": document, "create_date": null}))
        }
        "user-info" if stored.keys.contains_key(&name) => Err(FAILED),
        "user-info" => {
            let policies = stored.users.get(&name).ok_or(MISSING)?;
            let policies: Vec<_> = policies.iter().map(String::as_str).collect();
            Ok(json!({"policyName": policies.join(","), "status": "enabled", "memberOf": []}))
        }
        "info-service-account" if stored.users.contains_key(&name) => Err(FAILED),
        "group" => {
            let name = request.value("group");
            let members = stored.groups.get(&name).ok_or(MISSING)?;
            Ok(json!({"name": name, "status": "enabled", "members": members, "policy": ""}))
        }
        "get-bucket-quota" => {
            let bucket = request.value("bucket");
            let none = json!({"quota": 0, "size": 0, "rate": 0, "requests": 0, "quotatype": ""});
            let there = stored.buckets.contains(&bucket);
            there
                .then(|| stored.quotas.get(&bucket).cloned().unwrap_or(none))
                .ok_or(("NoSuchBucket", "404 Not Found"))
        }
        _ => Err(MISSING),
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
            let members = members.filter_map(Value::as_str).map(str::to_owned);
            let group = body.get("group").and_then(Value::as_str).unwrap_or_default();
            stored.groups.entry(group.to_owned()).or_default().extend(members);
        }
        "set-bucket-quota" => drop(stored.quotas.insert(request.value("bucket"), body)),
        _ => {}
    }
}

fn error(stream: &mut TcpStream, status: &str, code: &str) -> bool {
    respond(stream, status, "", &format!("<Error><Code>{code}</Code><Message>m</Message></Error>"))
}
