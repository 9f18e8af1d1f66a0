//! Validates the token endpoint, the scope and the extensions of OAUTHBEARER.

use init_core::{DnsName, Endpoint, EndpointError, Files, SpecPath, Violations};
use init_net::{Tls, Verification};

use super::mechanism::required;
use crate::desired::{Mechanism, OAuth};
use crate::spec::SaslSpec;

/// A token endpoint: whether it has TLS, its host, and its path and query.
type TokenEndpoint = (bool, Endpoint, String);

pub(super) fn oauth(
    spec: SaslSpec,
    files: &Files,
    at: &SpecPath,
    violations: &mut Violations,
) -> Option<OAuth> {
    let mechanism = Mechanism::OAuthBearer;
    let url = required(spec.token_endpoint, "tokenEndpoint", mechanism, violations);
    let parsed = url.and_then(|url| violations.check(&at.key("tokenEndpoint"), token_endpoint(&url)));
    let client_id = required(spec.client_id, "clientId", mechanism, violations);
    let client_secret = required(spec.client_secret, "clientSecret", mechanism, violations);
    if let Some(problem) = spec.scope.as_deref().and_then(problem_of_scope) {
        violations.push(&at.key("scope"), problem);
    }
    let extensions = spec.extensions.unwrap_or_default();
    for (name, value) in &extensions {
        if let Some(problem) = problem_of_extension(name, value) {
            violations.push(&at.key("extensions").key(name), problem);
        }
    }
    let tls = match (spec.tls, parsed.as_ref().map(|(https, ..)| *https)) {
        (Some(_), Some(false)) => {
            violations.push(&at.key("tls"), "there is no TLS behind http: write https:// in `tokenEndpoint`");
            None
        }
        (None, Some(false) | None) => None,
        (tls, Some(true) | None) => Some(Tls::validate(
            &tls.unwrap_or_default(),
            Verification::Full,
            files,
            &at.key("tls"),
            violations,
        )),
    };
    let (_, endpoint, path) = parsed?;
    let (client_id, client_secret) = (client_id?, client_secret?);
    Some(OAuth { endpoint, path, tls, client_id, client_secret, scope: spec.scope, extensions })
}

/// Parses `https://NAME[:PORT]/PATH`.
fn token_endpoint(url: &str) -> Result<TokenEndpoint, String> {
    let (https, rest) = match url.split_once("://") {
        Some(("http", rest)) => (false, rest),
        Some(("https", rest)) => (true, rest),
        _ => return Err("expected https://NAME:PORT/PATH or http://NAME:PORT/PATH".to_owned()),
    };
    let (authority, path) = rest.find(['/', '?', '#']).map_or((rest, "/"), |end| rest.split_at(end));
    let path = if path.starts_with('?') { format!("/{path}") } else { path.to_owned() };
    if path.contains('#') || !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("a path has only visible ASCII characters and no `#`".to_owned());
    }
    let parsed = match authority.parse::<Endpoint>() {
        Err(EndpointError::NoPort(_)) => {
            let port = if https { 443 } else { 80 };
            authority.parse::<DnsName>().and_then(|name| Endpoint::new(name, port))
        }
        parsed => parsed,
    };
    parsed.map(|endpoint| (https, endpoint, path)).map_err(|error| error.to_string())
}

/// The characters of a scope by RFC 6749, section 3.3, with a space between two scopes.
fn problem_of_scope(scope: &str) -> Option<&'static str> {
    let is_valid = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    let fine = !scope.is_empty() && scope.split(' ').all(|one| !one.is_empty() && one.bytes().all(is_valid));
    (!fine).then_some(
        "a scope has visible ASCII characters other than `\"` and `\\`, with one space between two scopes",
    )
}

/// The characters of an extension as Kafka accepts them (RFC 7628). The name `auth` is that of the token itself.
fn problem_of_extension(name: &str, value: &str) -> Option<&'static str> {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic();
    let is_visible = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if name.is_empty() || name == "auth" || !name.bytes().all(is_letter) {
        Some("the name of an extension has only letters, and is not `auth`")
    } else if value.is_empty() || !value.bytes().all(is_visible) {
        Some("the value of an extension has one visible ASCII character or more")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_endpoint_is_a_name_with_a_path() {
        for (url, shown) in [
            ("https://idp:8443/token", "true idp:8443/token"),
            ("http://idp/", "false idp:80/"),
            ("https://login.example.com", "true login.example.com:443/"),
            ("https://idp/realms/a/token?p=b", "true idp:443/realms/a/token?p=b"),
            ("https://idp?p=b", "true idp:443/?p=b"),
        ] {
            let (https, endpoint, path) = token_endpoint(url).unwrap();
            assert_eq!(format!("{https} {endpoint}{path}"), shown);
        }
    }

    #[test]
    fn what_is_no_token_endpoint_says_why() {
        for url in [
            "idp:8443/token",
            "ftp://idp/token",
            "https://192.0.2.7/token",
            "https://[::1]/token",
            "https://user:password@idp/token",
            "https://idp:0/token",
            "https://idp/token#part",
            "https://idp/to ken",
            "https:///token",
        ] {
            assert!(token_endpoint(url).is_err(), "{url}");
        }
    }
}
