//! S3 servers beside MinIO, each with an account and a way to run the tool against it.

mod signed;

use integration::{Ended, Init, Peer, docker};

/// A server on a network of its own.
pub(crate) struct Bed {
    peer: Peer,
    port: u16,
    head: String,
    key: String,
    secret: String,
    /// The other secrets of its head.
    others: Vec<(&'static str, &'static str)>,
}

impl Bed {
    fn start(name: &str, port: u16, account: (&str, &str), settings: &[(&str, &str)]) -> Self {
        Self::with_command(name, port, account, settings, &[])
    }

    fn with_command(
        name: &str,
        port: u16,
        (key, secret): (&str, &str),
        settings: &[(&str, &str)],
        command: &[&str],
    ) -> Self {
        let set = |(name, value): &(&str, &str)| ["--env".to_owned(), format!("{name}={value}")];
        let settings: Vec<String> = settings.iter().flat_map(set).collect();
        let options: Vec<&str> = settings.iter().map(String::as_str).collect();
        let peer = Peer::start_with_command(&format!("dayzero/{name}:dev"), name, &options, command);
        let peer = peer.listens(port);
        let head = format!(
            "endpoint: http://{name}:{port}\ncredentials: {{accessKey: {key}, secretKey: {{secret: own}}}}\n"
        );
        Self { peer, port, head, key: key.to_owned(), secret: secret.to_owned(), others: Vec::new() }
    }

    pub(crate) fn run(&self, spec: &str, args: &[&str]) -> Ended {
        self.run_with(spec, args, &[])
    }

    /// The same with secrets beside that of the account.
    pub(crate) fn run_with(&self, spec: &str, args: &[&str], secrets: &[(&str, &str)]) -> Ended {
        let init = self.peer.init(&format!("{}{spec}", self.head)).secret("own", &self.secret);
        let secrets = self.others.iter().chain(secrets);
        secrets.fold(init, |init, (name, value)| init.secret(name, value)).args(args).run()
    }

    /// A plan of another account: `spec` has its credentials, with a secret beside it.
    pub(crate) fn as_account(&self, spec: &str, (name, secret): (&str, &str)) -> Ended {
        let endpoint = self.head.lines().next().unwrap_or_default();
        self.peer.init(&format!("{endpoint}\n{spec}")).secret(name, secret).args(&["plan"]).run()
    }

    /// The state of the server as a spec.
    pub(crate) fn export(&self) -> String {
        let ended = self.run("", &["export"]);
        assert_eq!(ended.exit, 0, "{}\n{}", ended.stdout, ended.log);
        ended.stdout
    }

    /// A run with a spec that has its connection itself, and with these secrets alone.
    pub(crate) fn whole_with(&self, spec: &str, secrets: &[(&str, &str)]) -> Ended {
        self.init_with(spec, secrets).run()
    }

    fn init_with<'s>(&self, spec: &str, secrets: impl IntoIterator<Item = &'s (&'s str, &'s str)>) -> Init {
        secrets.into_iter().fold(self.peer.init(spec), |init, (name, value)| init.secret(name, value))
    }

    /// A run with a spec that has its connection itself, and with the secrets of the bed beside these.
    pub(crate) fn whole(&self, spec: &str, secrets: &[(&str, &str)]) -> Ended {
        self.whole_init(spec, &self.secret, self.others.iter().chain(secrets)).run()
    }

    /// The same, with a deadline.
    pub(crate) fn whole_within(&self, spec: &str, timeout: &str) -> Ended {
        self.whole_init(spec, &self.secret, &self.others).args(&["--timeout", timeout]).run()
    }

    /// A run with another secret key of the account.
    pub(crate) fn with_own_secret(&self, spec: &str, secret: &str) -> Ended {
        self.whole_init(&format!("{}{spec}", self.head), secret, &self.others).run()
    }

    /// A run with another admin token.
    pub(crate) fn with_token(&self, spec: &str, token: &str) -> Ended {
        self.whole_init(&format!("{}{spec}", self.head), &self.secret, &[("token", token)]).run()
    }

    fn whole_init<'s>(
        &self,
        spec: &str,
        own: &str,
        secrets: impl IntoIterator<Item = &'s (&'s str, &'s str)>,
    ) -> Init {
        self.init_with(spec, secrets).secret("own", own)
    }

    /// The connection with another text in the place of one.
    pub(crate) fn head_with(&self, from: &str, to: &str) -> String {
        self.head.replace(from, to)
    }

    /// The connection without the admin API.
    pub(crate) fn head_without_admin(&self) -> String {
        self.head
            .lines()
            .filter(|line| !line.starts_with("garage:"))
            .map(|line| format!("{line}\n"))
            .collect()
    }

    /// The log of the server.
    pub(crate) fn log(&self) -> String {
        let logs = docker(&["logs", self.peer.name()]);
        logs.stdout + &logs.stderr
    }

    /// The address and the port of the server.
    pub(crate) fn address(&self) -> (String, u16) {
        (self.peer.address(), self.port)
    }

    /// The account of the bed.
    pub(crate) fn account(&self) -> (&str, &str) {
        (&self.key, &self.secret)
    }

    /// Starts the server again, with what it has stored.
    pub(crate) fn restart(&self) {
        docker(&["restart", "--time", "20", self.peer.name()]).ok();
        self.peer.is_listening(self.port);
    }

    /// The output of a command in the container of the server.
    pub(crate) fn exec(&self, command: &str) -> String {
        let words: Vec<_> = ["exec", self.peer.name()].into_iter().chain(command.split(' ')).collect();
        docker(&words).ok()
    }
}

pub(crate) fn moto() -> Bed {
    Bed::start("moto", 5000, ("somebody", "short6"), &[])
}

