//! Reads the canonical spelling of ICU locales, such as `de_DE` and `de-DE`. The server canonicalizes the locale in a
//! transaction that is rolled back, and only where the texts differ.

use crate::desired::Desired;
use crate::desired::sql;
use crate::error::Error;
use crate::observed::Observed;
use crate::wire::{Server, Session};

pub(super) async fn read_canonical(
    server: &Server,
    desired: &Desired,
    observed: &mut Observed,
) -> Result<(), Error> {
    for (name, database) in &desired.databases {
        // A new database has the locale of its template.
        let existing = observed.databases.get(name).or_else(|| observed.databases.get(database.template()));
        if let (Some(wanted), Some(own)) =
            (&database.locale.icu, existing.and_then(|existing| existing.locale.of_provider.as_ref()))
            && wanted != own
            && let Some(canonical) = canonical_locale(&server.main, wanted).await?
        {
            observed.icu_locales.insert(wanted.clone(), canonical);
        }
    }
    Ok(())
}

/// The server's spelling of a locale, read from a collation that is never committed; `None` when the server does not
/// accept the locale.
async fn canonical_locale(session: &Session, locale: &str) -> Result<Option<String>, Error> {
    const DOING: &str = "reading the server's spelling of an ICU locale";
    let question = format!(
        "BEGIN; CREATE COLLATION pg_temp.pg_init_locale (PROVIDER = icu, LOCALE = {}); \
         SELECT coalesce(pg_catalog.to_jsonb(c)->>'colllocale', pg_catalog.to_jsonb(c)->>'colliculocale') \
         FROM pg_catalog.pg_collation c WHERE c.collnamespace = pg_catalog.pg_my_temp_schema() \
         AND c.collname = 'pg_init_locale'; ROLLBACK",
        sql::literal(locale)
    );
    match session.query_value(&question, DOING).await {
        // The server does not accept the locale, or does not allow temporary objects: then the texts are compared.
        Err(Error::Server { .. }) => {
            session.execute("ROLLBACK", DOING).await?;
            Ok(None)
        }
        answer => answer,
    }
}
