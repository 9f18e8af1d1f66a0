//! One node, logged in. Every exchange is bounded in time and size, and every error names the node and the command.
//!
//! The login is `AUTH`, and the protocol RESP2: a server that does not know `HELLO` repeats its arguments, the password
//! among them, in its error.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use init_core::{Endpoint, Secret};
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{
    Arg, AsyncConnectionConfig, Cmd, ErrorKind, Pipeline, ProtocolVersion, RedisConnectionInfo, RedisError,
    Value, cmd,
};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tracing::trace;

use super::bounds::{Bounded, Budget, Excess, Failure, Share};
use super::dial::dial;
use super::mask::Mask;
use super::probe::{speaks_plainly, speaks_tls};
use super::tls::of_tls;
use crate::Error;

/// How long a node may take for one exchange; a `FUNCTION LOAD` of megabytes is far below it.
const ANSWER: Duration = Duration::from_secs(5);
/// How long the way to a node may take, the login included.
const DIAL: Duration = Duration::from_secs(5);

/// A connection to one node.
pub(crate) struct Connection {
    node: Endpoint,
    redis: MultiplexedConnection,
    driver: JoinHandle<()>,
    /// One exchange at a time, so that what it brings is known.
    exchange: Mutex<()>,
    share: Arc<Share>,
    mask: Mask,
}

/// What the connections of one run have in common.
#[derive(Clone)]
pub(crate) struct Way {
    pub(super) tls: Option<TlsConnector>,
    pub(super) budget: Budget,
    pub(super) mask: Mask,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Connection").field(&self.node).finish()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Who logs in; nobody when the server asks for nothing.
pub(crate) type Credential<'a> = Option<(&'a Secret, &'a Secret)>;

impl Connection {
    /// Connects and logs in, at one of the addresses of the node's name or at this one.
    pub(crate) async fn open(
        node: &Endpoint,
        at: Option<IpAddr>,
        way: &Way,
        credential: Credential<'_>,
    ) -> Result<Self, Error> {
        let other = |problem: &str, remedy: &str| Error::Unsupported {
            node: node.clone(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        };
        match timeout(DIAL, Self::login(node, at, way, credential)).await {
            Ok(Err(Error::Lost { .. })) if way.tls.is_none() && speaks_tls(node).await => {
                Err(other("the listener speaks TLS", "write `tls` in the spec, or give the plain port"))
            }
            Ok(done) => done,
            Err(_) if way.tls.is_some() && speaks_plainly(node).await => Err(other(
                "the listener does not speak TLS",
                "give the TLS port, or take `tls` out of the spec",
            )),
            Err(_) => {
                let doing = "the login".to_owned();
                Err(Error::Silent { node: node.clone(), doing, seconds: DIAL.as_secs() })
            }
        }
    }

    async fn login(
        node: &Endpoint,
        at: Option<IpAddr>,
        way: &Way,
        credential: Credential<'_>,
    ) -> Result<Self, Error> {
        let share = way.budget.share();
        let stream = Bounded::new(dial(node, at, way.tls.as_ref()).await?, Arc::clone(&share));
        let info =
            RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP2).set_skip_set_lib_name();
        // An exchange is bounded here, with words of its own for it.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let made = MultiplexedConnection::new_with_config(&info, stream, config).await;
        let (redis, driver) = made.map_err(|error| classify(node, "the connection", &error, &way.mask))?;
        let (driver, exchange, mask) = (tokio::spawn(driver), Mutex::new(()), way.mask.clone());
        let connection = Self { node: node.clone(), redis, driver, exchange, share, mask };
        match connection.ask(first(credential)).await {
            // Whoever needs no password is in, whether or not a ping is allowed.
            Err(error) if credential.is_none() && error.code() == Some("NOPERM") => Ok(connection),
            Err(error) => Err(error),
            Ok(_) => Ok(connection),
        }
    }

    /// The node's name.
    pub(crate) fn node(&self) -> &Endpoint {
        &self.node
    }

