//! S3 servers beside MinIO, each with an account and a way to run the tool against it.

use integration::{Ended, Peer};

/// A server on a network of its own.
pub(crate) struct Bed {
    peer: Peer,
    head: String,
    secret: String,
}

impl Bed {
    fn start(name: &str, port: u16, (key, secret): (&str, &str), settings: &[(&str, &str)]) -> Self {
        let set = |(name, value): &(&str, &str)| ["--env".to_owned(), format!("{name}={value}")];
        let settings: Vec<String> = settings.iter().flat_map(set).collect();
        let options: Vec<&str> = settings.iter().map(String::as_str).collect();
        let peer = Peer::start(&format!("dayzero/{name}:dev"), name, &options).listens(port);
        let head = format!(
            "endpoint: http://{name}:{port}\ncredentials: {{accessKey: {key}, secretKey: {{secret: own}}}}\n"
        );
        Self { peer, head, secret: secret.to_owned() }
    }

    pub(crate) fn run(&self, spec: &str, args: &[&str]) -> Ended {
        self.run_with(spec, args, &[])
    }

    /// The same with secrets beside that of the account.
    pub(crate) fn run_with(&self, spec: &str, args: &[&str], secrets: &[(&str, &str)]) -> Ended {
        let init = self.peer.init(&format!("{}{spec}", self.head)).secret("own", &self.secret);
        secrets.iter().fold(init, |init, (name, value)| init.secret(name, value)).args(args).run()
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

    /// A run with a spec that has its connection itself.
    pub(crate) fn whole(&self, spec: &str) -> Ended {
        self.whole_with(spec, &[("own", &self.secret)])
    }

    /// The same with all of its secrets.
    pub(crate) fn whole_with(&self, spec: &str, secrets: &[(&str, &str)]) -> Ended {
        secrets.iter().fold(self.peer.init(spec), |init, (name, value)| init.secret(name, value)).run()
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

pub(crate) fn versitygw() -> Bed {
    let (key, secret) = VERSITY_ROOT;
    let settings = [("ROOT_ACCESS_KEY", key), ("ROOT_SECRET_KEY", secret), ("VGW_IAM_DIR", "/home/versity")];
    Bed::start("versitygw", 7070, (key, secret), &settings)
}

/// The gateway without a place for accounts.
pub(crate) fn single_user_versitygw() -> Bed {
    let (key, secret) = VERSITY_ROOT;
    Bed::start("versitygw", 7070, (key, secret), &[("ROOT_ACCESS_KEY", key), ("ROOT_SECRET_KEY", secret)])
}

const VERSITY_ROOT: (&str, &str) = ("versity-root", "versity-5ecret");

pub(crate) fn rustfs() -> Bed {
    let (key, secret) = RUSTFS_ROOT;
    Bed::start("rustfs", 9000, (key, secret), &[("RUSTFS_ACCESS_KEY", key), ("RUSTFS_SECRET_KEY", secret)])
}

pub(crate) const RUSTFS_ROOT: (&str, &str) = ("rustfs-root", "canary-root-5ecret");

pub(crate) fn garage() -> Bed {
    let (key, secret) = ("GK000000000000000000000001", "0123456789abcdef".repeat(4));
    let settings = [("GARAGE_DEFAULT_ACCESS_KEY", key), ("GARAGE_DEFAULT_SECRET_KEY", secret.as_str())];
    Bed::start("garage", 3900, (key, &secret), &settings)
}
