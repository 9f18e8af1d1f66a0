//! Sentinels beside a test's nodes, each started as people start it: with a file of its own that it may write.

use std::time::Duration;

use super::Nodes;
use crate::command::{Output, UNFILTERED, docker};
use crate::eventually;

/// Sentinels `sentinel-0:26379`, `sentinel-1:26379`, …
#[derive(Debug)]
pub struct Sentinels<'a> {
    nodes: &'a Nodes,
    count: usize,
    file: String,
    options: Vec<String>,
}

impl Nodes {
    /// Sentinels whose first file holds these lines, started with these options of `docker run`.
    pub fn sentinels(&self, count: usize, file: &str, options: &[&str]) -> Sentinels<'_> {
        let options = options.iter().map(ToString::to_string).collect();
        let sentinels = Sentinels { nodes: self, count, file: file.to_owned(), options };
        for sentinel in 0..count {
            sentinels.run(sentinel);
        }
        sentinels.all_answer();
        sentinels
    }
}

impl Sentinels<'_> {
    /// A Sentinel's container.
    pub fn container(&self, sentinel: usize) -> String {
        format!("{}-sentinel-{sentinel}", self.nodes.network())
    }

    /// The Sentinels as a spec's list.
    pub fn list(&self) -> String {
        let names: Vec<String> = (0..self.count).map(|number| format!("sentinel-{number}:26379")).collect();
        names.join(", ")
    }

    /// Starts a Sentinel's container; its volume, and so its file, is there or made.
    pub fn run(&self, sentinel: usize) {
        let (name, alias) = (self.container(sentinel), format!("sentinel-{sentinel}"));
        let volume = format!("{name}:/data");
        let image = std::env::var("VALKEY_TEST_IMAGE").unwrap_or_else(|_| "dayzero/valkey:8.1".to_owned());
        // The name of the program is what makes it a Sentinel. An ACL file has to be there at its first start.
        let script = format!(
            "umask 077; touch /data/users.acl; [ -s /data/sentinel.conf ] || printf '%s\\n' '{}' >/data/sentinel.conf; \
             name=$(readlink /usr/local/bin/kv-server); exec -a \"${{name/%-server/-sentinel}}\" kv-server /data/sentinel.conf",
            self.file
        );
        let mut args = vec!["run", "--detach", "--name", &name, "--network", self.nodes.network()];
        args.extend(["--network-alias", &alias, "--hostname", &alias, "--volume", &volume]);
        args.extend(UNFILTERED);
        args.extend(self.options.iter().map(String::as_str));
        args.extend(["--entrypoint", "bash", &image, "-c", &script]);
        docker(&args).ok();
    }

    /// Waits until every Sentinel answers.
    pub fn all_answer(&self) {
        for sentinel in 0..self.count {
            let check = "(/opt/valkey/healthcheck.sh 26379 || exec 3<>/dev/tcp/localhost/26379)";
            eventually("every Sentinel answers", Duration::from_secs(30), || {
                docker(&["exec", &self.container(sentinel), "bash", "-c", check]).exit == 0
            });
        }
    }

    /// A Sentinel's own command line, as `default` without a password.
    pub fn cli(&self, sentinel: usize, args: &[&str]) -> String {
        let container = self.container(sentinel);
        docker(&[&["exec", &container, "kv-cli", "-p", "26379"], args].concat()).stdout
    }

    /// The same as somebody.
    pub fn cli_as(&self, sentinel: usize, user: &str, password: &str, args: &[&str]) -> Output {
        let (container, auth) = (self.container(sentinel), format!("REDISCLI_AUTH={password}"));
        let login = ["exec", "--env", &auth, &container, "kv-cli", "-p", "26379", "--user", user];
        docker(&[&login[..], &["--no-auth-warning"], args].concat())
    }

    /// The primary that a Sentinel tells its clients.
    pub fn primary(&self, sentinel: usize) -> String {
        let said = self.cli(sentinel, &["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "main"]);
        said.lines().collect::<Vec<_>>().join(":")
    }

    /// A field of what a Sentinel says of the primary.
    pub fn field(&self, sentinel: usize, field: &str) -> String {
        let said = self.cli(sentinel, &["SENTINEL", "MASTER", "main"]);
        let mut lines = said.lines().skip_while(|line| *line != field);
        lines.nth(1).unwrap_or_default().to_owned()
    }

    /// The configuration that a Sentinel keeps over a restart.
    pub fn file(&self, sentinel: usize) -> String {
        docker(&["exec", "--user", "0", &self.container(sentinel), "cat", "/data/sentinel.conf"]).ok()
    }

    /// The log of a Sentinel.
    pub fn log(&self, sentinel: usize) -> String {
        let said = docker(&["logs", &self.container(sentinel)]);
        format!("{}{}", said.stdout, said.stderr)
    }

    /// The number of commands that made a Sentinel monitor something or set an option.
    pub fn told(&self, sentinel: usize) -> usize {
        let log = self.log(sentinel);
        // Those that begin with a monitor say it once as they start.
        ["# +monitor ", "# +set "].into_iter().map(|event| log.matches(event).count()).sum()
    }

    /// Every Sentinel's container is restarted.
    pub fn restart(&self) {
        for sentinel in 0..self.count {
            docker(&["restart", "--time", "5", &self.container(sentinel)]).ok();
        }
        self.all_answer();
    }

    /// Takes a Sentinel away with its volume.
    pub fn lose(&self, sentinel: usize) {
        let container = self.container(sentinel);
        docker(&["rm", "--force", &container]).ok();
        docker(&["volume", "rm", &container]).ok();
    }
}

impl Drop for Sentinels<'_> {
    #[expect(clippy::print_stderr, reason = "the test harness shows it beside the failure")]
    fn drop(&mut self) {
        for sentinel in 0..self.count {
            if std::thread::panicking() {
                eprintln!("== sentinel-{sentinel}\n{}", self.log(sentinel));
            }
            let container = self.container(sentinel);
            let _ = docker(&["rm", "--force", &container]);
            let _ = docker(&["volume", "rm", &container]);
        }
    }
}
