//! The fields of an access key (service account) that MinIO got later than access keys. An older release accepts such
//! a field and drops it, so the release is asked for before anything is written. Where it is unknown, the access key
//! is read after the write.
//!
//! <https://github.com/minio/minio/blob/master/cmd/admin-handlers-users.go>

use http::Method;
use init_core::{Secrets, Text};

use crate::change::{AccessKeyDrift, Change, IdentityChange, NewAccessKey};
use crate::desired::Expiry;
use crate::error::Error;
use crate::wire::admin::AccessKeyInfo;
use crate::wire::client::{Call, Client};
use crate::wire::credential::resolve_name;
use crate::wire::release::Release;

/// The first release of MinIO that stores the end of an access key.
const FIRST_WITH_EXPIRY: &str = "RELEASE.2023-02-27T18-10-45Z";
/// The first release of MinIO that stores the name and the description of an access key.
const FIRST_WITH_TEXTS: &str = "RELEASE.2023-05-18T00-05-36Z";

/// The late fields that a change writes; `None` is not written.
pub(super) struct LateFields<'a> {
    access_key: &'a Text,
    name: Option<&'a str>,
    description: Option<&'a str>,
    expires: Option<Expiry>,
}

/// A late field by its key in a spec, with the first release that stores it.
type Late = (&'static str, &'static str);

impl<'a> LateFields<'a> {
    pub(super) fn of_new(key: &'a NewAccessKey) -> Self {
        Self {
            access_key: &key.access_key,
            name: key.name.as_deref(),
            description: key.description.as_deref(),
            expires: key.expires,
        }
    }

    pub(super) fn of_drift(key: &'a AccessKeyDrift) -> Self {
        Self {
            access_key: &key.access_key,
            name: key.name.as_ref().map(|name| name.to.as_str()),
            description: key.description.as_ref().map(|text| text.to.as_str()),
            expires: key.expires.as_ref().map(|expires| expires.to),
        }
    }

    /// The late fields of a change that writes some.
    fn of_change(change: &'a Change) -> Option<Self> {
        let Change::Identity(change) = change else { return None };
        let fields = if let IdentityChange::CreateAccessKey(key) = change {
            Self::of_new(key)
        } else if let IdentityChange::AlterAccessKey(key) = change {
            Self::of_drift(key)
        } else {
            return None;
        };
        (!fields.written().is_empty()).then_some(fields)
    }

    fn written(&self) -> Vec<Late> {
        let fields = [
            (self.expires.is_some(), ("expires", FIRST_WITH_EXPIRY)),
            (self.name.is_some(), ("name", FIRST_WITH_TEXTS)),
            (self.description.is_some(), ("description", FIRST_WITH_TEXTS)),
        ];
        fields.into_iter().filter(|(written, _)| *written).map(|(_, field)| field).collect()
    }

    /// The first field that a release drops.
    fn dropped_by(&self, release: &Release) -> Option<Late> {
        self.written()
            .into_iter()
            .find(|(_, first)| Release::read(first).is_some_and(|first| *release < first))
    }

    /// The first field that the server has not stored.
    fn missing_in(&self, stored: &AccessKeyInfo) -> Option<Late> {
        let differs = |field: &str| match field {
            "expires" => self.expires != Some(stored.expires()),
            "name" => self.name != Some(stored.name.as_str()),
            _ => self.description != Some(stored.description.as_str()),
        };
        self.written().into_iter().find(|(field, _)| differs(field))
    }

    fn dropped_error(&self, client: &Client, (feature, first): Late) -> Error {
        let stores = format!("{first} is the first release of MinIO that stores it");
        let stores = if client.is_minio() { format!("; {stores}") } else { String::new() };
        Error::Unsupported {
            at: format!("accessKeys.{}.{feature}", self.access_key),
            feature,
            endpoint: client.endpoint().clone(),
            why: format!("it accepts this field of an access key and drops it{stores}"),
        }
    }
}

/// The index of each change with a field that the release of the server drops, with the error.
pub(super) async fn check_release(client: &Client, changes: &[Change]) -> Vec<(usize, Error)> {
    let fields = |(index, change)| Some((index, LateFields::of_change(change)?));
    let written: Vec<_> = changes.iter().enumerate().filter_map(fields).collect();
    let Some((first, _)) = written.first() else { return Vec::new() };
    match client.oldest_release().await {
        Ok(Some(release)) => {
            let dropped = |(index, fields): &(usize, LateFields<'_>)| {
                Some((*index, fields.dropped_error(client, fields.dropped_by(release)?)))
            };
            written.iter().filter_map(dropped).collect()
        }
        Ok(None) => Vec::new(),
        Err(error) => vec![(*first, error)],
    }
}

/// Fails when the server has not stored what was written. An access key with an end is always read, because one
/// without it would never close; the others only where the release is unknown.
pub(super) async fn check_stored(
    client: &Client,
    fields: &LateFields<'_>,
    secrets: &Secrets,
) -> Result<(), Error> {
    let key = fields.access_key;
    if fields.written().is_empty() {
        return Ok(());
    }
    if fields.expires.is_none() && client.oldest_release().await?.is_some() {
        return Ok(());
    }
    let action = format!("read access key {key}");
    let call = Call::admin(Method::GET, "info-service-account", action.as_str())
        .query("accessKey", &resolve_name(secrets, key)?);
    let sealed = client.send_admin_sealed("access keys", call).await?;
    let info: AccessKeyInfo = client.json(&action, &client.open(&action, sealed).await?)?;
    fields.missing_in(&info).map_or(Ok(()), |field| Err(fields.dropped_error(client, field)))
}
