//! Two spellings of one ICU locale: `de_DE` and `de-DE`. The server itself is asked, in a transaction that is rolled back, and
//! only about locales whose texts differ.

use crate::desired::Desired;
use crate::desired::sql;
use crate::error::Error;
use crate::observed::Observed;
use crate::wire::{Server, Session};

pub(super) async fn canonical(
    server: &Server,
    desired: &Desired,
    observed: &mut Observed,
) -> Result<(), Error> {
    for (name, database) in &desired.databases {
        // A new database has the locale of its template.
        let there = observed.databases.get(name).or_else(|| observed.databases.get(database.template()));
        if let (Some(wanted), Some(own)) =
            (&database.locale.icu, there.and_then(|there| there.locale.own.as_ref()))
            && wanted != own
            && let Some(canonical) = ask(&server.main, wanted).await?
        {
            observed.icu_locales.insert(wanted.clone(), canonical);
        }
    }
    Ok(())
}

/// What the server makes of a locale, by a collation that is never committed; nothing where it takes no such locale.
async fn ask(session: &Session, locale: &str) -> Result<Option<String>, Error> {
    const DOING: &str = "asking how the server writes an ICU locale";
    let question = format!(
        "BEGIN; CREATE COLLATION pg_temp.pg_init_locale (PROVIDER = icu, LOCALE = {}); \
         SELECT coalesce(pg_catalog.to_jsonb(c)->>'colllocale', pg_catalog.to_jsonb(c)->>'colliculocale') \
         FROM pg_catalog.pg_collation c WHERE c.collnamespace = pg_catalog.pg_my_temp_schema() \
         AND c.collname = 'pg_init_locale'; ROLLBACK",
        sql::literal(locale)
    );
    match session.one(&question, DOING).await {
        // The server takes no such locale, or no temporary objects of ours: then the texts are compared.
        Err(Error::Server { .. }) => {
            session.simple("ROLLBACK", DOING).await?;
            Ok(None)
        }
        answer => answer,
    }
}
