//! MinIO behind nginx, which replaces `Server:`: what is known of MinIO is known all the same.

use integration::minio::Server;
use integration::{Certificates, Peer, Scratch};

/// Each with another way to be before the server.
const CONFIGURATION: &str = r"
events {}
http {
  client_max_body_size 0;
  proxy_buffering off;
  proxy_http_version 1.1;
  server { listen 9000; location / { proxy_pass http://minio:9000; proxy_set_header Host $http_host; } }
  server { listen 9001; location / { proxy_pass http://minio:9000; } }
  server {
    listen 9002;
    location / {
      proxy_pass http://minio:9000; proxy_set_header Host $http_host;
      proxy_hide_header X-Minio-Write-Quorum; proxy_hide_header X-Minio-Storage-Class-Defaults;
    }
    location /minio/health/ { return 404; }
  }
  server {
    listen 9003 ssl; ssl_certificate /certs/nginx.pem; ssl_certificate_key /certs/nginx.key;
    location / { proxy_pass http://minio:9000; proxy_set_header Host $http_host; }
  }
}
";

const GUARDED: [(&str, &str); 4] = [
    (
        "buckets: {first: {}}\npolicies: {p: {document: {Version: \"2012-10-17\", Statement: [{Effect: Deny, NotAction: \"s3:*\", Resource: \"*\"}]}}}\n",
        "NotAction",
    ),
    (
        "buckets: {first: {}, second: {policy: {document: {Version: \"2012-10-17\", Statement: [{Effect: Deny, Principal: \"*\", NotAction: \"s3:*\", Resource: \"arn:aws:s3:::second/*\"}]}}}}\n",
        "NotAction",
    ),
    (
        "buckets: {first: {}, rules: {lifecycle: [{abortIncompleteUploadDays: 3}]}}\n",
        "abortIncompleteUploadDays",
    ),
    (
        "buckets: {first: {}, web: {cors: [{allowedOrigins: [\"*\"], allowedMethods: [GET]}]}}\n",
        "buckets.web.cors",
    ),
];

#[test]
fn what_minio_would_drop_or_misread_is_refused_through_a_proxy_too() {
    let server = Server::new();
    let files = Scratch::new();
    let certificates = Certificates::new().sign("nginx", &["nginx"]);
    let configuration = files.file("nginx.conf", CONFIGURATION.as_bytes()).display().to_string();
    let volumes = [
        format!("{configuration}:/etc/nginx/nginx.conf:ro"),
        format!("{}:/certs:ro", certificates.path().display()),
    ];
    let options = ["--volume", &volumes[0], "--volume", &volumes[1]];
    let _nginx = Peer::beside(server.network(), "dayzero/nginx:dev", "nginx", &options).listens(9003);
    let ca = certificates.read("ca.pem");
    let run = |endpoint: &str, spec: &str| {
        let init = server.init_at(&format!("endpoint: {endpoint}"), spec);
        init.file("/etc/minio-init/ca.pem", &ca).run()
    };
    let tls = "https://nginx:9003\ntls: {ca: {file: ca.pem}}";
    for endpoint in ["http://nginx:9000", "http://nginx:9002", tls] {
        for (spec, words) in GUARDED {
            let ended = run(endpoint, spec).expect(76, "failed");
            assert!(ended.error().contains(words), "{endpoint}: {}", ended.stdout);
            assert!(!server.mc(&["ls", "t"]).ok().contains("first"), "{endpoint}: {spec}");
        }
    }
    let whole = "users: {app: {secretKey: {secret: root_password}, policies: [readwrite]}}\nbuckets: {good: {versioning: enabled, tags: {a: b}}}\n";
    run("http://nginx:9000", whole).expect(0, "changed");
    for endpoint in ["http://nginx:9000", "http://nginx:9002", tls] {
        run(endpoint, whole).expect(0, "unchanged");
    }
    let changed = run("http://nginx:9001", whole).expect(77, "failed");
    let remedy = changed.report["error"]["remedy"].as_str().unwrap_or_default();
    assert!(remedy.contains("Host"), "{remedy}");
}
