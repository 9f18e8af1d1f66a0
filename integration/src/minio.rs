//! MinIO servers of a test's own, each on its own network, and `mc`, which shares no code with the tools.

use std::time::Duration;

use crate::command::{Output, UNFILTERED, docker, shell};
use crate::scratch::unique;
use crate::{Init, eventually};

/// The provisioning account of every server here.
pub const ROOT: (&str, &str) = ("root-of-test", "canary-root-5ecret");

/// A server in a container, gone at the end of its test.
#[derive(Debug)]
pub struct Server {
    name: String,
    network: String,
    scheme: &'static str,
}

/// The image that `.env.example` names.
fn image() -> String {
    shell("source .env.example && echo \"$MINIO_IMAGE\"").ok().trim().to_owned()
}

/// The servers to start.
#[derive(Clone, Debug, Default)]
pub struct Setup<'a> {
    /// Arguments of `docker run`, beside the account.
    pub docker: &'a [&'a str],
    /// Arguments of the server; one drive when empty.
    pub server: &'a [&'a str],
    /// Speaks TLS.
    pub tls: bool,
    /// Another image than the one that `.env.example` names.
    pub image: Option<&'a str>,
}

impl Server {
    /// One drive, plain HTTP, ready.
    pub fn new() -> Self {
        let server = Self::start(&Setup::default());
        server.ready();
        server
    }

    /// As set up, and perhaps not ready for long.
    pub fn start(setup: &Setup) -> Self {
        let network = unique();
        docker(&["network", "create", &network]).ok();
        Self::join(network, "minio", setup)
    }

    /// One more server on a network that is there.
    pub fn beside(&self, host: &str, setup: &Setup) -> Self {
        Self::join(self.network.clone(), host, setup)
    }

    fn join(network: String, host: &str, setup: &Setup) -> Self {
        let (name, image) = (unique(), setup.image.map_or_else(image, str::to_owned));
        let user = format!("MINIO_ROOT_USER={}", ROOT.0);
        let password = format!("MINIO_ROOT_PASSWORD={}", ROOT.1);
        let mut args =
            vec!["run", "--detach", "--name", &name, "--network", &network, "--network-alias", host];
        args.extend(["--hostname", host, "--env", &user, "--env", &password, "--env", "MINIO_BROWSER=off"]);
        args.extend(UNFILTERED);
        args.extend(setup.docker);
        args.push(&image);
        args.extend(if setup.server.is_empty() { &["server", "/data"] } else { setup.server });
        docker(&args).ok();
        Self { name, network, scheme: if setup.tls { "https" } else { "http" } }
    }

    /// Waits until its accounts are loaded, which is the last that it does. (`mc ready` asks once in five seconds.)
    pub fn ready(&self) {
        let loaded = || self.mc(&["admin", "group", "list", "t"]).exit == 0;
        eventually("the server is ready", Duration::from_secs(60), loaded);
    }

    /// Stops and starts it, and waits until it is ready again.
    pub fn restart(&self) {
        docker(&["restart", "--time", "10", &self.name]).ok();
        self.ready();
    }

    /// `mc ARGS` inside the server's container; `t` is the server.
    pub fn mc(&self, args: &[&str]) -> Output {
        self.mc_as(ROOT, args)
    }

    /// The same as another account.
    pub fn mc_as(&self, (user, secret): (&str, &str), args: &[&str]) -> Output {
        let host = format!("MC_HOST_t={}://{user}:{secret}@localhost:9000", self.scheme);
        let mut command = vec!["exec", "--env", &host, &self.name, "timeout", "15", "mc"];
        command.extend(["--config-dir", "/tmp/mc", "--insecure"]);
        command.extend(args);
        docker(&command)
    }

    /// A line of shell inside the server's container, where `mc` and `t` are.
    pub fn shell(&self, line: &str) -> Output {
        let host = format!("MC_HOST_t={}://{}:{}@localhost:9000", self.scheme, ROOT.0, ROOT.1);
        docker(&["exec", "--env", &host, "--env", "MC_CONFIG_DIR=/tmp/mc", &self.name, "bash", "-c", line])
    }

    /// Makes a policy of this document, by `mc`.
    pub fn policy(&self, name: &str, document: &str) {
        let line = format!("echo '{document}' >/tmp/p.json && mc admin policy create t {name} /tmp/p.json");
        self.shell(&line).ok();
    }

    /// The status of an HTTP request without credentials: `GET /bucket/key`.
    pub fn anonymous(&self, method: &str, path: &str) -> u16 {
        let line = format!(
            "exec 3<>/dev/tcp/localhost/9000 && printf '{method} {path} HTTP/1.0\\r\\nHost: localhost\\r\\n\
             Content-Length: 1\\r\\n\\r\\nx' >&3 && head -n 1 <&3 | cut -d' ' -f2"
        );
        self.shell(&line).ok().trim().parse().unwrap_or(0)
    }

    /// A run of the tool against it. `spec` has no endpoint and no credentials.
    pub fn init(&self, spec: &str) -> Init {
        let (scheme, tls) = (
            self.scheme,
            if self.scheme == "https" { "tls: {ca: {file: /etc/minio-init/ca.pem}}\n" } else { "" },
        );
        self.init_at(&format!("endpoint: {scheme}://minio:9000\n{tls}"), spec)
    }

    /// The same with another first line.
    pub fn init_at(&self, endpoint: &str, spec: &str) -> Init {
        self.init_as(ROOT, endpoint, spec)
    }

    /// The same as another account.
    pub fn init_as(&self, (user, secret): (&str, &str), endpoint: &str, spec: &str) -> Init {
        let credentials =
            "credentials: {accessKey: {secret: root_user}, secretKey: {secret: root_password}}\n";
        Init::new("minio-init", &format!("{endpoint}\n{credentials}{spec}"))
            .at(&self.network, &self.name)
            .secret("root_user", user)
            .secret("root_password", secret)
    }

    /// Notes every request that reaches the server, with headers and bodies, until [`Server::traced`].
    pub fn trace(&self) {
        let line = "nohup mc admin trace --json --verbose --call s3 --call internal t >/tmp/trace 2>&1 & echo $! >/tmp/tracer";
        self.shell(line).ok();
        let seen = || self.shell("mc ls t >/dev/null; test -s /tmp/trace").exit == 0;
        eventually("the trace has begun", Duration::from_secs(20), seen);
        self.shell(": >/tmp/trace").ok();
    }

    /// The received notifications, one JSON document a line.
    pub fn traced(&self) -> String {
        // The last lines are on their way.
        self.shell("sleep 1; kill $(cat /tmp/tracer); cat /tmp/trace").ok()
    }

    /// `ADDRESS:PORT` as the host sees it: where a proxy of a test goes on to.
    pub fn address(&self) -> String {
        let format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}:9000";
        docker(&["inspect", "--format", format, &self.name]).ok().trim().to_owned()
    }

    /// The container.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The network.
    pub fn network(&self) -> &str {
        &self.network
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        docker(&["rm", "--force", "--volumes", &self.name]);
        // Fails, as it should, while another server is on it.
        docker(&["network", "rm", &self.network]);
    }
}
