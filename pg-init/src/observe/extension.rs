//! Reads the available extensions. They are files of the server, so they are the same for all its databases,
//! including those that do not exist yet.

use std::collections::BTreeMap;

use crate::desired::Desired;
use crate::error::Error;
use crate::observed::{AvailableExtension, AvailableVersion, Observed};
use crate::wire::Server;

/// All available extensions are read, since an extension may require one that is not declared.
const AVAILABLE: &str = "\
    SELECT v.name::text, v.version, a.default_version, v.schema::text, v.requires::text[] \
    FROM pg_catalog.pg_available_extension_versions v \
    JOIN pg_catalog.pg_available_extensions a ON a.name = v.name";

pub(super) async fn read_available(
    server: &Server,
    desired: &Desired,
) -> Result<BTreeMap<String, AvailableExtension>, Error> {
    let mut available_extensions: BTreeMap<String, AvailableExtension> = BTreeMap::new();
    if desired.databases.values().all(|database| database.extensions.is_empty()) {
        return Ok(available_extensions);
    }
    for row in server.main.query("reading available extensions", AVAILABLE, []).await? {
        let available = available_extensions.entry(row.get(0)?).or_default();
        available.default = row.get(2)?;
        let requires = row.texts(4)?.into_iter().collect();
        available.versions.insert(row.get(1)?, AvailableVersion { schema: row.get(3)?, requires });
    }
    Ok(available_extensions)
}

/// Refuses a declared extension that is neither installed nor available.
pub(super) fn check_available(desired: &Desired, observed: &Observed) -> Result<(), Error> {
    for (name, database) in &desired.databases {
        let existing = observed.databases.get(name);
        // The template may have the extension.
        if existing.is_none() && database.template() != "template0" {
            continue;
        }
        for (extension, wanted) in &database.extensions {
            let installed =
                existing.is_some_and(|existing| existing.contents.extensions.contains_key(extension));
            let available = observed
                .available_extensions
                .get(extension)
                .and_then(|available| available.version(wanted.version.as_deref()));
            if !installed && available.is_none() {
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
