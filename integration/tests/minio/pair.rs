//! Two MinIO servers on one network: `near`, to which a spec is applied, and `far`, to which it refers.

use integration::Ended;
use integration::Init;
use integration::minio::{Server, Setup};

/// The account at the other server, and its secret key. A spec has them as `far_user` and `far_key`.
pub(crate) const ACCOUNT: (&str, &str) = ("far-account", "canary-far-5ecret");

pub(crate) struct Pair {
    pub(crate) near: Server,
    pub(crate) far: Server,
}

impl Pair {
    /// Two servers, of which the other one has the account, without any permission.
    pub(crate) fn new() -> Self {
        let near = Server::start(&Setup::default());
        let far = near.beside("far", &Setup::default());
        near.ready();
        far.ready();
        let pair = Self { near, far };
        pair.set_secret(ACCOUNT.1);
        pair
    }

    /// Sets the secret key of the account at the other server.
    pub(crate) fn set_secret(&self, secret: &str) {
        self.far.mc(&["admin", "user", "add", "t", ACCOUNT.0, secret]).ok();
    }

    pub(crate) fn init(&self, spec: &str) -> Init {
        self.init_with(ACCOUNT.1, spec)
    }

    /// A run with another secret key for the account at the other server.
    fn init_with(&self, secret: &str, spec: &str) -> Init {
        self.near.init(spec).secret("far_user", ACCOUNT.0).secret("far_key", secret)
    }

    pub(crate) fn run(&self, spec: &str, args: &[&str]) -> Ended {
        self.run_with(ACCOUNT.1, spec, args)
    }

    /// The same with another secret key for the account at the other server.
    pub(crate) fn run_with(&self, secret: &str, spec: &str, args: &[&str]) -> Ended {
        let ended = self.init_with(secret, spec).args(args).run();
        for shown in [&ended.stdout, &ended.log] {
            assert!(!shown.contains("5ecret") && !shown.contains(ACCOUNT.0), "{shown}");
        }
        ended
    }
}
