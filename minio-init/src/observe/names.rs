//! Names that may come from secrets, and their values on the server.

use std::collections::BTreeMap;

use init_core::{Secret, Secrets, Text};
use secrecy::ExposeSecret as _;

use crate::desired::Desired;
use crate::error::Error;

/// The name in the spec of an account at another server, if it has this access key, or else the access key itself.
#[expect(clippy::disallowed_methods, reason = "a name of the server is compared with one from a secret")]
pub(super) fn label_of(secrets: &Secrets, wanted: &Text, key: &str) -> Result<Text, Error> {
    let is_the_same = secrets.text(wanted)?.expose_secret() == key;
    Ok(if is_the_same { wanted.clone() } else { Text::Plain(key.to_owned()) })
}

/// The values of names that may come from secrets, for lookups in both directions.
pub(crate) struct Names {
    own: Text,
    own_value: Secret,
    values: BTreeMap<Text, Secret>,
}

impl Names {
    pub(crate) fn of(desired: &Desired, secrets: &Secrets) -> Result<Self, Error> {
        let members = desired.groups.values().flat_map(|group| &group.members);
        let parents = desired.keys.values().filter_map(|key| key.user.as_ref());
        let removed = desired.groups.values().flat_map(|group| &group.removed);
        let names = desired.names().chain(members).chain(removed).chain(parents);
        let mut values = BTreeMap::new();
        for name in names {
            values.insert(name.clone(), secrets.text(name)?);
        }
        let own = desired.server.access_key.clone();
        Ok(Self { own_value: secrets.text(&own)?, own, values })
    }

    /// The access key of the provisioning account.
    #[expect(clippy::disallowed_methods, reason = "a name from a secret is sent in a request's query")]
    pub(super) fn own_value(&self) -> &str {
        self.own_value.expose_secret()
    }

    /// The label of an account in the spec, by its access key on the server.
    #[expect(clippy::disallowed_methods, reason = "a name of the server is compared with names from secrets")]
    pub(crate) fn label(&self, name: &str) -> Text {
        if self.own_value.expose_secret() == name {
            return self.own.clone();
        }
        let known = self.values.iter().find(|(_, value)| value.expose_secret() == name);
        known.map_or_else(|| Text::Plain(name.to_owned()), |(label, _)| label.clone())
    }
}
