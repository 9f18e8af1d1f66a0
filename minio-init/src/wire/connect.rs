//! One attempt to reach a server that is ready, with the real credentials, and that can do what the spec says.

mod identities;
mod recognise;

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use init_core::{Secrets, Text};
use secrecy::ExposeSecret as _;

use crate::desired::{Action, Desired};
use crate::error::{Error, Lost};
use crate::wire::address::Address;
use crate::wire::admin::Info;
use crate::wire::client::{Call, Client, text};
use crate::wire::credential::{credential, own, value};
use crate::wire::http::Http;
use crate::wire::memory;
use crate::wire::s3;
use crate::wire::server_kind::ServerKind;

/// A hundred thousand buckets.
const LISTING: usize = 16 << 20;

pub(crate) async fn connect(desired: &Desired, secrets: &Secrets) -> Result<Client, Error> {
    usable(desired, secrets)?;
    let mut client = client(desired, secrets)?;
    show_names_by_label(&mut client, desired, secrets)?;
    health(&mut client).await?;
    match client.list_buckets(|_| false).await {
        Ok(_) => {}
        // Who is refused this and nothing before it has signed in.
        Err(refused) if refused.code() == "AccessDenied" => {}
        Err(other) => return Err(other),
    }
    recognise::recognise(&mut client).await?;
    capable(&client, desired).await?;
    identities::loaded(&client, desired).await?;
    Ok(client)
}

fn client(desired: &Desired, secrets: &Secrets) -> Result<Client, Error> {
    let server = &desired.server;
    let endpoint = server.endpoint.clone();
    let tls = server.tls.as_ref().map(|tls| tls.connector(secrets)).transpose()?;
    let address = Address::new(&endpoint, tls.is_some(), server.addressing);
    let identity = own(secrets, &server.access_key, &server.secret_key)?;
    let http = Http::new(endpoint, tls, server.prefix.clone());
    Ok(Client::new(http, address, server.region.clone(), identity))
}

/// Every secret is what a server can take, and there is memory for what is to be opened, before the first packet.
fn usable(desired: &Desired, secrets: &Secrets) -> Result<(), Error> {
    if !desired.keys.is_empty() {
        enough_memory()?;
    }
    desired.names().try_for_each(|name| other(desired, secrets, name))?;
    let users = desired.users.iter().map(|(name, user)| (name, &user.secret));
    let keys = desired.keys.iter().map(|(name, key)| (name, &key.secret));
    let mut compared = users.chain(keys).filter(|_| desired.compare_secrets);
    compared.try_for_each(|(name, secret)| credential(secrets, name, secret).map(drop))
}

/// There is memory to open one sealed answer.
pub(crate) fn enough_memory() -> Result<(), Error> {
    match memory::limit() {
        Some(limit) if limit < memory::NEEDED => Err(Error::Memory { needed: memory::NEEDED, limit }),
        Some(_) | None => Ok(()),
    }
}

/// Nothing that is provisioned is the account that provisions, whatever their secrets are called.
#[expect(clippy::disallowed_methods, reason = "two names from secrets are compared")]
fn other(desired: &Desired, secrets: &Secrets, name: &Text) -> Result<(), Error> {
    let own = &desired.server.access_key;
    let same = secrets.text(name)?.expose_secret() == secrets.text(own)?.expose_secret();
    match name.secret().or(own.secret()) {
        Some(reference) if same => Err(Error::Secret {
            name: reference.clone(),
            what: "an access key",
            problem: "it is also that of the account that provisions, which cannot provision itself"
                .to_owned(),
        }),
        _ => Ok(()),
    }
}

/// A server may repeat a name that came from a secret.
fn show_names_by_label(client: &mut Client, desired: &Desired, secrets: &Secrets) -> Result<(), Error> {
    for name in desired.names() {
        value(secrets, name)?;
    }
    let names = desired.names().chain([&desired.server.access_key]);
    for name in names.filter(|name| matches!(name, Text::Secret(_))) {
        client.show_by_label(secrets.text(name)?, name.to_string());
    }
    Ok(())
}

/// MinIO says whether buckets and accounts can be written; others have no such path.
async fn health(client: &mut Client) -> Result<(), Error> {
    let call = Call::get("ask whether it is ready").path("/minio/health/cluster");
    let (response, _) = match client.exchange(call, None).await {
        Ok(answered) => answered,
        // Most TLS listeners answer plain HTTP with a page that says so, and others end the connection.
        Err(Error::Lost { source: Lost::Http(_), .. }) if client.expects_tls().await => {
            return Err(Error::SpeaksTls(client.endpoint().clone()));
        }
        Err(lost) => return Err(lost),
    };
    let (status, headers) = (response.head.status, response.head.headers.clone());
    let endpoint = || client.endpoint().clone();
    match status {
        StatusCode::OK => {
            if headers.keys().any(|name| name.as_str().starts_with("x-minio-")) {
                client.found(ServerKind::Minio);
            }
            Ok(())
        }
        status if status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED => {
            let state =
                text(&headers, "x-minio-server-status").unwrap_or_else(|| "no reason given".to_owned());
            Err(Error::NotReady {
                endpoint: endpoint(),
                state: format!("HTTP {} ({state})", status.as_u16()),
            })
        }
        status if status.is_redirection() => {
            let location = text(&headers, "location").unwrap_or_else(|| "no location".to_owned());
            Err(Error::Redirect { endpoint: endpoint(), status: status.as_u16(), location })
        }
        StatusCode::BAD_REQUEST => client.speaks_plain(&response.body),
        _ => Ok(()),
    }
}

