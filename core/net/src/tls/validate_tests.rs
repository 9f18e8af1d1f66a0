//! Tests of the section `tls`: which combinations of keys are valid, and the messages for wrong files.

use std::path::PathBuf;

use super::*;

/// A temporary directory that is removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("init-net-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, content: &[u8]) {
        std::fs::write(self.0.join("ca.pem"), content).unwrap();
    }

    fn problems(&self, yaml: &str) -> Vec<String> {
        let spec: TlsSpec = serde_saphyr::from_str(yaml).unwrap();
        let mut violations = Violations::default();
        let at = SpecPath::root().key("tls");
        Tls::validate(&spec, Verification::Full, &Files::relative_to(&self.0), &at, &mut violations);
        violations.iter().map(ToString::to_string).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn an_empty_mapping_trusts_the_public_authorities() {
    let folder = Folder::new("empty");
    let mut violations = Violations::default();
    let spec = TlsSpec::default();
    let files = Files::relative_to(&folder.0);
    let tls = Tls::validate(&spec, Verification::Full, &files, &SpecPath::root(), &mut violations);
    assert_eq!(violations.iter().count(), 0);
    assert!(tls.roots.len() >= webpki_roots::TLS_SERVER_ROOTS.len());
    assert!(tls.secrets().next().is_none() && !tls.has_certificate());
}

#[test]
fn a_file_without_a_certificate_is_a_violation_that_names_its_content() {
    let folder = Folder::new("files");
    for (content, problem) in [
        (&b""[..], "tls.ca: ca.pem: it is empty"),
        (b"hello\n", "tls.ca: ca.pem: it is no PEM: it has no BEGIN line"),
        (
            b"-----BEGIN CERTIFICATE-----\nR2FyYmFnZQ==\n-----END CERTIFICATE-----\n",
            "tls.ca: ca.pem: it is no X.509 certificate: what is inside the PEM section cannot be read",
        ),
        (
            b"-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n",
            "tls.ca: ca.pem: it is damaged: what stands between a BEGIN and its END line is not base64",
        ),
        (
            b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
            "tls.ca: ca.pem: it holds a private key where a certificate belongs",
        ),
    ] {
        folder.write(content);
        assert_eq!(folder.problems("{ca: {file: ca.pem}}"), [problem]);
    }
}

#[test]
fn keys_that_need_each_other_are_required_together() {
    let folder = Folder::new("pairs");
    for (yaml, problem) in [
        ("{certificate: {file: ca.pem}}", "tls.certificate: a client certificate needs its `key`"),
        ("{key: {secret: k}}", "tls.key: a client key needs its `certificate`"),
        ("{keyPassphrase: {secret: p}}", "tls.keyPassphrase: a passphrase needs the `key` that it decrypts"),
        (
            "{serverName: 10.0.0.1}",
            "tls.serverName: `10.0.0.1` is an IP address: write the server's DNS name, which survives a restart",
        ),
    ] {
        assert_eq!(folder.problems(yaml), [problem]);
    }
}

#[test]
fn a_missing_file_is_named() {
    let folder = Folder::new("missing");
    let problems = folder.problems("{ca: {file: none.pem}}");
    assert!(problems[0].starts_with("tls.ca: cannot read ") && problems.len() == 1, "{problems:?}");
}
