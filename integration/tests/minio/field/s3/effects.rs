//! The properties that a server keeps of a bucket are also in effect there.

use integration::shell;

use crate::beds::{self, Bed};

/// A property of a bucket, and a request that shows its effect.
struct Effect {
    property: &'static str,
    shows: fn(&Bed, &str) -> Result<(), String>,
}

fn put(server: &Bed, path: &str) -> u16 {
    server.signed(server.account(), "PUT", path)
}

fn is(what: &str, expected: bool) -> Result<(), String> {
    if expected { Ok(()) } else { Err(what.to_owned()) }
}

fn keeps_versions(server: &Bed, bucket: &str) -> Result<(), String> {
    for _ in 0..2 {
        put(server, &format!("/{bucket}/twice"));
    }
    let versions = server.body(&format!("/{bucket}?versions="));
    is(&versions, versions.matches("<Version>").count() == 2)
}

/// The version of a new object is not deleted.
fn retains(server: &Bed, bucket: &str) -> Result<(), String> {
    put(server, &format!("/{bucket}/kept"));
    let versions = server.body(&format!("/{bucket}?versions="));
    let version = versions.split_once("<VersionId>").and_then(|(_, rest)| rest.split('<').next());
    let path = format!("/{bucket}/kept?versionId={}", version.unwrap_or_default());
    let deleted = server.signed(server.account(), "DELETE", &path);
    is(&format!("{deleted} for {path}"), version.is_some() && deleted != 204)
}

fn answers_its_origin(server: &Bed, bucket: &str) -> Result<(), String> {
    put(server, &format!("/{bucket}/there"));
    let (peer, port) = server.address();
    let preflight = |origin: &str| {
        let line = format!(
            "curl --silent --max-time 20 --include --request OPTIONS --header 'Origin: https://{origin}' \
             --header 'Access-Control-Request-Method: GET' http://{peer}:{port}/{bucket}/there"
        );
        shell(&line).ok().to_ascii_lowercase()
    };
    let (own, other) = (preflight("a.example"), preflight("b.example"));
    let allowed = "access-control-allow-origin: https://a.example";
    is(
        &format!("{own}\n{other}"),
        own.contains(allowed) && !other.contains("access-control-allow-origin: https://b"),
    )
}

fn is_open_to_read(server: &Bed, bucket: &str) -> Result<(), String> {
    put(server, &format!("/{bucket}/there"));
    let (peer, port) = server.address();
    let get = |more: &str| {
        let line = format!(
            "curl --silent --max-time 20 --output /dev/null --write-out '%{{http_code}}' {more} http://{peer}:{port}/{bucket}/there"
        );
        shell(&line).ok()
    };
    let (read, written) = (get(""), get("--upload-file /etc/hostname"));
    is(&format!("{read} {written}"), read == "200" && written == "403")
}

const VERSIONS: Effect = Effect { property: "versioning: enabled", shows: keeps_versions };
const RETENTION: Effect = Effect { property: "objectLock: {mode: GOVERNANCE, days: 1}", shows: retains };
const CORS: Effect = Effect {
    property: "cors: [{allowedOrigins: [\"https://a.example\"], allowedMethods: [GET]}]",
    shows: answers_its_origin,
};
const ANONYMOUS: Effect = Effect { property: "anonymous: download", shows: is_open_to_read };

fn are_in_effect(server: &Bed, effects: &[Effect]) {
    let mut missing = Vec::new();
    for (index, effect) in effects.iter().enumerate() {
        let bucket = format!("effect-{index}");
        server.run(&format!("buckets: {{{bucket}: {{{}}}}}\n", effect.property), &[]).expect(0, "changed");
        if let Err(seen) = (effect.shows)(server, &bucket) {
            missing.push(format!("{}: {seen}", effect.property));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
#[ignore = "needs Ceph's gateway, an image of 650 MB: just field s3"]
fn of_ceph() {
    are_in_effect(&beds::ceph(), &[VERSIONS, RETENTION, CORS, ANONYMOUS]);
}

#[test]
#[ignore = "needs SeaweedFS, which takes long to build: just field s3"]
fn of_seaweedfs() {
    are_in_effect(&beds::seaweedfs_with_iam(), &[VERSIONS, RETENTION, CORS, ANONYMOUS]);
}

#[test]
#[ignore = "with the others: just field s3"]
fn of_versitygw() {
    are_in_effect(&beds::versitygw(), &[VERSIONS, RETENTION, CORS, ANONYMOUS]);
}

#[test]
#[ignore = "needs Garage, which takes ten minutes to build: just field s3"]
fn of_garage() {
    // Without its admin API a bucket has its name for one key alone, and a preflight request has no key.
    are_in_effect(&beds::fresh_garage(), &[CORS]);
}

pub(in crate::field) fn of_rustfs() {
    are_in_effect(&beds::rustfs(), &[VERSIONS, RETENTION, CORS, ANONYMOUS]);
}
