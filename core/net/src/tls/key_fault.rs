//! The reason for which a private key cannot be used.

/// The problem with a key, and the remedy. Neither text contains any part of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyFault {
    /// Set if the problem is the passphrase and not the key.
    pub(super) is_passphrase: bool,
    pub(super) problem: String,
    pub(super) remedy: String,
}

impl KeyFault {
    pub(super) fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { is_passphrase: false, problem: problem.into(), remedy: remedy.into() }
    }
}
