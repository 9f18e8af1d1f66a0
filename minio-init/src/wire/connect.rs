//! Connects once to a server, with the provisioning account's credentials, and checks that it is ready and supports
//! the spec.

mod ceph;
mod garage;
mod iam;
mod identities;
mod ldap;
mod recognise;
mod remote;
mod site;
mod targets;
mod unsupported;
mod versity;

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use init_core::{Secrets, Text};
use secrecy::ExposeSecret as _;

use crate::desired::{Accounts, Action, Desired, ServerKind};
use crate::error::{Error, TransportError};
use crate::wire::address::Address;
use crate::wire::ceph::ops::AdminOps;
use crate::wire::client::{Call, Client, text};
use crate::wire::credential::{check_config_value, check_key, existing_credential, resolve_name};
use crate::wire::http::Http;
use crate::wire::memory;
use crate::wire::s3;

pub(crate) use targets::{missing_target, notification_targets};

/// The largest list of buckets, in bytes: that of a hundred thousand buckets.
const BUCKET_LIST_LIMIT: usize = 16 << 20;

pub(crate) async fn connect(desired: &Desired, secrets: &Secrets) -> Result<Client, Error> {
    check_secrets(desired, secrets)?;
    let mut client = client(desired, secrets)?;
    show_names_by_label(&mut client, desired, secrets)?;
    match &desired.garage {
        Some(api) => garage::open(&mut client, desired, api, secrets).await?,
        None => check_health(&mut client).await?,
    }
    match client.list_buckets(|_| false).await {
        Ok(_) => {}
        // The signature was accepted, and only this request is denied.
        Err(refused) if refused.code() == "AccessDenied" => {}
        Err(other) => return Err(other),
    }
    recognise::recognise(&mut client, desired).await?;
    check_supported(&client, desired).await?;
    identities::await_identities(&client, desired).await?;
    Ok(client)
}

fn client(desired: &Desired, secrets: &Secrets) -> Result<Client, Error> {
    let server = &desired.server;
    let endpoint = server.endpoint.clone();
    let tls = server.tls.as_ref().map(|tls| tls.connector(secrets)).transpose()?;
    let address = Address::new(&endpoint, tls.is_some(), server.addressing);
    let identity = existing_credential(secrets, &server.access_key, &server.secret_key)?;
    let http = Http::new(endpoint, tls, server.prefix.clone());
    let mut client = Client::new(http, address, server.region.clone(), identity);
    let users = desired.users.iter().map(|(name, user)| (name.clone(), user.label.clone()));
    let absent = desired.absent.users.iter().map(|(name, label)| (name.clone(), label.clone()));
    client.set_admin_ops(AdminOps::new(users.chain(absent).collect()));
    Ok(client)
}

/// Checks before the first connection that every secret is valid for its use and that there is memory for key
/// derivations.
fn check_secrets(desired: &Desired, secrets: &Secrets) -> Result<(), Error> {
    if !desired.keys.is_empty() || !desired.config.is_empty() || !desired.ldap.is_empty() {
        enough_memory()?;
    }
    desired.names().try_for_each(|name| check_not_own(desired, secrets, name))?;
    let users = desired.users.iter().map(|(name, user)| (name, &user.secret));
    let keys = desired.keys.iter().map(|(name, key)| (name, &key.secret));
    let mut compared = users.chain(keys).filter(|_| desired.compare_secrets);
    let kind = desired.server.kind.unwrap_or_default();
    compared.try_for_each(|(name, secret)| check_key(kind, secrets, name, secret))?;
    let settings = desired.config.values().flat_map(|settings| settings.values());
    let mut values = settings.filter_map(Text::secret).filter(|_| desired.compare_secrets);
    values.try_for_each(|name| check_config_value(secrets, name))?;
    let mut remote = desired.remote_accounts().filter(|_| desired.compare_secrets);
    remote.try_for_each(|(name, secret)| existing_credential(secrets, name, secret).map(drop))
}

/// Fails when the container has too little memory for one key derivation.
pub(crate) fn enough_memory() -> Result<(), Error> {
    match memory::limit() {
        Some(limit) if limit < memory::MIN_LIMIT => {
            Err(Error::NotEnoughMemory { needed: memory::MIN_LIMIT, limit })
        }
        Some(_) | None => Ok(()),
    }
}

