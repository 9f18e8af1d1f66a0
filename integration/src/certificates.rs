//! Certificates of a test's own, made by openssl on the host.

mod kinds;
mod table;
mod verdict;

use std::path::Path;

use crate::command::shell;
use crate::scratch::Scratch;

pub use kinds::{Kinds, Row};
pub use table::P_521;
pub use verdict::Verdict;

/// A certificate authority and what it signed: `ca.pem`, `NAME.pem`, `NAME.key`.
#[derive(Debug)]
pub struct Certificates(Scratch);

impl Default for Certificates {
    fn default() -> Self {
        Self::new()
    }
}

impl Certificates {
    /// An authority.
    pub fn new() -> Self {
        let scratch = Scratch::new();
        let dir = scratch.path().display().to_string();
        let request = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
        shell(&format!(
            "cd {dir} && {request} -keyout ca.key -out ca.pem -subj /CN=test-ca 2>&1 && chmod 0644 *"
        ))
        .ok();
        Self(scratch)
    }

    /// Signs a certificate for these names.
    #[must_use]
    pub fn sign(self, name: &str, dns: &[&str]) -> Self {
        let dir = self.0.path().display().to_string();
        let names: Vec<String> = dns.iter().map(|name| format!("DNS:{name}")).collect();
        let key = "openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
        let sign = "openssl x509 -req -days 2 -CA ca.pem -CAkey ca.key -CAcreateserial";
        let extensions = format!("printf 'subjectAltName={}\\n' > {name}.ext", names.join(","));
        shell(&format!(
            "cd {dir} && {extensions} && {key} -keyout {name}.key -subj /CN={name} -out {name}.csr 2>&1 \
             && {sign} -in {name}.csr -extfile {name}.ext -out {name}.pem 2>&1 && chmod 0644 *"
        ))
        .ok();
        self
    }

    /// The folder that holds them.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// One of the files.
    pub fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.path().join(file)).unwrap_or_else(|error| panic!("cannot read {file}: {error}"))
    }
}
