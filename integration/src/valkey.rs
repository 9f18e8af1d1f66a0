//! Valkey nodes of a test's own, on a network of their own, and their own command line as the independent witness.

mod false_sentinel;
mod gates;
mod hostile;
mod module;
mod sentinels;
mod statistics;
mod witness;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::command::{Output, UNFILTERED, docker};
use crate::{Init, Scratch, eventually};

pub use false_sentinel::{FalseSentinel, fields};
pub use gates::Gates;
pub use hostile::{Hostile, Manner};
pub use module::module;
pub use sentinels::Sentinels;

/// The first password of every node.
pub const PASSWORD: &str = "canary-bootstrap-4c1f";
/// Settings that make failures and first copies quick.
pub const QUICK: [&str; 4] = ["--cluster-node-timeout", "1000", "--repl-diskless-sync-delay", "0"];

/// The second number of the nodes' addresses: at first, and after they have moved.
const FIRST_RANGE: u8 = 212;
const SECOND_RANGE: u8 = 211;

static COUNT: AtomicUsize = AtomicUsize::new(0);

/// Nodes `valkey-0:6379`, `valkey-1:6379`, …
#[derive(Debug)]
pub struct Nodes {
    prefix: String,
    subnet: usize,
    /// The engine's own address on the nodes' first network, where published ports are reached.
    gateway: String,
    count: usize,
    settings: Vec<String>,
    docker: Vec<String>,
    scratch: Scratch,
}

impl Nodes {
    /// Nodes of a cluster that nobody has formed.
    pub fn cluster(count: usize) -> Self {
        Self::start(count, &[&["--cluster-enabled", "yes"][..], &QUICK].concat(), &[])
    }

    /// Nodes that were started with these settings, answering.
    pub fn start(count: usize, settings: &[&str], docker_args: &[&str]) -> Self {
        let subnet = COUNT.fetch_add(1, Ordering::Relaxed);
        let prefix = format!("dayzero-it-valkey-{}-{subnet}", std::process::id());
        let scratch = Scratch::new();
        scratch.file("password", PASSWORD.as_bytes());
        let settings = settings.iter().map(ToString::to_string).collect();
        let docker_args = docker_args.iter().map(ToString::to_string).collect();
        let gateway = String::new();
        let mut nodes = Self { prefix, subnet, gateway, count, settings, docker: docker_args, scratch };
        nodes.gateway = nodes.connect(FIRST_RANGE);
        for node in 0..count {
            nodes.run(node);
        }
        nodes.all_answer();
        nodes
    }

    /// The nodes' network, on a subnet that the engine gives to no other: nodes learn each other's addresses from packets,
    /// and what the engine translates for another network must never touch these. A run that was killed may have left
    /// its own.
    fn connect(&self, range: u8) -> String {
        let made = (self.subnet..250).step_by(64).find(|third| {
            let subnet = format!("10.{range}.{third}.0/24");
            docker(&["network", "create", "--subnet", &subnet, self.network()]).exit == 0
        });
        let third = made.unwrap_or_else(|| panic!("no network {}", self.network()));
        format!("10.{range}.{third}.1")
    }

    /// The engine's own address on the nodes' first network.
    pub fn gateway(&self) -> &str {
        &self.gateway
    }

    /// The port of every node: the one that the settings name, if they name one.
    fn port(&self) -> &str {
        let named = self.settings.iter().position(|setting| setting == "--port");
        let port = named.and_then(|at| self.settings.get(at + 1)).filter(|port| *port != "0");
        port.map_or("6379", String::as_str)
    }

    /// The nodes' network.
    pub fn network(&self) -> &str {
        &self.prefix
    }

    /// The number of nodes.
    pub fn count(&self) -> usize {
        self.count
    }

    /// A node's container.
    pub fn container(&self, node: usize) -> String {
        format!("{}-{node}", self.prefix)
    }