/// Fails when a declared account has the same access key as the provisioning account, whatever their secrets are
/// called.
#[expect(clippy::disallowed_methods, reason = "two names from secrets are compared")]
fn check_not_own(desired: &Desired, secrets: &Secrets, name: &Text) -> Result<(), Error> {
    let own = &desired.server.access_key;
    let same = secrets.text(name)?.expose_secret() == secrets.text(own)?.expose_secret();
    match name.secret().or(own.secret()) {
        Some(reference) if same => Err(Error::InvalidSecret {
            name: reference.clone(),
            what: "an access key",
            problem: "it is also that of the provisioning account, which cannot provision itself".to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Registers the names from secrets that a server may repeat in its messages.
fn show_names_by_label(client: &mut Client, desired: &Desired, secrets: &Secrets) -> Result<(), Error> {
    for name in desired.names() {
        resolve_name(secrets, name)?;
    }
    let names = desired.names().chain(desired.remote_names()).chain([&desired.server.access_key]);
    for name in names.filter(|name| matches!(name, Text::Secret(_))) {
        client.show_by_label(secrets.text(name)?, name.to_string());
    }
    Ok(())
}

/// Asks MinIO whether buckets and identities can be written; other servers have no such path.
async fn check_health(client: &mut Client) -> Result<(), Error> {
    let call = Call::get("ask whether it is ready").path("/minio/health/cluster");
    let (response, _) = match client.exchange(call, None).await {
        Ok(answered) => answered,
        // Most TLS listeners answer plain HTTP with a page that says so, and others close the connection.
        Err(Error::NoResponse { source: TransportError::Http(_), .. }) if client.expects_tls().await => {
            return Err(Error::ExpectsTls(client.endpoint().clone()));
        }
        Err(lost) => return Err(lost),
    };
    let (status, headers) = (response.head.status, response.head.headers.clone());
    let endpoint = || client.endpoint().clone();
    match status {
        StatusCode::OK => {
            if headers.keys().any(|name| name.as_str().starts_with("x-minio-")) {
                client.set_kind(ServerKind::Minio);
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
        StatusCode::BAD_REQUEST => client.check_tls_page(&response.body),
        _ => Ok(()),
    }
}

impl Client {
    /// The names of the account's buckets for which `wanted` is true.
    pub(crate) async fn list_buckets(
        &self,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<BTreeSet<String>, Error> {
        let action = "list the buckets";
        let answer = self.send(Call::get(action).limit(BUCKET_LIST_LIMIT)).await?;
        s3::parse_listing(&answer.body, wanted).map_err(|problem| self.unreadable(action, &problem))
    }
}

/// Fails for what the server does not support or is known to accept and drop, before anything is written.
async fn check_supported(client: &Client, desired: &Desired) -> Result<(), Error> {
    if !client.is_minio() {
        return check_supported_elsewhere(client, desired).await;
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
        if let Some(why) = document.unusable_by_minio() {
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
        && !has_encryption_key(client).await?
    {
        let why = "the server has no key to encrypt with (no KMS and no MINIO_KMS_SECRET_KEY)";
        return Err(unsupported(format!("buckets.{name}.encryption"), "encryption", why));
    }
    site::check_suspension(client, desired).await?;
    targets::check(client, desired).await
}

/// The same for a server that is not MinIO.
async fn check_supported_elsewhere(client: &Client, desired: &Desired) -> Result<(), Error> {
    remote::check_supported(client, desired)?;
    unsupported::check(client, ldap::unsupported(desired))?;
    match client.accounts() {
        Accounts::Policies => {}
        Accounts::None => unsupported::check_without_accounts(client, desired)?,
        Accounts::Owners => unsupported::check(client, versity::unsupported(desired))?,
        Accounts::Iam => unsupported::check(client, iam::unsupported(desired))?,
        Accounts::Keys => return unsupported::check(client, garage::unsupported(desired)),
        Accounts::AdminOps => {
            unsupported::check(client, ceph::unsupported(desired))?;
            return ceph::check_account(client, desired).await;
        }
    }
    check_config_support(client, desired)?;
    check_quota_support(client, desired).await
}

/// Fails when the spec has keys of the configuration, which are known from MinIO alone.
fn check_config_support(client: &Client, desired: &Desired) -> Result<(), Error> {
    let endpoint = client.endpoint().clone();
    match desired.config.keys().next() {
        None => Ok(()),
        Some(section) if client.kind().has_admin_api() => Err(Error::Unsupported {
            at: format!("config.{section}"),
            feature: "config",
            endpoint,
            why: "only MinIO is known to have these keys".to_owned(),
        }),
        Some(_) => Err(Error::NoAdminApi { endpoint, kind: client.kind(), needed: "config" }),
    }
}

/// Checks that the admin API can set quotas. They are read only from existing buckets, so for new buckets the API is
/// tried here.
async fn check_quota_support(client: &Client, desired: &Desired) -> Result<(), Error> {
    let Some((name, _)) = desired.buckets.iter().find(|(_, bucket)| bucket.quota.is_some()) else {
        return Ok(());
    };
    let call = Call::admin(Method::GET, "get-bucket-quota", "look for quotas").query("bucket", name);
    match client.send_admin("quotas", call).await {
        Err(none @ Error::NoAdminApi { .. }) => Err(none),
        // Any other refusal is also an answer of the admin API.
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// True when the server has a key for encryption, or the account may not ask for it; then the write reports it.
async fn has_encryption_key(client: &Client) -> Result<bool, Error> {
    let call = Call::admin(Method::POST, "kms/status", "ask for the key server");
    match client.send_admin("encryption", call).await {
        Ok(_) => Ok(true),
        Err(refused) if refused.code() == "AccessDenied" => Ok(true),
        Err(Error::Refused(refusal)) if refusal.status == 501 || refusal.status == 400 => Ok(false),
        Err(other) => Err(other),
    }
}
