//! The rows of the table: every feature of a spec, and what the init services of public projects do.

/// The name of each row, and a spec in which `@` is a name of its own, `DOCUMENT` a policy document, `END` a time in a
/// month and `KIND` the kind of the server.
pub(super) const FEATURES: [(&str, &str); 44] = [
    ("buckets", "buckets: {@: {}}"),
    ("`versioning: enabled`", "buckets: {@: {versioning: enabled}}"),
    ("`versioning: suspended`", "buckets: {@: {versioning: suspended}}"),
    ("`objectLock: {}`", "buckets: {@: {objectLock: {}}}"),
    ("`objectLock` with a default retention", "buckets: {@: {objectLock: {mode: GOVERNANCE, days: 1}}}"),
    ("`encryption`", "buckets: {@: {encryption: sse-s3}}"),
    ("`quota`", "buckets: {@: {quota: 1GiB}}"),
    ("`tags`", "buckets: {@: {tags: {team: a, cost: b}}}"),
    ("`lifecycle` with `expireDays`", "buckets: {@: {lifecycle: [{id: a, expireDays: 30}]}}"),
    ("`lifecycle` with `prefix`", "buckets: {@: {lifecycle: [{id: a, prefix: tmp/, expireDays: 30}]}}"),
    ("`lifecycle` with `tags`", "buckets: {@: {lifecycle: [{id: a, tags: {kind: tmp}, expireDays: 30}]}}"),
    ("`expireNoncurrentDays`", "buckets: {@: {lifecycle: [{id: a, expireNoncurrentDays: 7}]}}"),
    (
        "`keepNoncurrentVersions`",
        "buckets: {@: {lifecycle: [{id: a, expireNoncurrentDays: 7, keepNoncurrentVersions: 2}]}}",
    ),
    ("`expireDeleteMarkers`", "buckets: {@: {lifecycle: [{id: a, expireDeleteMarkers: true}]}}"),
    ("`abortIncompleteUploadDays`", "buckets: {@: {lifecycle: [{id: a, abortIncompleteUploadDays: 3}]}}"),
    (
        "several rules",
        "buckets: {@: {lifecycle: [{id: b, prefix: b/, expireDays: 9}, {id: a, prefix: a/, expireDays: 3}]}}",
    ),
    ("`tiers`, `transitionTo`", TIERS),
    ("`replication`", REPLICATION),
    ("`anonymous: none`", "buckets: {@: {anonymous: none}}"),
    ("`anonymous: download`", "buckets: {@: {anonymous: download}}"),
    ("`anonymous: upload`", "buckets: {@: {anonymous: upload}}"),
    ("`anonymous: public`", "buckets: {@: {anonymous: public}}"),
    (
        "`policy`",
        r#"buckets: {@: {policy: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::@/public/*"]}]}}}}"#,
    ),
    (
        "`policy` with conditions",
        r#"buckets: {@: {policy: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::@/*", Condition: {IpAddress: {"aws:SourceIp": ["10.1.2.3/8", "192.0.2.1"]}}}]}}}}"#,
    ),
    (
        "`cors`",
        "buckets: {@: {cors: [{allowedOrigins: [\"https://a.example\"], allowedMethods: [PUT, GET], maxAgeSeconds: 60}]}}",
    ),
    (
        "`cors` with several rules and no age",
        "buckets: {@: {cors: [{allowedOrigins: [\"https://b.example\"], allowedMethods: [GET]}, {allowedOrigins: [\"https://a.example\"], allowedMethods: [GET], allowedHeaders: [\"*\"], exposeHeaders: [etag]}]}}",
    ),
    ("`policies`", "policies: {@: {document: DOCUMENT}}"),
    (
        "`policies` with conditions",
        r#"policies: {@: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::a/*", Condition: {DateLessThan: {"aws:CurrentTime": "2030-01-01T00:00:00.5Z"}, NotIpAddress: {"aws:SourceIp": "10.1.2.3/8"}}}]}}}"#,
    ),
    (
        "`users` with policies",
        "policies: {@-p: {document: DOCUMENT}}\nusers: {@: {secretKey: {secret: other}, policies: [@-p]}}",
    ),
    ("`users`, disabled", "users: {@: {secretKey: {secret: other}, status: disabled}}"),
    (
        "`users` with policies, disabled",
        "policies: {@-p: {document: DOCUMENT}}\nusers: {@: {secretKey: {secret: other}, policies: [@-p], status: disabled}}",
    ),
    (
        "`users` with `access`: `owner`",
        "users: {@: {secretKey: {secret: other}, access: [{bucket: @, level: owner}]}}\nbuckets: {@: {}}",
    ),
    (
        "`users` with `access`: `read`, `write`",
        "users: {@: {secretKey: {secret: other}, access: [{bucket: @, level: read}, {bucket: @-w, level: write}]}}\nbuckets: {@: {}, @-w: {}}",
    ),
    (
        "`groups`",
        "policies: {@-p: {document: DOCUMENT}}\nusers: {@-u: {secretKey: {secret: other}}}\ngroups: {@: {members: [@-u], policies: [@-p]}}",
    ),
    (
        "`accessKeys` of a user",
        "users: {@-u: {secretKey: {secret: other}}}\naccessKeys: {@: {user: @-u, secretKey: {secret: other}}}",
    ),
    (
        "`accessKeys` with `policy`",
        "policies: {@-p: {document: DOCUMENT}}\nusers: {@-u: {secretKey: {secret: other}, policies: [@-p]}}\naccessKeys: {@: {user: @-u, secretKey: {secret: other}, policy: @-p}}",
    ),
    (
        "`accessKeys` with `name`, `description`",
        "accessKeys: {@: {secretKey: {secret: other}, name: ci, description: CI uploads}}",
    ),
    ("`accessKeys` with `expires`", "accessKeys: {@: {secretKey: {secret: other}, expires: \"END\"}}"),
    (
        "`state: absent`",
        "policies: {@-p: {document: DOCUMENT}}\nusers: {@: {state: absent}, @-u: {secretKey: {secret: other}, policies: [@-p, {name: @-q, state: absent}]}}\naccessKeys: {@-k: {state: absent}}",
    ),
    ("`state: absent` of a user alone", "users: {@: {state: absent}}"),
    ("`config`", "config: {api: {requests_max: \"321\"}}"),
    ("`server`", "server: KIND\nbuckets: {@: {}}"),
    (
        "`mc mb`, `mc anonymous set download`",
        "buckets: {@-a: {}, @-b: {versioning: enabled}, @-c: {anonymous: download}}",
    ),
    (
        "`mc mb`, `mc admin user add`, `mc admin policy attach`",
        "policies: {@-p: {document: DOCUMENT}}\nusers: {@-u: {secretKey: {secret: other}, policies: [@-p]}}\nbuckets: {@: {}}",
    ),
];

/// A document of a policy for two actions.
pub(super) const DOCUMENT: &str = r#"{Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["s3:GetObject", "s3:ListBucket"], Resource: ["arn:aws:s3:::a", "arn:aws:s3:::a/*"]}]}"#;

/// A tier at the server `far`, which stands beside MinIO.
const TIERS: &str = r#"tiers: {COLD: {type: minio, endpoint: "http://far:9000", accessKey: far-user, secretKey: {secret: other}, bucket: cold}}
buckets: {@: {lifecycle: [{id: a, transitionDays: 30, transitionTo: COLD}]}}"#;

/// Replication to the same.
const REPLICATION: &str = r#"buckets: {@: {versioning: enabled, replication: [{to: {endpoint: "http://far:9000", bucket: copy, accessKey: far-user, secretKey: {secret: other}}}]}}"#;
