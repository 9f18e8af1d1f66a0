//! Tokens for OAUTHBEARER: the client credentials grant (RFC 6749, section 4.4), and the message that carries a token
//! to a broker (RFC 7628).
//!
//! All connections of a run share one token until three quarters of its lifetime. A broker ends a session with its
//! token, so a later login needs a later one.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use init_core::{Endpoint, Secret, Secrets};
use init_net::{Connector, NetError, Phase, open};
use secrecy::ExposeSecret as _;
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::http_post::{self, Answer, Failure};
use super::percent::encoded;
use crate::desired::OAuth;
use crate::error::{Error, TokenRefusal};

/// The time for one token: connecting, the TLS handshake, and the answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The lifetime of a token of which the endpoint tells none.
const DEFAULT_LIFETIME: u64 = 60;
/// The longest lifetime that is counted on.
const MAX_LIFETIME: u64 = 24 * 60 * 60;

/// The client at an identity provider, with the token that it has now.
pub(crate) struct TokenSource {
    endpoint: Endpoint,
    path: String,
    connector: Option<Connector>,
    client_id: Secret,
    client_secret: Secret,
    scope: Option<String>,
    extensions: BTreeMap<String, String>,
    current: Mutex<Option<Token>>,
}

struct Token {
    text: Zeroizing<String>,
    renew_at: Instant,
}

/// The answer of a token endpoint: a token, or an error.
#[derive(Deserialize)]
struct Response {
    #[serde(default, deserialize_with = "wiped")]
    access_token: Option<Zeroizing<String>>,
    token_type: Option<String>,
    expires_in: Option<serde_json::Value>,
    error: Option<String>,
    error_description: Option<String>,
}

fn wiped<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Zeroizing<String>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Zeroizing::new))
}

impl TokenSource {
    pub(super) fn new(oauth: &OAuth, secrets: &Secrets) -> Result<Self, Error> {
        Ok(Self {
            endpoint: oauth.endpoint.clone(),
            path: oauth.path.clone(),
            connector: oauth.tls.as_ref().map(|tls| tls.connector(secrets)).transpose()?,
            client_id: secrets.text(&oauth.client_id)?,
            client_secret: secrets.get(&oauth.client_secret)?.clone(),
            scope: oauth.scope.clone(),
            extensions: oauth.extensions.clone(),
            current: Mutex::new(None),
        })
    }

    /// The message that a broker gets: the current token, or a new one, with the extensions.
    pub(super) async fn message(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let mut current = self.current.lock().await;
        let token = match current.take().filter(|token| Instant::now() < token.renew_at) {
            Some(token) => current.insert(token),
            None => current.insert(self.fetch().await?),
        };
        Ok(self.message_with(&token.text))
    }

    /// The text of a broker without the token, which it may repeat.
    pub(super) async fn redacted(&self, text: &str) -> String {
        let current = self.current.lock().await;
        current.as_ref().map_or_else(|| text.to_owned(), |token| text.replace(token.text.as_str(), "{token}"))
    }

    fn message_with(&self, token: &str) -> Zeroizing<Vec<u8>> {
        let extensions = self.extensions.iter();
        let parts: Vec<&str> = ["n,,\x01auth=Bearer ", token, "\x01"]
            .into_iter()
            .chain(extensions.flat_map(|(name, value)| [name.as_str(), "=", value.as_str(), "\x01"]))
            .chain(["\x01"])
            .collect();
        let mut message = Zeroizing::new(Vec::with_capacity(parts.iter().map(|part| part.len()).sum()));
        for part in parts {
            message.extend_from_slice(part.as_bytes());
        }
        message
    }

    async fn fetch(&self) -> Result<Token, Error> {
        let asked_at = Instant::now();
        let silent =
            NetError::Silent { endpoint: self.endpoint.clone(), phase: Phase::Protocol, limit: TIMEOUT };
        let answer = timeout(TIMEOUT, self.ask()).await.unwrap_or_else(|_| Err(silent.into()))?;
        let (text, lifetime) = self.token_of(&answer)?;
        Ok(Token { text, renew_at: asked_at + Duration::from_secs(lifetime) * 3 / 4 })
    }

    async fn ask(&self) -> Result<Answer, Error> {
        let stream = open(&self.endpoint, self.connector.as_ref(), TIMEOUT).await?;
        http_post::send(stream, &self.request()).await.map_err(|failure| match failure {
            Failure::Closed(error) => {
                Error::TokenEndpointClosed { endpoint: self.endpoint.clone(), problem: error.to_string() }
            }
            Failure::Unreadable(problem) => self.unreadable(problem),
        })
    }

    #[expect(clippy::disallowed_methods, reason = "the identity provider gets the client's own credentials")]
    fn request(&self) -> Zeroizing<Vec<u8>> {
        let id = encoded(self.client_id.expose_secret());
        let secret = encoded(self.client_secret.expose_secret());
        let pair = Zeroizing::new([id.as_str(), ":", secret.as_str()].concat());
        let basic = Zeroizing::new(BASE64_STANDARD.encode(pair.as_bytes()));
        let mut body = "grant_type=client_credentials".to_owned();
        if let Some(scope) = &self.scope {
            body += "&scope=";
            body += &encoded(scope);
        }
        let length = body.len().to_string();
        let host = match self.endpoint.port() {
            80 | 443 => self.endpoint.host().to_owned(),
            _ => self.endpoint.to_string(),
        };
        let parts = [
            "POST ",
            &self.path,
            " HTTP/1.1\r\nHost: ",
            &host,
            "\r\nConnection: close\r\nAccept: application/json\r\nUser-Agent: kafka-init\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ",
            &length,
            "\r\nAuthorization: Basic ",
            &basic,
            "\r\n\r\n",
            &body,
        ];
        Zeroizing::new(parts.concat().into_bytes())
    }

    /// The token and its lifetime in seconds.
    fn token_of(&self, answer: &Answer) -> Result<(Zeroizing<String>, u64), Error> {
        let parsed = serde_json::from_slice::<Response>(&answer.body);
        if answer.status != 200 {
            let (code, description) =
                parsed.map_or((None, None), |said| (said.error, said.error_description));
            let endpoint = self.endpoint.clone();
            return Err(TokenRefusal { endpoint, status: answer.status, code, description }.into());
        }
        // The problem of a body that does not parse may repeat a part of the token.
        let said = parsed.map_err(|_| self.unreadable("it is not the JSON of a token"))?;
        if said.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
            return Err(self.unreadable("its token is no bearer token"));
        }
        let text = said.access_token.ok_or_else(|| self.unreadable("it has no access_token"))?;
        if !is_bearer_token(&text) {
            return Err(self.unreadable("its access_token has characters that a bearer token cannot have"));
        }
        Ok((text, said.expires_in.as_ref().and_then(seconds).unwrap_or(DEFAULT_LIFETIME).min(MAX_LIFETIME)))
    }

    fn unreadable(&self, problem: &'static str) -> Error {
        Error::TokenUnreadable { endpoint: self.endpoint.clone(), problem }
    }
}

/// The lifetime as a number, or as the text of one, as some identity providers have it.
fn seconds(value: &serde_json::Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The characters of a bearer token (RFC 6750, section 2.1).
fn is_bearer_token(text: &str) -> bool {
    let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    !text.is_empty() && text.bytes().all(is_valid)
}

#[cfg(test)]
#[path = "oauth_tests.rs"]
mod tests;
