//! A host of the runs' own on a network: a container that does nothing, and whose network namespace every run there
//! joins. A namespace and a resolver for each are three fifths of what a short run costs.

use std::collections::BTreeMap;
use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::scratch::unique;

/// By network. Each lives as long as its standard input: nothing is left of it when the suite ends, however it ends.
static HOSTS: Mutex<BTreeMap<String, Host>> = Mutex::new(BTreeMap::new());

#[derive(Debug)]
struct Host {
    name: String,
    child: Child,
}

/// The mode of `docker run` that joins the host on `network`, which is made for the first run.
pub(super) fn on(network: &str) -> String {
    let mut hosts = hosts();
    let host = hosts.entry(network.to_owned()).or_insert_with(|| Host::start(network));
    format!("container:{}", host.name)
}

/// Takes the host away from `network`, which can be removed then.
pub fn leave_network(network: &str) {
    let host = hosts().remove(network);
    if let Some(Host { mut child, .. }) = host {
        drop(child.stdin.take());
        child.wait().unwrap_or_else(|error| panic!("cannot wait for docker: {error}"));
    }
}

fn hosts() -> MutexGuard<'static, BTreeMap<String, Host>> {
    HOSTS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Host {
    fn start(network: &str) -> Self {
        let name = unique();
        let mut command = Command::new("docker");
        command.args(["run", "--rm", "--interactive", "--name", &name, "--network", network]);
        command.args(["debian:trixie-slim", "sh", "-c", "echo up; exec cat"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot run docker: {error}"));
        let mut up = [0; 3];
        let said = child.stdout.as_mut().map(|stdout| stdout.read_exact(&mut up));
        assert!(matches!(said, Some(Ok(()))), "no container on the network {network}: see above");
        Self { name, child }
    }
}
