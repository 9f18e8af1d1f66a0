//! MinIO with an LDAP directory: policies of its users and groups, and access keys of its users.

mod refusals;

use integration::minio::{ROOT, Server, Setup};
use integration::{Ended, Init, Peer, docker};

use crate::acceptance::methods;

/// The login names of the directory are `app`, `jane` and `idle`; the entry of `jane` is another name.
const JANE: &str = "cn=Doe\\, Jane,ou=people,dc=example,dc=com";
const SECRET: (&str, &str) = ("key_secret", "canary-key-5ecret");
/// Users by login name and by distinguished name, groups, and an access key.
const SPEC: &str = r#"
policies: {own: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["s3:ListAllMyBuckets"], Resource: "*"}]}}}
ldap:
  users:
    app: {policies: [own, readwrite]}
    "CN=doe\\, jane, ou=People,dc=example,dc=com": {policies: [own]}
  groups:
    "cn=Writers,ou=groups,dc=example,dc=com": {policies: [readwrite]}
    "cn=R\\+d \\+ tests,ou=groups,dc=example,dc=com": {policies: [readonly]}
accessKeys: {app-ci: {user: app, secretKey: {secret: key_secret}, policy: own, name: ci}}
"#;

/// A server and its directory.
struct Bed {
    server: Server,
    directory: Peer,
}

impl Bed {
    fn new() -> Self {
        let server = Server::start(&Setup { docker: &settings(), ..Setup::default() });
        let directory =
            Peer::beside(server.network(), "dayzero/openldap:dev", "directory", &[]).listens(3389);
        docker(&["restart", "--time", "1", server.name()]).ok();
        server.ready();
        Self { server, directory }
    }

    fn init(&self, spec: &str) -> Init {
        self.server.init(spec).secret(SECRET.0, SECRET.1)
    }

    fn run(&self, spec: &str, args: &[&str]) -> Ended {
        let ended = self.init(spec).args(args).run();
        for shown in [&ended.stdout, &ended.log] {
            assert!(!shown.contains("5ecret"), "{shown}");
        }
        ended
    }

    /// Attaches or detaches a policy by hand.
    fn mc(&self, args: &[&str]) -> String {
        self.server.mc(&[&["idp", "ldap"], args].concat()).ok()
    }

    /// The policies of all users and groups.
    fn entities(&self) -> String {
        self.mc(&["policy", "entities", "t", "--json"])
    }

    /// The number of buckets that the access key may list, or an error.
    fn lists_as(&self, key: &str) -> i32 {
        self.server.mc_as((key, SECRET.1), &["ls", "t"]).exit
    }
}

/// The arguments of `docker run` with which MinIO takes its users from the directory.
fn settings() -> Vec<&'static str> {
    [
        "MINIO_IDENTITY_LDAP_SERVER_ADDR=directory:3389",
        "MINIO_IDENTITY_LDAP_SERVER_INSECURE=on",
        "MINIO_IDENTITY_LDAP_LOOKUP_BIND_DN=cn=admin,dc=example,dc=com",
        "MINIO_IDENTITY_LDAP_LOOKUP_BIND_PASSWORD=canary-directory-5ecret",
        "MINIO_IDENTITY_LDAP_USER_DN_SEARCH_BASE_DN=ou=people,dc=example,dc=com",
        "MINIO_IDENTITY_LDAP_USER_DN_SEARCH_FILTER=(uid=%s)",
        "MINIO_IDENTITY_LDAP_GROUP_SEARCH_BASE_DN=ou=groups,dc=example,dc=com",
        "MINIO_IDENTITY_LDAP_GROUP_SEARCH_FILTER=(&(objectclass=groupOfNames)(member=%d))",
    ]
    .into_iter()
    .flat_map(|setting| ["--env", setting])
    .collect()
}

#[test]
#[ignore = "takes long: just field long"]
fn policies_are_attached_by_any_spelling_and_a_rerun_only_reads() {
    let bed = Bed::new();
    let planned = bed.run(SPEC, &["plan"]).expect(3, "drift");
    assert!(!bed.entities().contains("readwrite"), "nothing is written");
    let made = bed.run(SPEC, &["--log", "trace"]).expect(0, "changed");
    assert_eq!(planned.operations(), made.operations());
    assert_eq!(
        made.operations(),
        [
            "create_policy",
            "attach_policies",
            "attach_policies",
            "attach_policies",
            "attach_policies",
            "create_access_key"
        ]
    );
    bed.server.trace();
    bed.run(SPEC, &[]).expect(0, "unchanged");
    let methods = methods(&bed.server.traced());
    assert!(methods.len() > 5 && methods.iter().all(|method| method == "GET"), "{methods:?}");
    bed.run(SPEC, &["plan"]).expect(0, "unchanged");
    bed.init(SPEC).args(&["plan", "--without-secrets"]).run().expect(0, "unchanged");
    assert_eq!(bed.lists_as("app-ci"), 0);
    // The other names of the same entries.
    let other = SPEC
        .replace("    app: {", "    \"UID=app,ou=people, dc=example,dc=com\": {")
        .replace("\"CN=doe\\\\, jane, ou=People,dc=example,dc=com\"", "jane");
    let other = other.split("accessKeys:").next().unwrap_or_default();
    bed.run(other, &[]).expect(0, "unchanged");
    // The server has them on its drive.
    bed.server.restart();
    bed.run(SPEC, &[]).expect(0, "unchanged");
}