pub(crate) fn seaweedfs() -> Bed {
    let (key, secret) = ("weed-key", "weed06");
    Bed::start(
        "seaweedfs",
        8333,
        (key, secret),
        &[("AWS_ACCESS_KEY_ID", key), ("AWS_SECRET_ACCESS_KEY", secret)],
    )
}

/// SeaweedFS whose IAM API may write, with room for some buckets.
pub(crate) fn seaweedfs_with_iam() -> Bed {
    seaweedfs_with(&["-s3.iam.readOnly=false"])
}

/// SeaweedFS with options beside those of its image.
pub(crate) fn seaweedfs_with(options: &[&str]) -> Bed {
    weed(options, &[])
}

/// SeaweedFS whose IAM API may write, with a key to encrypt with.
pub(crate) fn seaweedfs_with_key() -> Bed {
    weed(&["-s3.iam.readOnly=false"], &[("WEED_S3_SSE_KEY", "a passphrase of the tests")])
}

fn weed(options: &[&str], settings: &[(&str, &str)]) -> Bed {
    let (key, secret) = ("weed-key", "canary-weed-5ecret");
    let account = [("AWS_ACCESS_KEY_ID", key), ("AWS_SECRET_ACCESS_KEY", secret)];
    let server = [
        "server",
        "-dir=/data",
        "-ip.bind=0.0.0.0",
        "-master.volumeSizeLimitMB=16",
        "-volume.max=200",
        "-s3",
    ];
    let settings = [&account, settings].concat();
    Bed::with_command("seaweedfs", 8333, (key, secret), &settings, &[&server, options].concat())
}

pub(crate) fn versitygw() -> Bed {
    let (key, secret) = VERSITY_ROOT;
    // It may let a removed account in as long as it has it in memory, which is two minutes by default.
    let settings = [
        ("ROOT_ACCESS_KEY", key),
        ("ROOT_SECRET_KEY", secret),
        ("VGW_IAM_DIR", "/home/versity"),
        ("VGW_IAM_CACHE_TTL", "5"),
    ];
    Bed::start("versitygw", 7070, (key, secret), &settings)
}

/// The gateway without a place for accounts.
pub(crate) fn single_user_versitygw() -> Bed {
    let (key, secret) = VERSITY_ROOT;
    Bed::start("versitygw", 7070, (key, secret), &[("ROOT_ACCESS_KEY", key), ("ROOT_SECRET_KEY", secret)])
}

const VERSITY_ROOT: (&str, &str) = ("versity-root", "versity-5ecret");

/// The gateway of Ceph, with an account that may use its admin API and all buckets.
pub(crate) fn ceph() -> Bed {
    ceph_with("users=*;buckets=*;metadata=*", "--admin")
}

/// The same with an account that has these capabilities, and with an option of `radosgw-admin user create`.
pub(crate) fn ceph_with(caps: &str, option: &str) -> Bed {
    let (key, secret) = CEPH_ROOT;
    let settings =
        [("RGW_ACCESS_KEY", key), ("RGW_SECRET_KEY", secret), ("RGW_CAPS", caps), ("RGW_OPTION", option)];
    Bed::start("ceph", 7480, (key, secret), &settings)
}

const CEPH_ROOT: (&str, &str) = ("ceph-root", "canary-ceph-5ecret");

pub(crate) fn rustfs() -> Bed {
    rustfs_with(&[])
}

/// RustFS with a key to encrypt with.
pub(crate) fn rustfs_with_key() -> Bed {
    rustfs_with(&[("RUSTFS_SSE_S3_MASTER_KEY", &format!("{}=", "A".repeat(43)))])
}

fn rustfs_with(settings: &[(&str, &str)]) -> Bed {
    let (key, secret) = RUSTFS_ROOT;
    let account = [("RUSTFS_ACCESS_KEY", key), ("RUSTFS_SECRET_KEY", secret)];
    Bed::start("rustfs", 9000, (key, secret), &[&account, settings].concat())
}

pub(crate) const RUSTFS_ROOT: (&str, &str) = ("rustfs-root", "canary-root-5ecret");

/// Garage with a layout and a key that may make buckets.
pub(crate) fn garage() -> Bed {
    let (key, secret) = (GARAGE_KEY, "0123456789abcdef".repeat(4));
    let settings = [("GARAGE_DEFAULT_ACCESS_KEY", key), ("GARAGE_DEFAULT_SECRET_KEY", secret.as_str())];
    Bed::start("garage", 3900, (key, &secret), &settings)
}

/// Garage without a layout and without a key, with its admin API; its account is made by the first run.
pub(crate) fn fresh_garage() -> Bed {
    garage_with_admin(&["server"])
}

/// Garage with its admin API, started with a command.
pub(crate) fn garage_with_admin(command: &[&str]) -> Bed {
    let secret = "canary0123456789".repeat(4);
    let settings = [
        ("GARAGE_ADMIN_TOKEN", GARAGE_TOKEN),
        ("GARAGE_DEFAULT_ACCESS_KEY", GARAGE_KEY),
        ("GARAGE_DEFAULT_SECRET_KEY", &secret),
    ];
    let mut bed = Bed::with_command("garage", 3900, (GARAGE_KEY, &secret), &settings, command);
    bed.head += "garage: {adminEndpoint: \"http://garage:3903\", adminToken: {secret: token}, layout: {capacity: 1GB}}\n";
    bed.others.push(("token", GARAGE_TOKEN));
    bed
}

pub(crate) const GARAGE_KEY: &str = "GK000000000000000000000001";
pub(crate) const GARAGE_TOKEN: &str = "canary-admin-t0ken";
