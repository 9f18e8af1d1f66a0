//! The trait of a kind of change, with what `send` needs to batch it.

use std::borrow::Cow;
use std::time::Duration;

use kafka_protocol::protocol::StrBytes;

use crate::Error;
use crate::error::{Attempt, Peer};
use crate::wire::Request;

/// The time that the server may take for one request; after that it answers `REQUEST_TIMED_OUT`.
pub(super) const TIMEOUT_MS: i32 = 30_000;
/// The time for a response. It is longer than the server's own limit, so that the response after that limit is still
/// read.
pub(super) const TIMEOUT: Duration = Duration::from_secs(35);

/// The mode of a request: validation only, or execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// The server validates the request (`validate_only`) and writes nothing.
    ValidateOnly,
    /// The server executes the request.
    Apply,
}

impl Mode {
    pub(super) fn is_validate_only(self) -> bool {
        self == Self::ValidateOnly
    }
}

/// A kind of change of which one request may hold many, with a result for each.
pub(super) trait Mutation {
    /// The type of the request.
    type Request: Request;

    /// The name by which the change's result is found in the response.
    fn name(&self) -> Cow<'_, str>;

    /// The name for messages, where a secret shows as its reference.
    fn label(&self) -> Cow<'_, str> {
        self.name()
    }

    /// The number of metadata records that the change is committed as.
    fn records(&self) -> usize;

    /// The action and its permission, for the message when it is refused.
    fn attempt(&self) -> Attempt;

    /// Builds one request for a batch of changes.
    fn request<'c>(batch: impl Iterator<Item = &'c Self>, mode: Mode) -> Self::Request
    where
        Self: 'c;

    /// Reads the outcomes of a batch from its response.
    fn outcomes<'c>(
        answer: <Self::Request as Request>::Response,
        batch: impl Iterator<Item = &'c Self>,
    ) -> Outcomes
    where
        Self: 'c;

    /// Checks the result of `validate_only` for a change that the server would accept although it cannot be verified
    /// or would not work.
    fn check_outcome(&self, _outcome: &Outcome, _peer: &Peer) -> Result<(), Error> {
        Ok(())
    }
}

/// The outcomes of one response.
pub(super) struct Outcomes {
    /// The throttle time: the pause before the client's next request, in milliseconds.
    pub(super) throttle_ms: i32,
    /// The outcome of each change in the request.
    pub(super) each: Vec<Outcome>,
}

/// The outcome of one change.
pub(super) struct Outcome {
    pub(super) name: StrBytes,
    pub(super) code: i16,
    pub(super) message: Option<StrBytes>,
    /// The settings with which a new topic is created, or would be.
    pub(super) topic: Option<CreatedTopic>,
}

/// The settings of a new topic in the response to `CreateTopics`.
#[derive(Default)]
pub(super) struct CreatedTopic {
    /// The replication factor; below 1 where the account may not describe configs.
    pub(super) replication_factor: i16,
    /// The names of all of its configs; empty where the account may not describe them.
    pub(super) configs: Vec<StrBytes>,
}
