//! Where the server is and whom to trust there.

use std::str::FromStr as _;

use init_core::{DnsName, Endpoint, EndpointError, Files, SpecPath, Text, Violations};
use init_net::{Tls, Verification};

use crate::desired::names;
use crate::desired::{REGION, Server};
use crate::spec::Spec;

pub(super) fn server(spec: &Spec, files: &Files, found: &mut Violations) -> Option<Server> {
    let root = SpecPath::root();
    let region = spec.region.clone().unwrap_or_else(|| REGION.to_owned());
    if region.is_empty() || !region.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        found.push(&root.key("region"), "a region has only letters, digits, `-` and `_`");
    }
    if let Text::Plain(key) = &spec.credentials.access_key {
        let at = root.key("credentials").key("accessKey");
        found.check(&at, names::own_access_key(key));
    }
    let at = root.key("endpoint");
    let (https, endpoint) = found.check(&at, endpoint(&spec.endpoint))?;
    let tls = match (&spec.tls, https) {
        (None, false) => None,
        (Some(_), false) => {
            found.push(&root.key("tls"), "there is no TLS behind http: write https:// in `endpoint`");
            None
        }
        (tls, true) => {
            let written = tls.clone().unwrap_or_default();
            Some(Tls::validate(&written, Verification::Full, files, &root.key("tls"), found))
        }
    };
    let (access_key, secret_key) = (spec.credentials.access_key.clone(), spec.credentials.secret_key.clone());
    Some(Server { endpoint, tls, region, access_key, secret_key })
}

/// `http://NAME[:PORT]`, with nothing after it but perhaps a slash.
fn endpoint(url: &str) -> Result<(bool, Endpoint), String> {
    let (https, rest) = match url.split_once("://") {
        Some(("http", rest)) => (false, rest),
        Some(("https", rest)) => (true, rest),
        _ => return Err("expected http://NAME:PORT or https://NAME:PORT".to_owned()),
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let parsed = match rest.parse::<Endpoint>() {
        Err(EndpointError::NoPort(_)) => {
            let port = if https { 443 } else { 80 };
            DnsName::from_str(rest).and_then(|name| Endpoint::new(name, port))
        }
        Err(EndpointError::Url(_)) => {
            return Err("an endpoint has no path and no query: write http://NAME:PORT".to_owned());
        }
        parsed => parsed,
    };
    parsed.map(|endpoint| (https, endpoint)).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_scheme_and_a_name() {
        for (url, shown) in [
            ("http://minio:9000", "false minio:9000"),
            ("https://s3.example.org", "true s3.example.org:443"),
            ("http://minio_1/", "false minio_1:80"),
        ] {
            let (https, endpoint) = endpoint(url).unwrap();
            assert_eq!(format!("{https} {endpoint}"), shown);
        }
    }

    #[test]
    fn what_is_none_says_why() {
        for url in [
            "minio:9000",
            "ftp://minio:9000",
            "http://10.0.0.1:9000",
            "http://2130706433",
            "http://0x7f.1:9000",
            "http://[::1]:9000",
            "http://user:pass@minio:9000",
            "http://minio:9000/bucket",
            "http://minio:0",
            "http://",
        ] {
            assert!(endpoint(url).is_err(), "{url}");
        }
    }
}
