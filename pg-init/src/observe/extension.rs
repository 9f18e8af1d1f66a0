//! The extensions that could be installed: files of the server, and so the same for all its databases, those that are not
//! there yet too.

use std::collections::BTreeMap;

use crate::desired::Desired;
use crate::error::Error;
use crate::observed::{Available, Observed, Offer};
use crate::wire::Server;

/// What is required need not be declared, so all are read.
const OFFERS: &str = "\
    SELECT v.name::text, v.version, a.default_version, v.schema::text, v.requires::text[] \
    FROM pg_catalog.pg_available_extension_versions v \
    JOIN pg_catalog.pg_available_extensions a ON a.name = v.name";

pub(super) async fn offers(server: &Server, desired: &Desired) -> Result<BTreeMap<String, Offer>, Error> {
    let mut offers: BTreeMap<String, Offer> = BTreeMap::new();
    if desired.databases.values().all(|database| database.extensions.is_empty()) {
        return Ok(offers);
    }
    for row in server.main.rows("reading available extensions", OFFERS, []).await? {
        let offer = offers.entry(row.get(0)?).or_default();
        offer.default = row.get(2)?;
        let requires = row.list(4)?.into_iter().collect();
        offer.versions.insert(row.get(1)?, Available { schema: row.get(3)?, requires });
    }
    Ok(offers)
}

/// An extension that neither is installed nor could be is the server's lack, whatever the plan.
pub(super) fn missing(desired: &Desired, observed: &Observed) -> Result<(), Error> {
    for (name, database) in &desired.databases {
        let there = observed.databases.get(name);
        // A template may have it.
        if there.is_none() && database.template() != "template0" {
            continue;
        }
        for (extension, wanted) in &database.extensions {
            let installed = there.is_some_and(|there| there.inside.extensions.contains_key(extension));
            let offer = observed.offers.get(extension).and_then(|offer| offer.of(wanted.version.as_deref()));
            if !installed && offer.is_none() {
                let version =
                    wanted.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
                return Err(Error::Missing(format!(
                    "the server has no files of the extension {extension}{version}, declared in the database {name}: \
                     install its package there"
                )));
            }
        }
    }
    Ok(())
}
