//! Servers that answer as Versity's gateway until its admin API is asked, and then what no gateway does.

use integration::{Ended, FakeHttp, Init, respond};

const USERS: &str = "<ListUserAccountsResult></ListUserAccountsResult>";

/// A gateway with one bucket of root whose admin API answers with these lists, and the bucket with this ACL.
fn gateway(users: String, owners: String, acl: &'static str) -> FakeHttp {
    FakeHttp::new(move |asked, stream| match asked.line.as_str() {
        "GET /" => {
            let list = "<ListAllMyBucketsResult><Buckets><Bucket><Name>one</Name></Bucket></Buckets></ListAllMyBucketsResult>";
            respond(stream, "200 OK", "", list)
        }
        "PATCH /list-users" => respond(stream, "200 OK", "", &users),
        "PATCH /list-buckets" => respond(stream, "200 OK", "", &owners),
        "GET /one?acl=" => respond(stream, "200 OK", "", acl),
        "GET /one?policy=" => error(stream, "404 Not Found", "NoSuchBucketPolicy"),
        line if line.contains("sign-in") => error(stream, "403 Forbidden", "InvalidAccessKeyId"),
        _ => error(stream, "404 Not Found", "NoSuchKey"),
    })
}

fn error(stream: &mut std::net::TcpStream, status: &str, code: &str) -> bool {
    respond(stream, status, "", &format!("<Error><Code>{code}</Code></Error>"))
}

fn run(fake: &FakeHttp, command: &str) -> Ended {
    let spec = format!(
        "endpoint: http://s3:{}\nserver: versitygw\ncredentials: {{accessKey: somebody, secretKey: {{secret: own}}}}\n\
         users: {{app: {{secretKey: {{secret: app}}, access: [{{bucket: one, level: owner}}]}}}}\n",
        fake.port()
    );
    let options = ["--add-host", "s3:host-gateway", "--memory", "64m", "--memory-swap", "64m"];
    let init = Init::new("minio-init", &spec).network("bridge").docker(&options);
    let init = init.secret("own", "canary-own-5ecret").secret("app", "canary-app-5ecret");
    let ended = init.args(&[command, "--timeout", "10s", "--log", "trace"]).run();
    assert!(
        !ended.stdout.contains("canary") && !ended.log.contains("canary"),
        "{}\n{}",
        ended.stdout,
        ended.log
    );
    assert!(fake.asked().iter().all(|line| !line.contains("-user?") && !line.contains("owner?")));
    ended
}

fn owned_by(owner: &str) -> String {
    format!(
        "<ListBucketsResult><Buckets><Name>one</Name><Owner>{owner}</Owner></Buckets></ListBucketsResult>"
    )
}

#[test]
fn lists_that_no_gateway_sends_end_the_run_and_show_no_secret_key() {
    let account = "<Accounts><Access>a</Access><Secret>canary-a-5ecret</Secret><Role>user</Role></Accounts>";
    for users in [
        "<html><body>It works!</body></html>".to_owned(),
        "ok".to_owned(),
        String::new(),
        format!("<ListUserAccountsResult>{account}"),
        format!("<ListBucketsResult>{account}</ListBucketsResult>"),
        format!("<ListUserAccountsResult>{}</ListUserAccountsResult>", account.repeat(20_000)),
        format!("<ListUserAccountsResult>{}</ListUserAccountsResult>", account.repeat(200_000)),
        format!(
            "<ListUserAccountsResult><Secret>{}</Secret></ListUserAccountsResult>",
            "canary".repeat(5000)
        ),
    ] {
        let fake = gateway(users, owned_by("root"), "");
        run(&fake, "apply").expect(76, "failed");
    }
    for owners in ["<ok/>", USERS, "<Buckets>"] {
        let fake = gateway(USERS.to_owned(), owners.to_owned(), "");
        run(&fake, "apply").expect(76, "failed");
    }
}

/// A new owner would take the grants in the ACL of a bucket with it.
#[test]
fn a_bucket_with_grants_to_others_keeps_its_owner() {
    let grant =
        |id: &str| format!("<Grant><Grantee><ID>{id}</ID></Grantee><Permission>READ</Permission></Grant>");
    for (grants, exit) in [(grant("root"), 3), (grant("root") + &grant("all-users"), 4), (String::new(), 3)] {
        let acl = format!(
            "<AccessControlPolicy><Owner><ID>root</ID></Owner><AccessControlList>{grants}</AccessControlList></AccessControlPolicy>"
        );
        let fake = gateway(USERS.to_owned(), owned_by("root"), acl.leak());
        let ended = run(&fake, "plan");
        assert_eq!(ended.exit, exit, "{}", ended.stdout);
        assert_eq!(ended.stdout.contains("grants in the ACL of one"), exit == 4, "{}", ended.stdout);
    }
    let fake = gateway(USERS.to_owned(), owned_by("root"), "<ok/>");
    run(&fake, "plan").expect(76, "failed");
}
