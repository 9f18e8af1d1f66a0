//! What a tool must say about its server; everything else is the driver's (`reconcile`).
//!
//! A backend never retries, waits for readiness across attempts, prints, or decides an exit: it answers
//! one question at a time and classifies what went wrong.

use std::collections::BTreeSet;
use std::error::Error;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::change::Change;
use crate::export::{Export, Scope};
use crate::plan::alike;
use crate::{Endpoint, Files, Plan, Progress, SecretRef, Secrets, Violations};

/// One kind of server, provisioned from one spec.
pub trait Backend: Sized {
    /// The tool's name, which is also its binary's: `kafka-init`.
    const NAME: &'static str;
    /// Variables in which the server's own clients take a credential, beside those whose name says so
    /// (`…PASSWORD…`, `…_TOKEN`); a star at the end stands for any ending.
    const CREDENTIAL_VARIABLES: &'static [&'static str] = &[];
    /// The sections of a spec that `export` writes: its top-level keys that are no part of the connection. None where there
    /// is no `export` yet.
    const SECTIONS: &'static [&'static str] = &[];
    /// Keys of the connection that a spec may have only beside a section, each with that section: `export` repeats a key
    /// where it writes the section, and the connection alone is read without them.
    const CARRIED: &'static [(&'static str, &'static str)] = &[];
    /// What a spec has under each key, for its JSON Schema: JSON, by the place of the key in the schema.
    const EXAMPLES: &'static str = "{}";
    /// The spec as written: serde's view, with unknown fields denied.
    type Spec: DeserializeOwned + JsonSchema;
    /// The spec as meant: validated, keyed by name, defaults filled in.
    type Desired;
    /// What the server has now, in the leaf types of `Desired`. Its default is a server with nothing on it.
    type Observed: Default;
    /// One step towards `Desired`. Its derived order is the order of execution: variants are declared in
    /// dependency order.
    type Change: Change;
    /// What can go wrong on the way, classified.
    type Error: Fault;

    /// Turns the spec into what it means, or lists everything that is wrong with it. Reads nothing but
    /// the plain files that the spec names.
    fn validate(spec: Self::Spec, files: &Files) -> Result<Self::Desired, Violations>;

    /// The endpoints that will be talked to and the secrets that will be read.
    fn requires(desired: &Self::Desired) -> Requires;

    /// The same spec without the passwords that it declares for others than the provisioning account: they are then
    /// neither required nor compared. Where there is an `export`, there is this.
    fn without_passwords(_desired: &mut Self::Desired) {}

    /// One attempt to reach a server that is ready, with the real credentials. `FaultKind::Unavailable`
    /// is tried again by the driver until the deadline, everything else ends the run.
    async fn connect(desired: &Self::Desired, secrets: &Secrets) -> Result<Self, Self::Error>;

    /// Reads what the spec is about, and only reads.
    async fn observe(
        &mut self,
        desired: &Self::Desired,
        secrets: &Secrets,
    ) -> Result<Self::Observed, Self::Error>;

    /// Everything that has to change, and everything that cannot be changed in place.
    fn plan(desired: &Self::Desired, observed: &Self::Observed) -> Plan<Self::Change>;

    /// Asks the server to judge all changes without doing any of them, before the first is applied.
    /// Answers with the index of each refused change and the reason. `progress` counts what is judged.
    async fn check(
        &mut self,
        _desired: &Self::Desired,
        _changes: &[Self::Change],
        _secrets: &Secrets,
        _progress: &Progress,
    ) -> Vec<(usize, Self::Error)> {
        Vec::new()
    }

    /// Whether two neighbours in the order of execution belong to one stage. Changes of one variant do; others
    /// may where none of them needs the other to be done, or to be refused, first.
    fn together(one: &Self::Change, other: &Self::Change) -> bool {
        alike(one, other)
    }

    /// Whether a reading shows whatever the server has acknowledged before it. What still differs after all changes is then
    /// somebody else's doing, and is applied again instead of waited for.
    fn shows_at_once() -> bool {
        false
    }

    /// Applies one stage, batched or concurrent as the server likes it. Answers with one result per change, in
    /// order. `progress` counts what is done.
    async fn apply(
        &mut self,
        desired: &Self::Desired,
        stage: &[Self::Change],
        secrets: &Secrets,
        progress: &Progress,
    ) -> Vec<Result<(), Self::Error>>;

    /// Waits for what `apply` waits for after a change is acknowledged, for changes that a reading found
    /// done: another run's, or those whose answer was lost.
    async fn confirm(
        &mut self,
        _desired: &Self::Desired,
        _changes: &[Self::Change],
        _secrets: &Secrets,
    ) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Everything that the spec language can say of this server and that is neither the server's own nor its default, in a
    /// fixed order. Only reads. `desired` is a spec of the connection alone. What `scope` does not ask for need not be
    /// read.
    async fn export(
        &mut self,
        _desired: &Self::Desired,
        _secrets: &Secrets,
        _scope: &Scope,
    ) -> Result<Export, Self::Error> {
        Ok(Export::default())
    }
}

/// An error of a backend, classified. Its `Display` never repeats its source.
pub trait Fault: Error + Send + Sync + 'static {
    /// The class, which decides whether the driver tries again and which exit the run has.
    fn kind(&self) -> FaultKind;

    /// What the user can do about it, when there is more to say than `FaultKind::remedy`.
    fn remedy(&self) -> Option<String> {
        None
    }
}

/// The classes of failure that the driver tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// Not there, not ready, or lost: worth another attempt within the deadline.
    Unavailable,
    /// Somebody else changed the same thing meanwhile: worth another reading on the same connection.
    Raced,
    /// Credentials, a client certificate or a privilege refused.
    Denied,
    /// The server understood a change and refuses it.
    Rejected,
    /// The peer is not what the spec needs: TLS, protocol, version, a missing capability.
    Unsupported,
    /// A secret was read but its value cannot be used.
    Secret,
    /// Our own mistake.
    Internal,
}

impl FaultKind {
    /// The advice that holds for the whole class.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Unavailable => {
                "check that the server is up and its name resolves from here, or raise --timeout"
            }
            Self::Raced => "run it again when nobody else provisions the same server",
            Self::Denied => {
                "check the secret files against the server's accounts, and the account's privileges"
            }
            Self::Rejected => "correct the spec as the server says, and run it again",
            Self::Unsupported => "point the spec at a listener and a server that support what it asks for",
            Self::Secret => "replace the content of the secret file",
            Self::Internal => "report it with the output of --log debug",
        }
    }
}

/// What a run needs before its first packet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requires {
    /// Where the server is, as the spec names it.
    pub endpoints: Vec<Endpoint>,
    /// The secrets that are read, all of them before the first packet.
    pub secrets: BTreeSet<SecretRef>,
}
