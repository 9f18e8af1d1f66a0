//! Who uses the cluster, and how: users, ACLs, quotas.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Secrets;

use super::{Credentials, acls, quotas, users};
use crate::Error;
use crate::spec::{Binding, Desired, Entity, Quotas, Topic, User};
use crate::wire::{Connection, Probe};

/// Of whom the spec is.
pub(crate) struct Declared {
    pub(crate) topics: BTreeMap<String, Topic>,
    users: BTreeMap<String, User>,
    acls: BTreeSet<Binding>,
    quotas: BTreeMap<Entity, Quotas>,
}

/// What there is of that.
pub(crate) struct Clients {
    pub(crate) users: BTreeMap<String, Credentials>,
    pub(crate) acls: BTreeSet<Binding>,
    pub(crate) quotas: BTreeMap<Entity, Quotas>,
}

impl Declared {
    pub(crate) fn of(desired: &Desired) -> Self {
        Self {
            topics: desired.topics.clone(),
            users: desired.users.clone(),
            acls: desired.acls.clone(),
            quotas: desired.quotas.clone(),
        }
    }

    pub(crate) async fn read(
        &self,
        home: &mut Connection,
        probe: &mut Probe,
        secrets: &Secrets,
    ) -> Result<Clients, Error> {
        let quotas = quotas::read(home, &self.quotas).await?;
        let mut users = BTreeMap::new();
        if !self.users.is_empty() {
            users = users::read(home, probe, &self.users, secrets).await?;
        }
        // Last, as a broker shows new ones some hundredths of a second after it has acknowledged them.
        let acls = acls::read(home, &self.acls).await?;
        Ok(Clients { users, acls, quotas })
    }
}
