//! A member of the cluster.

/// A broker as the cluster describes it.
#[derive(Clone, Debug)]
pub(crate) struct Broker {
    pub(crate) id: i32,
    pub(crate) host: String,
    pub(crate) port: i32,
    pub(crate) rack: Option<String>,
    /// Registered, and not (or no longer) taking part.
    pub(crate) fenced: bool,
}

impl Broker {
    /// Where it sends its clients, as it says so.
    pub(crate) fn listener(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}