    /// Sends all commands at once and reads all answers: the outer error is the connection's, the inner
    /// ones are the server's.
    pub(crate) async fn ask_all(&self, commands: Vec<Cmd>) -> Result<Vec<Result<Value, Error>>, Error> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<String> = commands.iter().map(name).collect();
        let doing = names.first().cloned().unwrap_or_default();
        trace!(node = %self.node, commands = names.len(), first = doing, "asking");
        let mut pipeline = Pipeline::with_capacity(commands.len());
        for command in commands {
            pipeline.add_command(command);
        }
        let _alone = self.exchange.lock().await;
        self.share.reset();
        let mut redis = self.redis.clone();
        let asked = timeout(ANSWER, redis.req_packed_commands(&pipeline, 0, names.len())).await;
        let silent =
            |_| Error::Silent { node: self.node.clone(), doing: doing.clone(), seconds: ANSWER.as_secs() };
        let values = asked.map_err(silent)?.map_err(|error| match self.share.failure() {
            Some(failure) => ended(&self.node, &doing, failure),
            None => classify(&self.node, &doing, &error, &self.mask),
        })?;
        if values.len() != names.len() {
            return Err(Error::Protocol { node: self.node.clone(), doing });
        }
        let answer = |(name, value): (&String, Value)| match value {
            Value::ServerError(error) => Err(classify(&self.node, name, &error.into(), &self.mask)),
            value => Ok(value),
        };
        Ok(names.iter().zip(values).map(answer).collect())
    }

    /// Sends all commands at once; the first error is the answer.
    pub(crate) async fn ask_each(&self, commands: Vec<Cmd>) -> Result<Vec<Value>, Error> {
        self.ask_all(commands).await?.into_iter().collect()
    }

    /// One command, one answer.
    pub(crate) async fn ask(&self, command: Cmd) -> Result<Value, Error> {
        let answers = self.ask_each(vec![command]).await?;
        Ok(answers.into_iter().next().unwrap_or_default())
    }
}

/// What is said first on a connection: a login, or a ping that tells whether one is needed.
fn first(credential: Credential<'_>) -> Cmd {
    let Some((user, password)) = credential else { return cmd("PING") };
    let mut command = cmd("AUTH");
    #[expect(clippy::disallowed_methods, reason = "the login is where the password goes")]
    command.arg(user.expose_secret()).arg(password.expose_secret());
    command
}

/// The command and, where it has one, its subcommand: never a further argument.
fn name(command: &Cmd) -> String {
    let word = |position: usize| match command.args_iter().nth(position) {
        Some(Arg::Simple(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    };
    let first = word(0);
    match first.as_str() {
        "ACL" | "CLUSTER" | "CONFIG" | "FUNCTION" => format!("{first} {}", word(1)),
        _ => first,
    }
}

/// The client's error as ours: by the server's code, or by what became of the connection.
fn classify(node: &Endpoint, doing: &str, error: &RedisError, mask: &Mask) -> Error {
    let (node, doing) = (node.clone(), doing.to_owned());
    let said = || mask.clean(error.detail().unwrap_or_default());
    if let Some(code) = error.code() {
        let (code, message) = (mask.clean(code), said());
        return Error::Refused { node, doing, code, message };
    }
    match error.kind() {
        ErrorKind::Parse | ErrorKind::UnexpectedReturnType | ErrorKind::RESP3NotSupported => {
            Error::Protocol { node, doing }
        }
        ErrorKind::AuthenticationFailed => {
            Error::Refused { node, doing, code: "WRONGPASS".to_owned(), message: said() }
        }
        _ => Error::Lost { node, doing, source: std::io::Error::other(error.to_string()) },
    }
}

/// What the stream itself ended with.
fn ended(node: &Endpoint, doing: &str, failure: Failure) -> Error {
    let (node, doing) = (node.clone(), doing.to_owned());
    match failure {
        Failure::Excess(Excess::Large) => Error::Excess { node, doing },
        Failure::Excess(Excess::Garbled) => Error::Protocol { node, doing },
        Failure::Tls(tls) => {
            Error::Handshake { node, kind: of_tls(&tls), source: std::io::Error::other(tls.to_string()) }
        }
        Failure::Broken(kind, problem) => {
            Error::Lost { node, doing, source: std::io::Error::new(kind, problem) }
        }
    }
}
