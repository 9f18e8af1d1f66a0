//! A PostgreSQL cluster of a test's own: three Patroni members, etcd, and a router as `pg-router:15432`, in a
//! network of their own, where they have the names that `haproxy.cfg` gives them.

use std::time::Duration;

use serde_json::Value;

use crate::command::{Output, docker};
use crate::scratch::{Scratch, unique};
use crate::{Init, eventually, root};

/// The password of the cluster's superuser.
pub const PASSWORD: &str = "patroni superuser";
const MEMBERS: [&str; 3] = ["pg-0", "pg-1", "pg-2"];
const ETCD: &str = "dayzero/etcd:dev";
const PATRONI: &str = "dayzero/patroni:17";
const ROUTER: &str = "dayzero/haproxy:dev";
/// A member that is lost is replaced after Patroni's `ttl`, and makes its way back by `pg_rewind`.
const PATIENCE: Duration = Duration::from_secs(180);

/// A running cluster, gone with its data at the end of the test.
#[derive(Debug)]
pub struct Cluster {
    name: String,
    scratch: Scratch,
}

impl Cluster {
    /// Starts it and waits until the router leads to a primary that has two followers.
    pub fn start() -> Self {
        for (image, server) in [(ETCD, "etcd"), (PATRONI, "patroni"), (ROUTER, "haproxy")] {
            build(image, server);
        }
        let cluster = Self { name: unique(), scratch: Scratch::new() };
        docker(&["network", "create", &cluster.name]).ok();
        cluster.scratch.file("superuser", PASSWORD.as_bytes());
        cluster.scratch.file("replicator", b"replicator's own");
        let etcd = ["--advertise-client-urls", "http://pg-etcd:2379"];
        cluster.run("pg-etcd", &[], ETCD, &etcd);
        for member in MEMBERS {
            let name = format!("PATRONI_NAME={member}");
            let mut args = vec!["--hostname", member, "--env", &name, "--env", "PATRONI_ETCD=pg-etcd:2379"];
            args.extend(["--env", "SUPERUSER_PASSWORD_FILE=/run/secrets/superuser"]);
            args.extend(["--env", "REPLICATION_PASSWORD_FILE=/run/secrets/replicator"]);
            cluster.run(member, &args, PATRONI, &[]);
        }
        let config = root().join("integration/servers/haproxy/haproxy.cfg").display().to_string();
        let volume = format!("{config}:/usr/local/etc/haproxy/haproxy.cfg:ro");
        cluster.run("pg-router", &["--volume", &volume], ROUTER, &[]);
        cluster.whole();
        cluster
    }

    fn run(&self, alias: &str, args: &[&str], image: &str, command: &[&str]) {
        let name = self.container(alias);
        let secrets = format!("{}:/run/secrets:ro", self.scratch.path().display());
        let mut all = vec!["run", "--detach", "--name", &name, "--network", &self.name];
        all.extend(["--network-alias", alias, "--volume", &secrets]);
        docker(&[all.as_slice(), args, &[image], command].concat()).ok();
    }

    fn container(&self, alias: &str) -> String {
        format!("{}-{alias}", self.name)
    }

    /// Waits until the router leads to a primary and both others follow it.
    pub fn whole(&self) {
        let followed = || {
            let members = self.members();
            let running = |state: &str| matches!(state, "running" | "streaming");
            members.len() == MEMBERS.len() && members.iter().all(|(_, _, state)| running(state))
        };
        let router = self.container("pg-router");
        let ready = ["exec", &router, "curl", "--fail", "--silent", "http://localhost:8080/ready"];
        eventually("a primary, two followers, and the router leads there", PATIENCE, || {
            self.primary().is_some() && followed() && docker(&ready).exit == 0
        });
    }

    /// Name, role and state of each member, from whoever answers.
    fn members(&self) -> Vec<(String, String, String)> {
        let asked = MEMBERS.into_iter().find_map(|member| {
            let url = "http://localhost:8008/cluster";
            let answer =
                docker(&["exec", &self.container(member), "curl", "--silent", "--max-time", "3", url]);
            serde_json::from_str::<Value>(&answer.stdout).ok()
        });
        let members = asked.and_then(|answer| answer["members"].as_array().cloned()).unwrap_or_default();
        let text = |member: &Value, key: &str| member[key].as_str().unwrap_or_default().to_owned();
        members.iter().map(|one| (text(one, "name"), text(one, "role"), text(one, "state"))).collect()
    }

    /// The member that takes writes.
    pub fn primary(&self) -> Option<String> {
        let members = self.members().into_iter();
        members
            .filter(|(_, role, state)| role == "leader" && state == "running")
            .map(|(name, ..)| name)
            .next()
    }

    /// The orderly way: `patronictl switchover`.
    pub fn switchover(&self) {
        let primary = self.primary().unwrap_or_else(|| panic!("no primary"));
        let container = self.container(&primary);
        let config = "/etc/patroni/run/patroni.yml";
        let control = ["exec", &container, "patronictl", "--config-file", config, "switchover"];
        docker(&[control.as_slice(), &["pg", "--leader", &primary, "--force"]].concat()).ok();
    }

    /// The other way: the whole member is killed with SIGKILL. Its name comes back.
    pub fn kill_primary(&self) -> String {
        let primary = self.primary().unwrap_or_else(|| panic!("no primary"));
        docker(&["kill", "--signal", "KILL", &self.container(&primary)]).ok();
        primary
    }

    /// Starts a killed member again.
    pub fn revive(&self, member: &str) {
        docker(&["start", &self.container(member)]).ok();
    }

    /// The output of psql on the primary.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        let primary = self.primary().unwrap_or_else(|| panic!("no primary"));
        let container = self.container(&primary);
        let psql = ["exec", &container, "psql", "-h", "/run/postgresql", "-U", "postgres", "-XqAt"];
        docker(&[psql.as_slice(), &["-d", database, "-c", sql]].concat()).ok().trim_end().to_owned()
    }

    /// A run through the router as superuser.
    pub fn init(&self, spec: &str) -> Init {
        let init = Init::new("pg-init", spec).network(&self.name);
        init.secret("patroni_superuser_password", PASSWORD)
    }

    /// Everything that Patroni and the server of each member have logged.
    pub fn logs(&self) -> String {
        let log = |member: &&str| {
            let Output { stdout, stderr, .. } = docker(&["logs", &self.container(member)]);
            stdout + &stderr
        };
        MEMBERS.iter().map(log).collect()
    }
}

/// Makes a server's image where it is not there yet.
fn build(image: &str, server: &str) {
    if docker(&["image", "inspect", image]).exit != 0 {
        let folder = root().join("integration/servers").join(server).display().to_string();
        docker(&["build", "--quiet", "--network", "host", "--tag", image, &folder]).ok();
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for alias in MEMBERS.into_iter().chain(["pg-router", "pg-etcd"]) {
            let _ = docker(&["rm", "--force", "--volumes", &self.container(alias)]);
        }
        let _ = docker(&["network", "rm", &self.name]);
    }
}