impl Client {
    /// Those of the account's buckets that `wanted` says yes to.
    pub(crate) async fn list_buckets(
        &self,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<BTreeSet<String>, Error> {
        let doing = "list the buckets";
        let answer = self.send(Call::get(doing).limit(LISTING)).await?;
        s3::listed(&answer.body, wanted).map_err(|problem| self.garbled(doing, &problem))
    }
}

/// What MinIO is known to take and then drop, or not to do at all, before anything is written.
async fn capable(client: &Client, desired: &Desired) -> Result<(), Error> {
    if !client.is_minio() {
        return without_quotas(client, desired).await;
    }
    let unsupported = |at: String, feature, why: &str| Error::Unsupported {
        at,
        feature,
        endpoint: client.endpoint().clone(),
        why: why.to_owned(),
    };
    let policies = desired.policies.iter().map(|(name, document)| (format!("policies.{name}"), document));
    let access = desired.buckets.iter().filter_map(|(name, bucket)| {
        Some((format!("buckets.{name}.policy"), bucket.access.as_ref()?.document.as_ref()?))
    });
    for (at, document) in policies.chain(access) {
        if let Some(why) = document.beyond_minio() {
            return Err(unsupported(at, "this policy", why));
        }
    }
    for (name, bucket) in &desired.buckets {
        if bucket.region.as_ref().is_some_and(|region| *region != desired.server.region) {
            let why = "all buckets of a MinIO are in its one region: write that in `region` of the spec, and none here";
            return Err(unsupported(format!("buckets.{name}.region"), "region", why));
        }
        let aborts = |(_, rule): &(&String, &crate::desired::Rule)| {
            rule.actions.contains_key(&Action::AbortIncompleteUploadDays)
        };
        if let Some((id, _)) = bucket.lifecycle.iter().find(aborts) {
            let at = format!("buckets.{name}.lifecycle, rule {id}");
            let why = "MinIO accepts it and drops it; it removes stale uploads by itself (api stale_uploads_expiry)";
            return Err(unsupported(at, "abortIncompleteUploadDays", why));
        }
        if bucket.cors.is_some() {
            let why = "MinIO has CORS for the whole server only (api cors_allow_origin)";
            return Err(unsupported(format!("buckets.{name}.cors"), "cors", why));
        }
    }
    if let Some((name, _)) = desired.buckets.iter().find(|(_, bucket)| bucket.encryption.is_some())
        && !has_key(client).await?
    {
        let why = "the server has no key to encrypt with (no KMS and no MINIO_KMS_SECRET_KEY)";
        return Err(unsupported(format!("buckets.{name}.encryption"), "encryption", why));
    }
    targets(client, desired, &unsupported).await
}

/// Quotas are read from buckets that are there, so for new ones the admin API is looked for here.
async fn without_quotas(client: &Client, desired: &Desired) -> Result<(), Error> {
    let Some((name, _)) = desired.buckets.iter().find(|(_, bucket)| bucket.quota.is_some()) else {
        return Ok(());
    };
    let call = Call::admin(Method::GET, "get-bucket-quota", "look for quotas").query("bucket", name);
    match client.ask("quotas", call).await {
        Err(none @ Error::NoAdminApi { .. }) => Err(none),
        // Whatever it says of the bucket, it is an answer of the admin API.
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// Who may not ask learns it when the bucket is written.
async fn has_key(client: &Client) -> Result<bool, Error> {
    let call = Call::admin(Method::POST, "kms/status", "ask for the key server");
    match client.send(call).await {
        Ok(_) => Ok(true),
        Err(refused) if refused.code() == "AccessDenied" => Ok(true),
        Err(Error::Refused(refusal)) if refusal.status == 501 || refusal.status == 400 => Ok(false),
        Err(other) => Err(other),
    }
}

/// A notification goes to a target that the server has configured.
async fn targets(
    client: &Client,
    desired: &Desired,
    unsupported: &impl Fn(String, &'static str, &str) -> Error,
) -> Result<(), Error> {
    let routes =
        desired.buckets.iter().flat_map(|(name, bucket)| bucket.notifications.keys().map(move |r| (name, r)));
    let routes: Vec<_> = routes.collect();
    if routes.is_empty() {
        return Ok(());
    }
    let doing = "list the notification targets";
    let call = Call::admin(Method::GET, "info", doing);
    let info: Info = match client.ask("notifications", call).await {
        Ok(body) => client.json(doing, &body)?,
        Err(refused) if refused.code() == "AccessDenied" => return Ok(()),
        Err(other) => return Err(other),
    };
    match routes.into_iter().find(|(_, route)| !info.targets.contains(&route.target)) {
        Some((name, route)) => {
            let known: Vec<_> = info.targets.iter().map(String::as_str).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let why = format!("the target {} is not configured there; configured: {known}", route.target);
            Err(unsupported(format!("buckets.{name}.notifications"), "notifications", &why))
        }
        None => Ok(()),
    }
}
