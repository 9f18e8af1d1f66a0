//! A connection to one node, logged in. Each exchange is bounded in time and size, and each error names the node and
//! the command.
//!
//! The login is `AUTH` and the protocol is RESP2, without `HELLO`: a server that does not have `HELLO` repeats its
//! arguments in the error, the password among them.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use init_core::{Endpoint, Secret};
use init_net::{Connector, NetError, Stream, answers_without_tls, dial_with, speaks_tls};
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{
    Arg, AsyncConnectionConfig, Cmd, ErrorKind, Pipeline, ProtocolVersion, RedisConnectionInfo, RedisError,
    Value, cmd,
};
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tracing::trace;

use super::bounds::{Bounded, Budget, Excess, Failure, Usage};
use super::mask::SecretMask;
use crate::error::Error;

/// The time limit of one exchange; a `FUNCTION LOAD` of megabytes takes far less.
const ANSWER: Duration = Duration::from_secs(5);
/// The time limit of an attempt to reach a node, with the login.
const DIAL: Duration = Duration::from_secs(5);
/// The time limit within which a node has to show whether it uses TLS.
const PROBE: Duration = Duration::from_secs(2);

/// A connection to one node.
pub(crate) struct Connection {
    node: Endpoint,
    redis: MultiplexedConnection,
    driver: JoinHandle<()>,
    /// A lock for one exchange at a time, so that the size of its answers is known.
    exchange: Mutex<()>,
    usage: Arc<Usage>,
    settings: Settings,
    /// The server is a Redis older than 7.0.
    old: AtomicBool,
    /// True when the server accepted the connection without the declared password, because it asks for none.
    open: bool,
}

/// The settings that all connections of a run share.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(super) tls: Option<Connector>,
    pub(super) budget: Budget,
    pub(super) mask: SecretMask,
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

/// The user and the password; `None` for a server that asks for no login.
pub(crate) type Credential<'a> = Option<(&'a Secret, &'a Secret)>;

impl Connection {
    /// Connects to the first address of the node's name that answers, and logs in.
    pub(crate) async fn open(
        node: &Endpoint,
        settings: &Settings,
        credential: Credential<'_>,
    ) -> Result<Self, Error> {
        let begin = |tcp, deadline| Self::establish(node, settings, credential, (tcp, deadline));
        let error = match dial_with(node, DIAL, begin).await {
            Ok(connection) => return Ok(connection),
            Err(error) => error,
        };
        let speaks_plain = |first: &[u8]| matches!(first, [b'+' | b'-', ..]);
        match (&error, &settings.tls) {
            (Error::Lost { .. }, None) if speaks_tls(node, PROBE).await => {
                Err(NetError::SpeaksTls(node.clone()).into())
            }
            (
                Error::Net(NetError::Silent { .. } | NetError::HungUp { .. } | NetError::Tls { .. }),
                Some(_),
            ) if answers_without_tls(node, PROBE, b"PING\r\n", speaks_plain).await => {
                Err(NetError::SpeaksPlain(node.clone()).into())
            }
            _ => Err(error),
        }
    }

    /// Connects to this address of the node's name only, and logs in.
    pub(crate) async fn open_at(
        node: &Endpoint,
        address: IpAddr,
        settings: &Settings,
        credential: Credential<'_>,
    ) -> Result<Self, Error> {
        let (deadline, address) = (Instant::now() + DIAL, SocketAddr::new(address, node.port()));
        let failed = |error: io::Error| NetError::Connect {
            endpoint: node.clone(),
            failures: vec![(address, error.to_string())],
        };
        let tcp = TcpStream::connect(address).await.map_err(failed)?;
        Self::establish(node, settings, credential, (tcp, deadline)).await
    }

