//! MinIO behind nginx, which replaces `Server:`: what is known of MinIO is known all the same.

use integration::minio::{Server, Setup};
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
  server {
    listen 9004;
    location /storage/s3-1/ { proxy_pass http://minio:9000/; proxy_set_header Host $http_host; }
    location / { return 404; }
  }
  server {
    listen 9005;
    location = / { proxy_pass http://minio:9000; proxy_set_header Host $http_host; }
    location /minio/ { proxy_pass http://minio:9000; proxy_set_header Host $http_host; }
    location / { return 400; }
  }
  server {
    listen 9005; server_name ~^.+\.nginx$;
    location = / { proxy_pass http://minio:9000; proxy_set_header Host $http_host; }
    location / { return 400; }
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

/// A path that the proxy takes away is not signed, and a bucket in the host name is.
#[test]
fn a_path_before_the_server_and_buckets_in_host_names_are_understood() {
    let domain = ["--env", "MINIO_DOMAIN=nginx"];
    let server = Server::start(&Setup { docker: &domain, ..Setup::default() });
    server.ready();
    let files = Scratch::new();
    let certificates = Certificates::new().sign("nginx", &["nginx"]);
    let configuration = files.file("nginx.conf", CONFIGURATION.as_bytes()).display().to_string();
    let volumes = [
        format!("{configuration}:/etc/nginx/nginx.conf:ro"),
        format!("{}:/certs:ro", certificates.path().display()),
    ];
    let options = ["--volume", &volumes[0], "--volume", &volumes[1]];
    let _nginx = Peer::beside(server.network(), "dayzero/nginx:dev", "nginx", &options).listens(9005);
    let spec = |n: usize| {
        format!(
            "users: {{app-{n}: {{secretKey: {{secret: root_password}}, policies: [readwrite]}}}}\n\
             buckets: {{with-{n}: {{versioning: enabled, tags: {{a: b}}, anonymous: download, lifecycle: [{{expireDays: 3}}]}}, lock-{n}: {{objectLock: {{}}}}}}\n"
        )
    };
    for (n, endpoint) in [
        "http://nginx:9004/storage/s3-1",
        "http://nginx:9004/storage/s3-1/",
        "http://nginx:9005\naddressing: host",
    ]
    .into_iter()
    .enumerate()
    {
        let run = || server.init_at(&format!("endpoint: {endpoint}"), &spec(n)).run();
        run().expect(0, "changed");
        run().expect(0, "unchanged");
        assert_eq!(server.anonymous("GET", &format!("/with-{n}/nothing")), 404, "{endpoint}");
    }
    let refused = |endpoint: &str| server.init_at(&format!("endpoint: {endpoint}"), &spec(9)).run().exit;
    assert_ne!(refused("http://nginx:9004"), 0);
    assert_ne!(refused("http://nginx:9005"), 0);
}
