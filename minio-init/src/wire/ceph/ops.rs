//! The part of a client that only this API needs.

use std::collections::BTreeMap;

use init_core::Text;
use tokio::sync::Mutex;

#[derive(Default)]
pub(crate) struct AdminOps {
    /// The uid of each declared user by its access key. That of another user is its name in the spec.
    pub(super) uids: BTreeMap<Text, String>,
    /// Held while the record of a user is read and written back as a whole, so that two changes of its keys do not
    /// undo each other.
    pub(super) writing: Mutex<()>,
}

impl AdminOps {
    pub(crate) fn new(uids: BTreeMap<Text, String>) -> Self {
        Self { uids, ..Self::default() }
    }
}
