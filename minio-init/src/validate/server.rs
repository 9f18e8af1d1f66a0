//! Validates the endpoint, its TLS settings and the provisioning account.

use std::str::FromStr as _;

use init_core::{DnsName, Endpoint, EndpointError, Files, SpecPath, Text, Violations};
use init_net::{Tls, Verification};

use crate::desired::names;
use crate::desired::{REGION, Server, ServerKind};
use crate::spec::Spec;

pub(super) fn server(spec: &Spec, files: &Files, violations: &mut Violations) -> Option<Server> {
    let root = SpecPath::root();
    let region = spec.region.clone().unwrap_or_else(|| REGION.to_owned());
    if !names::is_region(&region) {
        violations.push(&root.key("region"), names::REGION);
    }
    if let Text::Plain(key) = &spec.credentials.access_key {
        let at = root.key("credentials").key("accessKey");
        violations.check(&at, names::own_access_key(key));
    }
    let at = root.key("endpoint");
    let (https, endpoint, prefix) = violations.check(&at, endpoint(&spec.endpoint))?;
    let tls = match (&spec.tls, https) {
        (None, false) => None,
        // The admin API of Garage may be behind https alone.
        (Some(_), false) if garage_has_tls(spec) => None,
        (Some(_), false) => {
            violations.push(&root.key("tls"), "there is no TLS behind http: write https:// in `endpoint`");
            None
        }
        (tls, true) => {
            let written = tls.clone().unwrap_or_default();
            Some(Tls::validate(&written, Verification::Full, files, &root.key("tls"), violations))
        }
    };
    let (access_key, secret_key) = (spec.credentials.access_key.clone(), spec.credentials.secret_key.clone());
    // The admin API of Garage says the kind too.
    let kind = spec.server.or(spec.garage.as_ref().map(|_| ServerKind::Garage));
    let addressing = spec.addressing;
    Some(Server { endpoint, kind, prefix, addressing, tls, region, access_key, secret_key })
}

fn garage_has_tls(spec: &Spec) -> bool {
    spec.garage.as_ref().is_some_and(|garage| garage.admin_endpoint.starts_with("https://"))
}

/// Parses `http://NAME[:PORT][/PREFIX]` into TLS or not, the endpoint and the path prefix.
pub(super) fn endpoint(url: &str) -> Result<(bool, Endpoint, String), String> {
    let (https, rest) = match url.split_once("://") {
        Some(("http", rest)) => (false, rest),
        Some(("https", rest)) => (true, rest),
        _ => return Err("expected http://NAME:PORT or https://NAME:PORT".to_owned()),
    };
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let prefix = prefix(path)?;
    let parsed = match authority.parse::<Endpoint>() {
        Err(EndpointError::NoPort(_)) => {
            let port = if https { 443 } else { 80 };
            DnsName::from_str(authority).and_then(|name| Endpoint::new(name, port))
        }
        Err(EndpointError::Url(_)) => {
            return Err("an endpoint has no query: write http://NAME:PORT".to_owned());
        }
        parsed => parsed,
    };
    parsed.map(|endpoint| (https, endpoint, prefix)).map_err(|error| error.to_string())
}

/// Validates a path prefix that a proxy strips before the server sees the request.
fn prefix(path: &str) -> Result<String, String> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    let fine = |part: &str| !part.is_empty() && part != "." && part != ".." && part.bytes().all(plain);
    if path.split('/').skip(1).all(fine) {
        Ok(path.to_owned())
    } else {
        Err("the path of an endpoint has only letters, digits, `-`, `_`, `.` and `~` between its slashes, and no query".to_owned())
    }
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
            ("https://proxy/s3", "true proxy:443/s3"),
            ("http://proxy:8080/storage/s3-1/", "false proxy:8080/storage/s3-1"),
        ] {
            let (https, endpoint, prefix) = endpoint(url).unwrap();
            assert_eq!(format!("{https} {endpoint}{prefix}"), shown);
        }
    }

    #[test]
    fn an_invalid_endpoint_says_why() {
        for url in [
            "minio:9000",
            "ftp://minio:9000",
            "http://10.0.0.1:9000",
            "http://2130706433",
            "http://0x7f.1:9000",
            "http://[::1]:9000",
            "http://user:pass@minio:9000",
            "http://minio:9000//",
            "http://minio:9000/a/../b",
            "http://minio:9000/a?b=c",
            "http://minio:9000?b=c",
            "http://minio:9000/a%2Fb",
            "http://minio:0",
            "http://",
        ] {
            assert!(endpoint(url).is_err(), "{url}");
        }
    }
}
