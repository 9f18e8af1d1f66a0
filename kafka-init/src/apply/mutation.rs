//! What one kind of change must say so that `send` can batch it.

use std::borrow::Cow;
use std::time::Duration;

use kafka_protocol::protocol::StrBytes;

use crate::Error;
use crate::error::{Attempt, Peer};
use crate::wire::Call;

/// How long the server may take for one request; it answers `REQUEST_TIMED_OUT` after that.
pub(super) const TIMEOUT_MS: i32 = 30_000;
/// The answer to a request that the server gave up on is still worth reading.
pub(super) const LIMIT: Duration = Duration::from_secs(35);

/// Whether the server is to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Validate it (`validate_only`), and write nothing.
    ValidateOnly,
    /// Do it.
    Apply,
}

impl Mode {
    pub(super) fn is_validate_only(self) -> bool {
        self == Self::ValidateOnly
    }
}

/// A change that Kafka takes many of in one request, with a result for each.
pub(super) trait Mutation {
    /// The request.
    type Call: Call;

    /// What the result is found by.
    fn name(&self) -> Cow<'_, str>;

    /// How many metadata records it comes to.
    fn records(&self) -> usize;

    /// For the case that it is refused.
    fn attempt(&self) -> Attempt;

    /// One request for all of them.
    fn request<'c>(batch: impl Iterator<Item = &'c Self>, mode: Mode) -> Self::Call
    where
        Self: 'c;

    /// The answer to a batch, as far as it matters.
    fn outcomes<'c>(answer: <Self::Call as Call>::Answer, batch: impl Iterator<Item = &'c Self>) -> Outcomes
    where
        Self: 'c;

    /// What is wrong with a change that the server would do, by its answer to `validate_only`.
    fn judge(&self, _outcome: &Outcome, _peer: &Peer) -> Result<(), Error> {
        Ok(())
    }
}

/// One answer.
pub(super) struct Outcomes {
    /// How long the client is to wait before its next request.
    pub(super) throttle_ms: i32,
    /// One outcome for each resource of the request.
    pub(super) each: Vec<Outcome>,
}

/// The result of one change.
pub(super) struct Outcome {
    pub(super) name: StrBytes,
    pub(super) code: i16,
    pub(super) message: Option<StrBytes>,
    /// Of a topic, what it is or would be created with.
    pub(super) topic: Option<CreatedTopic>,
}

/// A new topic as the broker tells of it.
#[derive(Default)]
pub(super) struct CreatedTopic {
    /// Below 1 where the account may not see it.
    pub(super) replication_factor: i16,
    /// The names of all of its configs; none where the account may not see them.
    pub(super) configs: Vec<StrBytes>,
}
