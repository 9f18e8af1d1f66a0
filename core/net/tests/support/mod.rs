//! Test support: a directory with keys and certificates made by `openssl`, and an `openssl s_server` that uses them.

#![allow(dead_code, unreachable_pub, clippy::allow_attributes, reason = "each test file uses some of it")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use init_core::{Endpoint, Fault as _, FaultKind, Files, Secrets, SpecPath, Violations};
use init_net::{Connector, NetError, Stream, Tls, TlsSpec, Verification, open};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

pub const LIMIT: Duration = Duration::from_secs(10);

/// The command that makes a self-signed `server.crt` with `server.key`.
pub const SELF_SIGNED: &str = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
     -keyout server.key -out server.crt -subj /CN=localhost -addext subjectAltName=DNS:localhost";

/// A temporary directory that is removed when dropped.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("init-net-tests-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        let folder = Self(path);
        // The configuration that `openssl ca` requires to set the validity of a certificate.
        std::fs::write(
            folder.0.join("ca.cnf"),
            "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\ndefault_md=sha256\n\
             policy=p\nunique_subject=no\n[p]\ncommonName=supplied\n",
        )
        .unwrap();
        folder
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Runs a script in the folder.
    pub fn sh(&self, script: &str) {
        let output = Command::new("sh").args(["-ec", script]).current_dir(&self.0).output().unwrap();
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Makes an authority: `NAME.crt` and `NAME.key`.
    pub fn authority(&self, name: &str, subject: &str) {
        self.sh(&format!(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout {name}.key \
             -out {name}.crt -subj /CN={subject}"
        ));
    }

    /// Makes `server.key` and a signing request for it.
    pub fn request(&self, curve: &str) {
        self.sh(&format!(
            "openssl req -newkey ec -pkeyopt ec_paramgen_curve:{curve} -nodes -keyout server.key -out server.csr \
             -subj /CN=localhost"
        ));
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An `openssl s_server` process that is killed when dropped.
pub struct Server {
    process: Child,
    pub endpoint: Endpoint,
}

impl Server {
    pub fn start(folder: &Folder, arguments: &str) -> Self {
        let mut process = Command::new("sh")
            .args(["-ec", &format!("exec openssl s_server -www -accept 127.0.0.1:0 {arguments}")])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix("ACCEPT ")?.rsplit_once(':')?.1.to_owned()));
        let port = port.unwrap_or_else(|| panic!("openssl s_server {arguments} does not start"));
        Self { process, endpoint: format!("localhost:{port}").parse().unwrap() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Makes the connector for a section `tls`. The secrets are files of the directory.
pub fn connector(folder: &Folder, yaml: &str, verification: Verification) -> Result<Connector, NetError> {
    let spec: TlsSpec = serde_saphyr::from_str(yaml).unwrap();
    let mut violations = Violations::default();
    let files = Files::relative_to(folder.path());
    let tls = Tls::validate(&spec, verification, &files, &SpecPath::root().key("tls"), &mut violations);
    assert_eq!(violations.iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    let names: BTreeSet<_> = tls.secrets().cloned().collect();
    let secrets = Secrets::read(folder.path(), &names).unwrap();
    tls.connector(&secrets)
}

/// Does a handshake and one request, and returns the first error.
pub async fn connect_with(
    folder: &Folder,
    server: &Server,
    yaml: &str,
    verification: Verification,
) -> Result<(), NetError> {
    let connector = connector(folder, yaml, verification)?;
    let stream = open(&server.endpoint, Some(&connector), LIMIT).await?;
    request_and_answer(stream).await.map_err(|error| {
        let fault = connector.fault(&server.endpoint, &error);
        fault.unwrap_or_else(|| panic!("no fault of TLS: {error}"))
    })
}

pub async fn connect(folder: &Folder, server: &Server, yaml: &str) -> Result<(), NetError> {
    connect_with(folder, server, yaml, Verification::Full).await
}

async fn request_and_answer(mut stream: Stream) -> std::io::Result<()> {
    assert!(stream.is_encrypted() && stream.peer_certificate().is_some());
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
    stream.read_u8().await.map(drop)
}

pub fn kind_of(error: &NetError) -> FaultKind {
    error.kind()
}