    /// The nodes as a spec's list.
    pub fn list(&self) -> String {
        let names: Vec<String> =
            (0..self.count).map(|node| format!("valkey-{node}:{}", self.port())).collect();
        names.join(", ")
    }

    /// Starts a node's container; its volume is there or made. In settings and options `{node}` is its number, and
    /// `{gateway}` the engine's own address.
    pub fn run(&self, node: usize) {
        let (name, alias) = (self.container(node), format!("valkey-{node}"));
        let password = format!("{}/password:/run/secrets/password:ro", self.scratch.path().display());
        let volume = format!("{name}:/data");
        let image = std::env::var("VALKEY_TEST_IMAGE").unwrap_or_else(|_| "dayzero/valkey:8.1".to_owned());
        let mut args =
            vec!["run", "--detach", "--name", &name, "--network", self.network(), "--network-alias", &alias];
        args.extend(["--hostname", &alias, "--volume", &password, "--volume", &volume]);
        args.extend(["--env", "VALKEY_PASSWORD_FILE=/run/secrets/password"]);
        args.extend(UNFILTERED);
        let own =
            |text: &String| text.replace("{node}", &node.to_string()).replace("{gateway}", &self.gateway);
        let (options, settings): (Vec<String>, Vec<String>) =
            (self.docker.iter().map(own).collect(), self.settings.iter().map(own).collect());
        args.extend(options.iter().map(String::as_str));
        args.push(&image);
        args.extend(settings.iter().map(String::as_str));
        docker(&args).ok();
    }

    /// Waits until every node answers, with or without the password; over TLS, until it accepts.
    pub fn all_answer(&self) {
        let tls = self.settings.iter().any(|setting| setting == "--tls-port");
        let check = if tls {
            "exec 3<>/dev/tcp/valkey-$node/6379".to_owned()
        } else {
            format!("/opt/valkey/healthcheck.sh {} valkey-$node", self.port())
        };
        let each = format!("for node in $(seq 0 {}); do ({check}) || exit 1; done", self.count - 1);
        eventually("every node answers", Duration::from_secs(30), || {
            docker(&["exec", &self.container(0), "bash", "-c", &each]).exit == 0
        });
    }

    /// Every node's container is restarted with the command line and the files that it had, one after the other.
    pub fn restart(&self) {
        for node in 0..self.count {
            docker(&["restart", "--time", "10", &self.container(node)]).ok();
        }
        self.all_answer();
    }

    /// The servers have changed, and have all of it after a restart: by a run that finds nothing to do.
    pub fn lasts(&self, run: impl Fn() -> Init) {
        run().run().expect(0, "unchanged");
        self.restart();
        run().run().expect(0, "unchanged");
    }

    /// The content of a file in a node's container.
    pub fn read(&self, node: usize, path: &str) -> String {
        docker(&["exec", "--user", "0", &self.container(node), "cat", path]).ok()
    }

    /// A node's own command line, as `default`.
    pub fn cli(&self, node: usize, args: &[&str]) -> String {
        self.cli_as(node, "default", PASSWORD, args).stdout
    }

    /// The same as somebody else.
    pub fn cli_as(&self, node: usize, user: &str, password: &str, args: &[&str]) -> Output {
        let container = self.container(node);
        let auth = format!("REDISCLI_AUTH={password}");
        let mut all = vec!["exec", "--env", &auth, &container, "kv-cli", "-p", self.port()];
        all.extend(["--user", user, "--no-auth-warning"]);
        all.extend(args);
        docker(&all)
    }

    /// Takes a node's container away; its volume stays.
    pub fn remove(&self, node: usize) {
        docker(&["rm", "--force", &self.container(node)]).ok();
    }

    /// Takes a node's volume away too.
    pub fn lose(&self, node: usize) {
        self.remove(node);
        docker(&["volume", "rm", &self.container(node)]).ok();
    }

