//! Why a private key cannot be used.

/// What is wrong with a key, and what to do about it. Neither repeats a byte of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KeyFault {
    /// Whether it is the passphrase that is wrong.
    pub(super) of_passphrase: bool,
    pub(super) problem: String,
    pub(super) remedy: String,
}

impl KeyFault {
    pub(super) fn new(problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { of_passphrase: false, problem: problem.into(), remedy: remedy.into() }
    }
}
