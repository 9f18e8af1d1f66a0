//! The admin API of Garage, version 2: requests in JSON that a token authorizes.
//!
//! <https://garagehq.deuxfleurs.fr/api/garage-admin-v2.html>

mod answers;
pub(crate) mod api;
mod buckets;
mod keys;
mod layout;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::trace;

use crate::error::Error;
use crate::wire::client::{Call, Client, built};

pub(crate) use answers::{BucketInfo, Grant, KeyInfo, ListedBucket, ListedKey};
use api::authorization;

/// The largest answer, in bytes: the record of a key with the permissions on some thousands of buckets.
const LIMIT: usize = 4 << 20;

/// The remedy for a token that is refused.
const TOKEN: &str = "check the secret that `garage.adminToken` names, and that the token has neither expired nor a scope without this call";

impl Client {
    /// Reads something by the admin API.
    async fn garage_get<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, Error> {
        let action = call.action().to_owned();
        let body = self.send_garage(call.limit(LIMIT)).await?;
        // The message of the parser may quote what it read, so only its position is reported.
        serde_json::from_slice(&body).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let endpoint = self.garage().map_or_else(|| self.endpoint(), |api| api.http.endpoint()).clone();
            let problem = format!("it is not the JSON expected, at line {line} column {column}");
            Error::UnreadableResponse { action, endpoint, problem }
        })
    }

    /// Reads something by the admin API that may not exist: then the server answers with this code.
    async fn garage_find<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
        absent: &str,
    ) -> Result<Option<T>, Error> {
        match self.garage_get(call).await {
            Err(refused) if refused.code() == absent => Ok(None),
            found => found.map(Some),
        }
    }

    /// Changes something by the admin API, and returns its answer.
    async fn garage_post<T: DeserializeOwned>(
        &self,
        call: Call<'_>,
        body: &impl Serialize,
    ) -> Result<T, Error> {
        let body = serde_json::to_vec(body)
            .map_err(|e| Error::RequestNotBuilt { action: call.action().to_owned(), problem: e.to_string() });
        self.garage_get(call.body(body?)).await
    }

    async fn send_garage(&self, call: Call<'_>) -> Result<Bytes, Error> {
        let Some(api) = self.garage() else {
            let endpoint = self.endpoint().clone();
            return Err(Error::NoAdminApi { endpoint, kind: self.kind(), needed: "keys" });
        };
        let action = call.action().to_owned();
        trace!(%action, "request to the admin API");
        let limit = call.response_limit();
        let mut request = built(&api.address, call)?;
        let not_built = || Error::RequestNotBuilt {
            action: action.clone(),
            problem: "the token is no value of a header".to_owned(),
        };
        let token = authorization(&api.token).ok_or_else(not_built)?;
        request.headers_mut().insert(AUTHORIZATION, token);
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let endpoint = api.http.endpoint();
        let sent = api.http.send(request, limit).await;
        let response = sent.map_err(|source| Error::NoResponse {
            action: action.clone(),
            endpoint: endpoint.clone(),
            source,
        })?;
        trace!(status = response.head.status.as_u16(), "answer");
        let answer = self.classify(endpoint, action, response, None);
        answer.map(|answer| answer.body).map_err(|refused| refused.with_advice(TOKEN))
    }
}

fn get<'a>(action: &'a str, endpoint: &str) -> Call<'a> {
    Call::get(action).path(format!("/v2/{endpoint}"))
}

fn post<'a>(action: &'a str, endpoint: &str) -> Call<'a> {
    Call::new(Method::POST, action).path(format!("/v2/{endpoint}"))
}
