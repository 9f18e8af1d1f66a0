//! Runs inside a server's container, for tables of many: the image's own binary and the same files at the same places, for
//! a fifth of what a container of its own costs. That it runs in one, and how, is what all other tests show.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;
use std::time::Instant;

use super::{Ended, Init, Place};
use crate::command::{Output, run};
use crate::scratch::{Scratch, unique};

/// A file in a container, and what is in it.
type Content = (String, Vec<u8>);

/// The files that were last put into each container.
static PUT: Mutex<BTreeMap<String, Vec<Content>>> = Mutex::new(BTreeMap::new());

/// The folder of the secrets: the server's own are in the usual folder.
const SECRETS: &str = "/secrets-of-init";

impl Init {
    /// Runs it inside `container` and waits for its end.
    pub fn run_inside(self, container: &str) -> Ended {
        assert!(self.docker.is_empty(), "options of `docker run` have no meaning here: {:?}", self.docker);
        let usual = "/run/secrets";
        let places = self.places().into_iter().map(|(from, to)| (from, to.replace(usual, SECRETS)));
        put(&self.image, container, &places.collect::<Vec<_>>());
        let began = Instant::now();
        let mut command = Command::new("docker");
        // The server's own environment may hold a password, which the tool would refuse.
        command.args(["exec", "--user", "12345:12345", container, "env", "--ignore-environment", "/init"]);
        command.args(&self.args);
        command.args(["--secrets-dir", SECRETS]);
        let Output { exit, stdout, stderr } = run(&mut command);
        Ended::new(exit, stdout, stderr, began.elapsed())
    }
}

/// The binary and the files of a run, unless they are there.
fn put(image: &str, container: &str, places: &[Place]) {
    let read = |path: &PathBuf| fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let wanted: Vec<Content> = places.iter().map(|(from, to)| (to.clone(), read(from))).collect();
    let mut put = PUT.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if put.get(container) == Some(&wanted) {
        return;
    }
    let scratch = Scratch::new();
    let tree = scratch.path().join("tree").display().to_string();
    let mut script = format!("set -eo pipefail; mkdir {tree}; ");
    for (from, to) in places {
        script += &format!("install -D --mode 0644 {} {tree}{to}; ", from.display());
    }
    let made = unique();
    script += &format!(
        "docker create --name {made} {image} >{tree}.id; docker cp {made}:/init {tree}/init; docker rm {made} >{tree}.id;
         tar --directory {tree} --create . | docker cp - {container}:/"
    );
    crate::shell(&script).ok();
    put.insert(container.to_owned(), wanted);
}