#[test]
#[ignore = "takes long: just field long"]
fn what_is_changed_by_hand_is_set_back_and_what_is_not_named_stays() {
    let bed = Bed::new();
    bed.run(SPEC, &[]).expect(0, "changed");
    bed.mc(&["policy", "detach", "t", "readwrite", "--user", "app"]);
    bed.mc(&["policy", "attach", "t", "diagnostics", "--user", "app"]);
    bed.mc(&["policy", "detach", "t", "readwrite", "--group", "cn=writers,ou=groups,dc=example,dc=com"]);
    bed.mc(&["policy", "detach", "t", "own", "--user", JANE]);
    bed.server
        .mc(&["admin", "user", "svcacct", "edit", "t", "app-ci", "--secret-key", "another-secret"])
        .ok();
    bed.run(SPEC, &["plan"]).expect(3, "drift");
    let healed = bed.run(SPEC, &[]).expect(0, "changed");
    assert_eq!(
        healed.operations(),
        ["attach_policies", "attach_policies", "attach_policies", "alter_access_key"]
    );
    bed.run(SPEC, &[]).expect(0, "unchanged");
    assert!(bed.entities().contains("diagnostics"), "what is not named stays");
    let less =
        "ldap:\n  users: {app: {policies: [{name: diagnostics, state: absent}]}, jane: {state: absent}}\n";
    assert_eq!(bed.run(less, &[]).expect(0, "changed").operations(), ["detach_policies", "detach_policies"]);
    bed.run(less, &[]).expect(0, "unchanged");
    let left = bed.entities();
    assert!(!left.contains("diagnostics") && !left.contains("Jane") && left.contains("uid=app"), "{left}");
    let removed = "accessKeys: {app-ci: {state: absent}}\n";
    assert_eq!(bed.run(removed, &[]).expect(0, "changed").operations(), ["remove_access_key"]);
    bed.run(removed, &[]).expect(0, "unchanged");
}

#[test]
#[ignore = "takes long: just field long"]
fn two_runs_at_once_attach_the_policies_of_both() {
    let bed = Bed::new();
    let runs = [0; 2].map(|_| bed.init(SPEC).start());
    for run in runs {
        assert_eq!(run.wait().exit, 0);
    }
    bed.run(SPEC, &[]).expect(0, "unchanged");
}

#[test]
#[ignore = "takes long: just field long"]
fn an_export_has_the_entries_of_ldap_and_makes_an_equal_server() {
    let bed = Bed::new();
    let with_jane = SPEC
        .replace("    app: {policies", "    jane: {}\n    app: {policies")
        .replace("accessKeys: {", "accessKeys: {janes-key: {user: jane, secretKey: {secret: key_secret}}, ");
    bed.run(&with_jane, &[]).expect(0, "changed");
    let page = export(&bed.server);
    for line in [
        "    app: {policies: [own, readwrite]}",
        "    \"cn=Doe\\\\, Jane,ou=people,dc=example,dc=com\": {policies: [own]}",
        "    \"cn=R\\\\+d \\\\+ tests,ou=groups,dc=example,dc=com\": {policies: [readonly]}",
        "  app-ci: {user: app, secretKey: {secret: app-ci_secret_key}, policy: own, name: ci}",
        "#   accessKeys.janes-key: this access key of cn=Doe\\, Jane,ou=people,dc=example,dc=com, whose login name the server does not say",
    ] {
        assert!(page.contains(line), "{line} in {page}");
    }
    let adopt = |bed: &Bed| {
        let init = Init::new("minio-init", page.as_str()).at(bed.server.network(), bed.server.name());
        let init = init.secret("root_user", ROOT.0).secret("root_password", ROOT.1);
        init.secret("app-ci_secret_key", SECRET.1).run()
    };
    adopt(&bed).expect(0, "unchanged");
    let other = Bed::new();
    adopt(&other).expect(0, "changed");
    let spec =
        |page: String| page.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    assert_eq!(spec(export(&other.server)), spec(page));
}

fn export(server: &Server) -> String {
    let ended = server.init("").args(&["export"]).run();
    assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
    ended.stdout
}