    /// The TLS handshake and the login.
    async fn establish(
        node: &Endpoint,
        settings: &Settings,
        credential: Credential<'_>,
        (tcp, deadline): (TcpStream, Instant),
    ) -> Result<Self, Error> {
        let stream = match &settings.tls {
            Some(connector) => connector.handshake(node, tcp, deadline).await?,
            None => Stream::Plain(tcp),
        };
        let usage = settings.budget.usage();
        let stream = Bounded::new(stream, Arc::clone(&usage));
        let info =
            RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP2).set_skip_set_lib_name();
        // The client's own timeout is off: each exchange has a limit in `exchange`, whose error names the command.
        let config = AsyncConnectionConfig::new().set_response_timeout(None);
        let made = MultiplexedConnection::new_with_config(&info, stream, config).await;
        let (redis, driver) = made.map_err(|error| classify(node, "the connection", &error, settings))?;
        let (driver, exchange) = (tokio::spawn(driver), Mutex::new(()));
        let (node, settings, old) = (node.clone(), settings.clone(), AtomicBool::new(false));
        let mut connection = Self { node, redis, driver, exchange, usage, settings, old, open: false };
        match connection.ask(login_command(credential)).await {
            Err(error) if credential.is_some() && error.is_no_password_configured() => {
                connection.open = true;
                Ok(connection)
            }
            // A server that asks for no password has accepted the connection, even where PING is not allowed.
            Err(error) if credential.is_none() && error.code() == Some("NOPERM") => Ok(connection),
            Err(error) => Err(error),
            Ok(_) => Ok(connection),
        }
    }

    /// The node's name.
    pub(crate) fn node(&self) -> &Endpoint {
        &self.node
    }

    /// True when the server asks for no password although the spec has one.
    pub(crate) fn needs_no_password(&self) -> bool {
        self.open
    }

    /// Notes that the server is a Redis older than 7.0, whose commands take fewer arguments.
    pub(crate) fn note_redis_6(&self) {
        self.old.store(true, Ordering::Relaxed);
    }

    /// True for a Redis older than 7.0.
    pub(crate) fn is_redis_6(&self) -> bool {
        self.old.load(Ordering::Relaxed)
    }

    /// Sends all commands at once and reads all answers: the outer error is the connection's, the inner
    /// ones are the server's.
    pub(crate) async fn ask_all(&self, commands: Vec<Cmd>) -> Result<Vec<Result<Value, Error>>, Error> {
        self.exchange(commands, ANSWER).await
    }

    /// Sends one command, to which the server may need as long as `bound` to answer.
    pub(crate) async fn ask_within(&self, command: Cmd, bound: Duration) -> Result<Value, Error> {
        self.exchange(vec![command], bound).await?.into_iter().next().unwrap_or(Ok(Value::Nil))
    }

    async fn exchange(
        &self,
        commands: Vec<Cmd>,
        bound: Duration,
    ) -> Result<Vec<Result<Value, Error>>, Error> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<String> = commands.iter().map(command_name).collect();
        let command = names.first().cloned().unwrap_or_default();
        trace!(node = %self.node, commands = names.len(), first = command, "asking");
        let mut pipeline = Pipeline::with_capacity(commands.len());
        for command in commands {
            pipeline.add_command(command);
        }
        let _alone = self.exchange.lock().await;
        self.usage.reset();
        let mut redis = self.redis.clone();
        let asked = timeout(bound, redis.req_packed_commands(&pipeline, 0, names.len())).await;
        let silent =
            |_| Error::Silent { node: self.node.clone(), command: command.clone(), seconds: bound.as_secs() };
        let values = asked.map_err(silent)?.map_err(|error| match self.usage.failure() {
            Some(failure) => stream_error(&self.node, &command, failure, self.settings.tls.as_ref()),
            None => classify(&self.node, &command, &error, &self.settings),
        })?;
        if values.len() != names.len() {
            return Err(Error::Protocol { node: self.node.clone(), command });
        }
        let answer = |(name, value): (&String, Value)| match value {
            Value::ServerError(error) => Err(classify(&self.node, name, &error.into(), &self.settings)),
            value => Ok(value),
        };
        Ok(names.iter().zip(values).map(answer).collect())
    }

    /// Sends all commands at once; the first error is the answer.
    pub(crate) async fn ask_each(&self, commands: Vec<Cmd>) -> Result<Vec<Value>, Error> {
        self.ask_all(commands).await?.into_iter().collect()
    }

    /// Sends one command and returns its answer.
    pub(crate) async fn ask(&self, command: Cmd) -> Result<Value, Error> {
        let answers = self.ask_each(vec![command]).await?;
        Ok(answers.into_iter().next().unwrap_or_default())
    }
}

/// The first command of a connection: `AUTH`, or without a credential `PING`, whose answer shows whether a login is
/// needed.
fn login_command(credential: Credential<'_>) -> Cmd {
    let Some((user, password)) = credential else { return cmd("PING") };
    let mut command = cmd("AUTH");
    #[expect(clippy::disallowed_methods, reason = "the login is where the password goes")]
    let (user, password) = (user.expose_secret(), password.expose_secret());
    // With its name, a `default` without a password accepts any password; without the name, the server answers that
    // there is none.
    if user != "default" {
        command.arg(user);
    }
    command.arg(password);
    command
}

/// The command and, where it has one, its subcommand: never a further argument.
fn command_name(command: &Cmd) -> String {
    let word = |position: usize| match command.args_iter().nth(position) {
        Some(Arg::Simple(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    };
    let first = word(0);
    match first.as_str() {
        "ACL" | "CLUSTER" | "CONFIG" | "FUNCTION" | "SENTINEL" => format!("{first} {}", word(1)),
        _ => first,
    }
}

/// Translates an error of the client library, by the server's error code or by the state of the connection.
fn classify(node: &Endpoint, command: &str, error: &RedisError, settings: &Settings) -> Error {
    let (node, command) = (node.clone(), command.to_owned());
    let mask = &settings.mask;
    let said = || mask.redact(error.detail().unwrap_or_default());
    if let Some(code) = error.code() {
        let (code, message) = (mask.redact(code), said());
        return Error::Refused { node, command, code, message };
    }
    match error.kind() {
        ErrorKind::Parse | ErrorKind::UnexpectedReturnType | ErrorKind::RESP3NotSupported => {
            Error::Protocol { node, command }
        }
        ErrorKind::AuthenticationFailed => {
            Error::Refused { node, command, code: "WRONGPASS".to_owned(), message: said() }
        }
        _ => match settings.tls.as_ref().and_then(|connector| connector.fault(&node, error)) {
            Some(refused) => Error::Net(refused),
            None => Error::Lost { node, command, source: io::Error::other(error.to_string()) },
        },
    }
}

/// The error that ended the stream, which the client library does not always report.
fn stream_error(node: &Endpoint, command: &str, failure: Failure, tls: Option<&Connector>) -> Error {
    let (node, command) = (node.clone(), command.to_owned());
    match failure {
        Failure::Excess(Excess::Large) => Error::Excess { node, command },
        Failure::Excess(Excess::Garbled) => Error::Protocol { node, command },
        Failure::Broken(error) => match tls.and_then(|connector| connector.fault(&node, &*error)) {
            Some(refused) => Error::Net(refused),
            None => Error::Lost { node, command, source: io::Error::new(error.kind(), error.to_string()) },
        },
    }
}
