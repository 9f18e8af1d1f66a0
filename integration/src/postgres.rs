//! A PostgreSQL server of a test's own, and psql in it as the independent witness.

use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use crate::command::{Output, UNFILTERED, docker};
use crate::scratch::{Scratch, unique};
use crate::{Init, eventually};

/// The password of the superuser: not ASCII, and with what a shell or a URL would choke on.
pub const PASSWORD: &str = "adm pässwörd'\"$\\";

/// The network of all servers here, made once: the engine itself allows two of one name.
pub fn network() -> &'static str {
    const NAME: &str = "dayzero-it";
    static MADE: OnceLock<()> = OnceLock::new();
    MADE.get_or_init(|| {
        if docker(&["network", "inspect", NAME]).exit != 0 {
            docker(&["network", "create", NAME]).ok();
        }
    });
    NAME
}

/// The server's image with an empty cluster in it: each start from nothing would be four times as long.
fn initialised() -> &'static str {
    static IMAGE: OnceLock<String> = OnceLock::new();
    IMAGE.get_or_init(|| {
        let (version, context) = (version(), Scratch::new());
        context.file("password", PASSWORD.as_bytes());
        // Outside the image's volume, which starts empty. To print a setting is the least that a server does.
        let file = format!(
            "FROM dayzero/postgres:{version}\nCOPY password /run/secrets/password\nENV PGDATA=/var/lib/postgresql/initialised\n\
             RUN POSTGRES_PASSWORD_FILE=/run/secrets/password postgres-entrypoint postgres -C port\n"
        );
        context.file("Dockerfile", file.as_bytes());
        let image = format!("dayzero/postgres-initialised:{version}");
        docker(&["build", "--quiet", "--tag", &image, &context.path().display().to_string()]).ok();
        image
    })
}

/// A run beside the servers.
pub fn init(spec: &str) -> Init {
    Init::new("pg-init", spec).on(network())
}

/// A running server, gone with its data at the end of the test.
#[derive(Debug)]
pub struct Server {
    name: String,
}

impl Server {
    /// Starts it and waits until it answers over TCP; `settings` are `name=value`.
    pub fn start(settings: &[&str]) -> Self {
        Self::with(&[], settings)
    }

    /// The same with a cluster of its own, made with these options of `initdb`.
    pub fn with_cluster(options: &str) -> Self {
        let options = format!("POSTGRES_INITDB_ARGS={options}");
        let fresh = [
            "--env",
            "PGDATA=/var/lib/postgresql/fresh",
            "--env",
            "POSTGRES_PASSWORD_FILE=/run/secrets/password",
        ];
        Self::with(&[fresh.as_slice(), &["--env", &options]].concat(), &[])
    }

    fn with(docker_options: &[&str], settings: &[&str]) -> Self {
        let name = unique();
        let mut args = vec!["run", "--detach", "--name", &name, "--network", network()];
        args.extend(["--network-alias", &name]);
        args.extend(UNFILTERED);
        args.extend(docker_options);
        args.extend([initialised(), "postgres"]);
        args.extend(settings.iter().flat_map(|setting| ["-c", *setting]));
        docker(&args).ok();
        let server = Self { name };
        server.ready();
        server
    }

    /// Waits until it answers over TCP.
    pub fn ready(&self) {
        let wait = "until pg_isready -q -h localhost; do sleep 0.1; done";
        eventually("the server answers", Duration::from_secs(60), || {
            docker(&["exec", &self.name, "timeout", "10", "bash", "-c", wait]).exit == 0
        });
    }

    /// Stops its processes: the kernel goes on taking connections for them.
    pub fn pause(&self) {
        docker(&["pause", &self.name]).ok();
    }

    /// Its address in the network.
    pub fn address(&self) -> String {
        let format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
        docker(&["inspect", "--format", format, &self.name]).ok().trim().to_owned()
    }

    /// Its name, for a container and in DNS.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One or more statements as superuser; what psql prints, unaligned and without headers.
    pub fn psql(&self, database: &str, sql: &str) -> String {
        self.try_psql(database, sql).ok().trim_end().to_owned()
    }

    /// The same, which may fail.
    pub fn try_psql(&self, database: &str, sql: &str) -> Output {
        self.psql_args(&["--dbname", database, "--tuples-only", "--no-align", "--command", sql])
    }

    /// psql as superuser with these arguments.
    pub fn psql_args(&self, args: &[&str]) -> Output {
        let begin = ["exec", &self.name, "psql", "--username", "postgres", "--no-psqlrc", "--quiet"];
        docker(&[begin.as_slice(), &["--set", "ON_ERROR_STOP=1"], args].concat())
    }

    /// The memberships of `role`, with their options and grantors.
    pub fn memberships(&self, role: &str) -> String {
        self.psql(
            "postgres",
            &format!(
                "SELECT a.roleid::regrole, a.grantor::regrole, to_jsonb(a) - '{{oid,roleid,member,grantor}}'::text[] \
                 FROM pg_auth_members a WHERE a.member = '{role}'::regrole ORDER BY 1, 2"
            ),
        )
    }

    /// Logs in anew for every host by this method of `pg_hba.conf`.
    pub fn asks_for(&self, method: &str) {
        let line = format!("s/^\\(host[a-z]* *all *all *all\\).*/\\1 {method}/");
        self.shell(&format!("sed -i '{line}' $PGDATA/pg_hba.conf")).ok();
        self.psql("postgres", "SELECT pg_reload_conf()");
    }