    /// A line of shell in the first node's container, where `kv-cli` logs in as `default`.
    pub fn shell(&self, line: &str) -> String {
        let auth = format!("REDISCLI_AUTH={PASSWORD}");
        docker(&["exec", "--env", &auth, &self.container(0), "bash", "-c", line]).ok()
    }

    /// All nodes of a cluster empty and alone again, without a restart. A node that was just being met may come back, so
    /// this is done until nobody knows anybody.
    pub fn reset(&self) {
        let script = r#"
            all() { for node in $(seq 0 $((COUNT - 1))); do kv-cli --no-auth-warning -h "valkey-$node" "$@" & done; wait; }
            for attempt in 1 2 3 4 5 6 7 8 9 10; do
                all FLUSHALL >/dev/null && all CLUSTER RESET HARD >/dev/null && all CLUSTER RESET HARD >/dev/null
                sleep 0.2
                [ "$(all CLUSTER INFO | grep -c cluster_known_nodes:1.$)" != "$COUNT" ] || exit 0
            done
            exit 1"#;
        self.shell(&format!("COUNT={}\n{script}", self.count));
    }

    /// All containers anew on another subnet, with the volumes they had.
    pub fn move_to_new_addresses(&self) {
        for node in 0..self.count {
            docker(&["stop", "--time", "10", &self.container(node)]).ok();
            self.remove(node);
        }
        docker(&["network", "rm", self.network()]).ok();
        self.connect(SECOND_RANGE);
        // In another order, so that no two nodes keep their distance either.
        for node in (0..self.count).rev() {
            self.run(node);
        }
        self.all_answer();
    }

    /// The address of each node's container.
    pub fn addresses(&self) -> Vec<String> {
        let format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
        (0..self.count)
            .map(|node| docker(&["inspect", "--format", format, &self.container(node)]).ok())
            .collect()
    }

    /// A run of the tool at the first node, with the first password as `password`.
    pub fn init(&self, spec: &str) -> Init {
        let init = Init::new("valkey-init", spec).at(self.network(), &self.container(0));
        init.secret("password", PASSWORD)
    }

    /// One write to each slot by another client, with no second attempt.
    pub fn prove(&self) -> String {
        let password = format!("{}/password:/password:ro", self.scratch.path().display());
        let image = std::env::var("SMOKE_IMAGE").unwrap_or_else(|_| "dayzero/smoke:dev".to_owned());
        let mut args = vec!["run", "--rm", "--network", self.network(), "--volume", &password, &image];
        args.extend(["--valkey", "valkey-0:6379", "--valkey-password", "/password"]);
        docker(&args).ok()
    }

    /// The same question to each node, as `default`, in one container; the answers in the order of the nodes.
    pub fn each(&self, args: &[&str]) -> Vec<String> {
        let script = format!(
            "for node in $(seq 0 {}); do kv-cli --no-auth-warning -h valkey-$node -p {} {}; printf '\\001'; done",
            self.count - 1,
            self.port(),
            args.join(" ")
        );
        self.shell(&script).split('\u{1}').take(self.count).map(str::to_owned).collect()
    }

    /// The view of each node and its log: the evidence of a failure that nobody can repeat.
    #[expect(clippy::print_stderr, reason = "the test harness shows it beside the failure")]
    fn testify(&self) {
        for node in 0..self.count {
            let inside = docker(&["exec", &self.container(node), "hostname", "-I"]).stdout;
            let said = docker(&["logs", "--tail", "60", &self.container(node)]);
            eprintln!(
                "== valkey-{node} {inside}{}{}{}",
                self.cli(node, &["CLUSTER", "NODES"]),
                said.stdout,
                said.stderr
            );
        }
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.testify();
        }
        let all: Vec<String> = (0..self.count).map(|node| self.container(node)).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let _ = docker(&[["rm", "--force"].as_slice(), &all].concat());
        let _ = docker(&[["volume", "rm"].as_slice(), &all].concat());
        let _ = docker(&["network", "rm", self.network()]);
    }
}
