//! A broker of the cluster.

/// A broker as the cluster describes it.
#[derive(Clone, Debug)]
pub(crate) struct Broker {
    pub(crate) id: i32,
    pub(crate) host: String,
    pub(crate) port: i32,
    pub(crate) rack: Option<String>,
    /// True when the broker is registered with the controller but fenced: it serves no clients.
    pub(crate) fenced: bool,
}

impl Broker {
    /// The advertised listener, as HOST:PORT.
    pub(crate) fn listener(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}
