//! Refusals before anything is written: of a name that the LDAP directory does not have, of users of the server's own beside
//! it, and of LDAP on a server without it.

use integration::docker;
use integration::minio::Server;

use super::{Bed, JANE, SPEC};

const POLICY: &str = r#"policies: {new: {document: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}}"#;

/// A run and a plan of the spec with a new policy, which is not made.
fn told(bed: &Bed, spec: &str, (exit, outcome): (i32, &str), message: &str) {
    for command in ["plan", "apply"] {
        let ended = bed.run(&format!("{POLICY}\n{spec}\n"), &[command]).expect(exit, outcome);
        assert!(ended.stdout.contains(message), "{message} in {}", ended.stdout);
        assert!(!bed.server.mc(&["admin", "policy", "ls", "t"]).ok().contains("new"), "{spec}");
    }
}

#[test]
#[ignore = "takes long: just field long"]
fn a_name_that_the_directory_does_not_have_is_told_before_anything_is_written() {
    let bed = Bed::new();
    for name in ["nobody", "uid=nobody,ou=people,dc=example,dc=com", "cn=writers,ou=groups,dc=example,dc=com"]
    {
        let spec = format!("ldap: {{users: {{app: {{policies: [new]}}, \"{name}\": {{policies: [new]}}}}}}");
        told(&bed, &spec, (76, "failed"), &format!("could not look in LDAP for the user {name} at"));
    }
    for name in ["cn=nobody,ou=groups,dc=example,dc=com", "uid=app,ou=people,dc=example,dc=com"] {
        let spec = format!("ldap: {{groups: {{\"{name}\": {{policies: [new]}}}}}}");
        told(&bed, &spec, (76, "failed"), "XMinioAdminNoSuchGroup");
    }
    let keys = "accessKeys: {a-key: {user: nobody, secretKey: {secret: key_secret}}}";
    told(
        &bed,
        &format!("ldap: {{users: {{nobody: {{}}}}}}\n{keys}"),
        (4, "conflict"),
        "has no user with the login name `nobody`",
    );
    told(&bed, keys, (4, "conflict"), "in `users` or `ldap.users`");
    told(
        &bed,
        "ldap: {users: {app: {policies: [nowhere]}}}",
        (4, "conflict"),
        "the policy `nowhere` is neither",
    );
    // An entry that is gone keeps what is attached, until the spec takes it away.
    bed.mc(&["policy", "attach", "t", "readwrite", "--user", "idle"]);
    let leave = "ldapdelete -x -H ldap://localhost:3389 -D cn=admin,dc=example,dc=com -w canary-directory-5ecret uid=idle,ou=people,dc=example,dc=com";
    docker(&["exec", bed.directory.name(), "bash", "-c", leave]).ok();
    let gone = "ldap: {users: {\"uid=idle,ou=people,dc=example,dc=com\": {state: absent}}}\n";
    assert_eq!(bed.run(gone, &[]).expect(0, "changed").operations(), ["detach_policies"]);
    bed.run(gone, &[]).expect(0, "unchanged");
}

#[test]
#[ignore = "takes long: just field long"]
fn users_and_groups_of_its_own_are_told_before_anything_is_written() {
    let bed = Bed::new();
    let of_its_own = "it takes them from LDAP: attach policies to those under `ldap`";
    told(
        &bed,
        "users: {own-user: {secretKey: {secret: key_secret}, policies: [new]}}",
        (76, "failed"),
        of_its_own,
    );
    told(&bed, "groups: {team: {policies: [new]}}", (76, "failed"), of_its_own);
    told(&bed, "groups: {team: {members: [app]}}", (76, "failed"), of_its_own);
    // The access key of another user of the directory.
    bed.run(SPEC, &[]).expect(0, "changed");
    let other =
        "ldap: {users: {jane: {}}}\naccessKeys: {app-ci: {user: jane, secretKey: {secret: key_secret}}}\n";
    let ended = bed.run(other, &[]).expect(4, "conflict");
    assert!(ended.stdout.contains("belongs to uid=app,ou=people,dc=example,dc=com"), "{}", ended.stdout);
    // The directory is away: nothing is taken for missing.
    docker(&["stop", "--time", "1", bed.directory.name()]).ok();
    let away = bed.run(&SPEC.replace("[readonly]", "[readonly, diagnostics]"), &["--timeout", "15s"]);
    assert_eq!(away.exit, 69, "{}", away.stdout);
    assert!(!bed.entities().contains(&format!("{JANE}x")));
}

#[test]
#[ignore = "takes long: just field long"]
fn a_server_without_ldap_says_so() {
    let server = Server::new();
    let spec = format!("{POLICY}\nldap: {{users: {{jane: {{policies: [new]}}}}}}\n");
    for command in ["plan", "apply"] {
        let ended = server.init(&spec).args(&[command]).run().expect(76, "failed");
        assert!(ended.error().contains("it has users of its own, and no LDAP"), "{}", ended.stdout);
        assert!(!server.mc(&["admin", "policy", "ls", "t"]).ok().contains("new"));
    }
}
