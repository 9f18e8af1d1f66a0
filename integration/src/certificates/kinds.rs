//! The files of the table, and a run with every row.

use std::path::{Path, PathBuf};

use super::table::{FUNCTIONS, KINDS, Kind};
use super::verdict::Verdict;
use crate::Init;
use crate::command::shell;
use crate::scratch::Scratch;

/// The files of every row, for a server of one name.
#[derive(Debug)]
pub struct Kinds {
    scratch: Scratch,
    host: String,
}

/// The files of one row.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    kinds: &'a Kinds,
    kind: &'static Kind,
    /// The row's place in the table, which is the name of its folder.
    pub number: usize,
}

impl Kinds {
    /// Makes them, with the openssl of the host.
    pub fn new(host: &str) -> Self {
        let scratch = Scratch::new();
        let folder = scratch.path().display();
        let authorities = "authority root; authority other
            openssl req $(ec P-256) -subj /CN=middle -keyout middle.key -out middle.csr
            printf basicConstraints=critical,CA:TRUE >extensions
            openssl x509 -req -in middle.csr -CA root.pem -CAkey root.key -CAcreateserial -days 2 -extfile extensions -out middle.pem";
        let rows: String = KINDS
            .iter()
            .enumerate()
            .map(|(number, kind)| format!("(mkdir {number}; cd {number}\n{}\n)\n", kind.script))
            .collect();
        shell(&format!(
            "host={host}; {FUNCTIONS}\ncd {folder}; exec 2>&1\n{authorities}\n{rows}chmod -R a+rX ."
        ))
        .ok();
        Self { scratch, host: host.to_owned() }
    }

    /// A folder for each row, with its number as the name.
    pub fn path(&self) -> &Path {
        self.scratch.path()
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        KINDS.iter().enumerate().map(|(number, kind)| Row { kinds: self, kind, number })
    }

    /// Runs with every row: `run` has the server show the certificate, and makes a run with this `tls`. Where a server has
    /// words of its own for a row, `instead` has what a run says there.
    pub fn judge(&self, instead: &[(&str, Verdict)], run: impl Fn(Row<'_>, &str) -> Init) {
        let mut wrong = Vec::new();
        for row in self.rows() {
            let ended = row.with_files(run(row, row.tls())).run();
            let verdict = instead.iter().find(|(name, _)| *name == row.kind.name);
            let verdict = verdict.map_or(row.kind.verdict, |(_, verdict)| *verdict);
            wrong.extend(
                verdict.differs(&ended, &self.host).map(|found| format!("{}: {found}", row.kind.name)),
            );
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

impl Row<'_> {
    /// One of its files.
    pub fn file(&self, name: &str) -> PathBuf {
        self.kinds.path().join(self.number.to_string()).join(name)
    }

    /// The content of one of its files.
    pub fn read(&self, name: &str) -> String {
        let path = self.file(name);
        std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
    }

    /// Returns true if the server at this address (`HOST:PORT`) shows its certificate; `options` are those of `openssl s_client`.
    pub fn is_shown(&self, address: &str, options: &str) -> bool {
        let line =
            format!("openssl s_client -connect {address} {options} </dev/null 2>/dev/null | openssl x509");
        let shown = shell(&line);
        shown.exit == 0 && self.read("server.pem").contains(&shown.stdout)
    }

    fn has_client(&self) -> bool {
        self.file("client.pem").exists()
    }

    fn tls(&self) -> &'static str {
        if self.has_client() {
            "{ca: {file: /kind/ca.pem}, certificate: {file: /kind/client.pem}, key: {secret: kind_key}}"
        } else {
            "{ca: {file: /kind/ca.pem}}"
        }
    }

    fn with_files(&self, init: Init) -> Init {
        let init = init.file("/kind/ca.pem", self.read("ca.pem").as_bytes());
        if !self.has_client() {
            return init;
        }
        init.file("/kind/client.pem", self.read("client.pem").as_bytes())
            .secret("kind_key", &self.read("client.key"))
    }
}