    /// Returns true if `role` can log in over TCP with `password`.
    pub fn lets_in(&self, role: &str, password: &str, database: &str) -> bool {
        let uri = ["--host", &self.name, "--username", role, "--dbname", database, "--command", "SELECT 1"];
        let environment = format!("PGPASSWORD={password}");
        let begin = ["exec", "--env", &environment, &self.name, "psql", "--no-psqlrc"];
        docker(&[begin.as_slice(), &uri].concat()).exit == 0
    }

    /// A run against it as superuser.
    pub fn init(&self, spec: &str) -> Init {
        let head = format!("endpoint: {}:5432\nuser: postgres\npassword: {{secret: admin}}\n", self.name);
        let tls = if spec.contains("tls:") { "" } else { "tls: disable\n" };
        init(&format!("{head}{tls}{spec}")).secret("admin", PASSWORD)
    }

    /// Everything that the server has logged.
    pub fn log(&self) -> String {
        let output = docker(&["logs", &self.name]);
        output.stdout + &output.stderr
    }

    /// Position in the write-ahead log, in bytes.
    pub fn wal(&self) -> u64 {
        let bytes = self.psql("postgres", "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::int8");
        bytes.parse().unwrap_or_else(|_| panic!("no position: {bytes}"))
    }

    /// A shell in its container, as the server's own user.
    pub fn shell(&self, line: &str) -> Output {
        docker(&["exec", &self.name, "bash", "-c", line])
    }

    /// A psql that stays in `database` until the guard is dropped.
    pub fn session(&self, database: &str, sql: &str) -> Session {
        let mut command = Command::new("docker");
        command.args(["exec", "--interactive", &self.name, "psql", "-qAt", "-U", "postgres", "-d", database]);
        command.args(["-c", sql]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Session(command.spawn().unwrap_or_else(|error| panic!("cannot run docker: {error}")))
    }
}

/// `PgBouncer` in front of a server, gone at the end of the test.
#[derive(Debug)]
pub struct Pooler {
    name: String,
    _scratch: Scratch,
}

impl Pooler {
    /// Starts it in this mode, with one session of the server for all of its own, and these start-up parameters ignored.
    pub fn start(server: &Server, mode: &str, ignored: &str) -> Self {
        const IMAGE: &str = "dayzero/pgbouncer:dev";
        if docker(&["image", "inspect", IMAGE]).exit != 0 {
            let folder = crate::root().join("integration/servers/pgbouncer").display().to_string();
            docker(&["build", "--quiet", "--network", "host", "--tag", IMAGE, &folder]).ok();
        }
        let (name, scratch) = (unique(), Scratch::new());
        let settings = format!(
            "[databases]\n* = host={} port=5432\n[pgbouncer]\nlisten_addr = *\nlisten_port = 6432\nunix_socket_dir =\n\
             auth_type = scram-sha-256\nauth_file = /etc/pgbouncer/userlist.txt\npool_mode = {mode}\n\
             default_pool_size = 1\nignore_startup_parameters = extra_float_digits{ignored}\n",
            server.name
        );
        scratch.file("pgbouncer.ini", settings.as_bytes());
        let users = format!("\"postgres\" \"{}\"\n", PASSWORD.replace('"', "\"\""));
        scratch.file("userlist.txt", users.as_bytes());
        let volume = format!("{}:/etc/pgbouncer:ro", scratch.path().display());
        let begin = ["run", "--detach", "--name", &name, "--network", network(), "--network-alias", &name];
        docker(&[begin.as_slice(), &["--volume", &volume, IMAGE]].concat()).ok();
        let pooler = Self { name, _scratch: scratch };
        eventually("the pooler answers", Duration::from_secs(30), || {
            pooler.psql(server, "SELECT 1").exit == 0
        });
        pooler
    }

    /// The output of psql for a statement through it.
    pub fn psql(&self, server: &Server, sql: &str) -> Output {
        let environment = format!("PGPASSWORD={PASSWORD}");
        let to = ["--host", &self.name, "--port", "6432", "--username", "postgres", "--dbname", "postgres"];
        let begin = ["exec", "--env", &environment, &server.name, "psql", "-XqAt"];
        docker(&[begin.as_slice(), &to, &["--command", sql]].concat())
    }

    /// A run through it as superuser.
    pub fn init(&self, spec: &str) -> Init {
        let head = format!(
            "endpoint: {}:6432\nuser: postgres\npassword: {{secret: admin}}\ntls: disable\n",
            self.name
        );
        init(&format!("{head}{spec}")).secret("admin", PASSWORD)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = docker(&["rm", "--force", "--volumes", &self.name]);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = docker(&["rm", "--force", "--volumes", &self.name]);
    }
}

/// A session that somebody else holds.
#[derive(Debug)]
pub struct Session(std::process::Child);

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Its major version as a number.
pub fn major() -> u32 {
    let version = version();
    let number = version.split('-').next().unwrap_or_default();
    number.parse().unwrap_or_else(|_| panic!("no number: {version}"))
}

/// The tag of the server's image: its major version, and after a hyphen what else is in it.
#[expect(clippy::disallowed_methods, reason = "the suite runs against other versions by this variable")]
pub fn version() -> String {
    std::env::var("POSTGRES_VERSION").unwrap_or_else(|_| "17".to_owned())
}
