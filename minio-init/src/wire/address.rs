//! The URL of a request as the server sees it, which the signature covers.

use init_core::Endpoint;

use crate::desired::Addressing;

/// The base of the URLs of requests to the server.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    scheme: &'static str,
    /// The `Host` of requests, without the default port of the scheme.
    host: String,
    addressing: Addressing,
}

impl Address {
    pub(crate) fn new(endpoint: &Endpoint, tls: bool, addressing: Addressing) -> Self {
        let (scheme, default) = if tls { ("https", 443) } else { ("http", 80) };
        let host = if endpoint.port() == default { endpoint.host().to_owned() } else { endpoint.to_string() };
        Self { scheme, host, addressing }
    }

    /// The URI of a request. It lacks the path prefix that a proxy strips, because the server never sees that.
    pub(crate) fn uri(&self, bucket: Option<&str>, path: &str, query: &str) -> String {
        let (scheme, host) = (self.scheme, &self.host);
        match (bucket, self.addressing) {
            (None, _) => format!("{scheme}://{host}{path}{query}"),
            (Some(bucket), Addressing::Path) if path == "/" => format!("{scheme}://{host}/{bucket}{query}"),
            (Some(bucket), Addressing::Path) => format!("{scheme}://{host}/{bucket}{path}{query}"),
            (Some(bucket), Addressing::Host) => format!("{scheme}://{bucket}.{host}{path}{query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_in_the_path_or_in_the_host_name() {
        let endpoint = "s3.example:443".parse().unwrap();
        for (addressing, tls, uri) in [
            (Addressing::Path, true, "https://s3.example/logs?acl="),
            (Addressing::Host, true, "https://logs.s3.example/?acl="),
            (Addressing::Host, false, "http://logs.s3.example:443/?acl="),
        ] {
            let address = Address::new(&endpoint, tls, addressing);
            assert_eq!(address.uri(Some("logs"), "/", "?acl="), uri);
        }
        let address = Address::new(&endpoint, true, Addressing::Host);
        assert_eq!(address.uri(None, "/minio/admin/v3/info", ""), "https://s3.example/minio/admin/v3/info");
    }
}
