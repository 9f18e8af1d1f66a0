//! The trait that a tool implements for its server; everything else belongs to the driver (`reconcile`).
//!
//! A backend never retries, never waits for readiness across attempts, prints nothing and decides no exit code. It does one
//! operation per call and classifies its errors.

use std::collections::BTreeSet;
use std::error::Error;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::change::Change;
use crate::export::{Export, Scope};
use crate::plan::same_variant;
use crate::{Endpoint, Files, Plan, Progress, SecretRef, Secrets, Violations};

/// One kind of server, provisioned from one spec.
pub trait Backend: Sized {
    /// The name of the tool and its binary, such as `kafka-init`.
    const NAME: &'static str;
    /// Environment variables from which the server's own clients read a credential, beside those whose name says so
    /// (`…PASSWORD…`, `…_TOKEN`). A `*` at the end matches any suffix.
    const CREDENTIAL_VARIABLES: &'static [&'static str] = &[];
    /// The sections of a spec that `export` writes, which are its top-level keys without those of the connection. Empty if
    /// the tool has no `export`.
    const SECTIONS: &'static [&'static str] = &[];
    /// Keys of the connection that are valid only together with a section, each with that section. `export` removes such a
    /// key when it reads the connection alone, and writes it again if it writes the section.
    const DEPENDENT_KEYS: &'static [(&'static str, &'static str)] = &[];
    /// The examples of the JSON Schema: a JSON object from the JSON pointer of a property to its example.
    const EXAMPLES: &'static str = "{}";
    /// The spec as written, deserialized with unknown fields denied.
    type Spec: DeserializeOwned + JsonSchema;
    /// The validated spec: keyed by name, with defaults filled in.
    type Desired;
    /// The present state of the server, in the leaf types of `Desired`. Its default is an empty server.
    type Observed: Default;
    /// One step towards `Desired`. Its derived order is the order of execution, so variants are declared in dependency
    /// order.
    type Change: Change;
    /// The classified error of every operation.
    type Error: Fault;

    /// Validates the spec, or lists all its violations. Reads only the plain files that the spec names.
    fn validate(spec: Self::Spec, files: &Files) -> Result<Self::Desired, Violations>;

    /// The endpoints that the run connects to and the secrets that it reads.
    fn requires(desired: &Self::Desired) -> Requires;

    /// Removes the passwords that the spec declares for accounts other than the provisioning account, so that they are
    /// neither required nor compared. A tool with `export` must implement it.
    fn without_passwords(_desired: &mut Self::Desired) {}

    /// Makes one attempt to reach a server that is ready, with the real credentials. The driver retries after
    /// `FaultKind::Unavailable` until the deadline; any other error ends the run.
    async fn connect(desired: &Self::Desired, secrets: &Secrets) -> Result<Self, Self::Error>;

    /// Reads the objects that the spec is about, without changing anything.
    async fn observe(
        &mut self,
        desired: &Self::Desired,
        secrets: &Secrets,
    ) -> Result<Self::Observed, Self::Error>;

    /// Returns all changes that are needed, and as conflicts the differences that cannot be changed in place.
    fn plan(desired: &Self::Desired, observed: &Self::Observed) -> Plan<Self::Change>;

    /// Has the server check all changes without making any of them: before the first is applied, and when the command only
    /// plans. Returns the index of each refused change with the reason. `progress` counts the changes that are checked.
    async fn check(
        &mut self,
        _desired: &Self::Desired,
        _changes: &[Self::Change],
        _secrets: &Secrets,
        _mode: CheckMode,
        _progress: &Progress,
    ) -> Vec<(usize, Self::Error)> {
        Vec::new()
    }

    /// Returns true if two adjacent changes belong to one stage. Changes of the same variant do; others may if neither has
    /// to be applied, or refused, before the other.
    fn same_stage(one: &Self::Change, other: &Self::Change) -> bool {
        same_variant(one, other)
    }

    /// Returns true if reads are consistent: a read shows every write that the server has acknowledged before it. A
    /// difference after all changes then comes from another client, and is applied again instead of waited for.
    fn reads_own_writes() -> bool {
        false
    }

    /// Applies one stage, batched or concurrently as suits the server. Returns one result per change, in order. `progress`
    /// counts the changes that are done.
    async fn apply(
        &mut self,
        desired: &Self::Desired,
        stage: &[Self::Change],
        secrets: &Secrets,
        progress: &Progress,
    ) -> Vec<Result<(), Self::Error>>;

    /// Waits for the same conditions as `apply` after an acknowledgement, for changes that were found already made: by
    /// another run, or by a request whose answer was lost.
    async fn confirm(
        &mut self,
        _desired: &Self::Desired,
        _changes: &[Self::Change],
        _secrets: &Secrets,
    ) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Reads everything that a spec can express and that is neither built into the server nor a default, in a fixed order,
    /// without changing anything. `desired` is the spec of the connection alone. Sections outside `scope` need not be read.
    async fn export(
        &mut self,
        _desired: &Self::Desired,
        _secrets: &Secrets,
        _scope: &Scope,
    ) -> Result<Export, Self::Error> {
        Ok(Export::default())
    }
}

/// The extent to which a server checks changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckMode {
    /// The command only plans: the server writes nothing, not even what it holds already or what it rolls back.
    Plan,
    /// The changes are applied next: a file may be written as it is, and a transaction rolled back.
    Apply,
}

/// A classified error of a backend. Its `Display` never repeats its source.
pub trait Fault: Error + Send + Sync + 'static {
    /// The class, which decides whether the driver retries and which exit code the run has.
    fn kind(&self) -> FaultKind;

    /// The remedy, if it is more specific than `FaultKind::remedy`.
    fn remedy(&self) -> Option<String> {
        None
    }
}

/// The classes of failure that the driver distinguishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultKind {
    /// The server is absent, not ready, or the connection is lost: the driver connects again until the deadline.
    Unavailable,
    /// Another client has changed the same object meanwhile: the driver observes again on the same connection.
    Raced,
    /// The server refused the credentials or the client certificate, or the account lacks a privilege.
    Denied,
    /// The server understood a change and refused it.
    Rejected,
    /// The peer lacks something that the spec needs: TLS, a protocol, a version, a capability.
    Unsupported,
    /// A secret was read but its value cannot be used.
    Secret,
    /// A defect of this program.
    Internal,
}

impl FaultKind {
    /// The remedy for the whole class.
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

/// The endpoints and secrets of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requires {
    /// The endpoints of the server, as the spec names them.
    pub endpoints: Vec<Endpoint>,
    /// The secrets, all of which are read before the first packet is sent.
    pub secrets: BTreeSet<SecretRef>,
}
