//! Creates and alters user mappings. Their statements may contain passwords, so they run in a session that keeps them
//! out of the server's log, where the provisioning role may set that.

use std::collections::BTreeMap;

use init_core::{Progress, Secrets};

use super::foreign_statement::{Mapping, user_mapping};
use super::job::{Answer, AsMember, Job};
use super::{owners, pipeline};
use crate::change::Change;
use crate::error::Error;
use crate::wire::{Server, SessionParameters};

/// A change by its position in the stage.
pub(super) type MappingChange<'c> = (usize, &'c Change, Mapping<'c>);

pub(super) async fn apply(
    server: &Server,
    changes: Vec<MappingChange<'_>>,
    secrets: &Secrets,
    progress: &Progress,
) -> Vec<Answer> {
    let mut by_database: BTreeMap<&str, Vec<MappingChange<'_>>> = BTreeMap::new();
    for (index, change, mapping) in changes {
        let database = match mapping {
            Mapping::Create(mapping) => &mapping.database,
            Mapping::Alter(mapping) => &mapping.database,
        };
        by_database.entry(database).or_default().push((index, change, mapping));
    }
    let mut answers = Vec::new();
    for (database, changes) in by_database {
        let first = changes.first().map_or(0, |(index, ..)| *index);
        match in_database(server, database, changes, secrets, progress).await {
            Ok(done) => answers.extend(done),
            Err(error) => answers.push((first, Err(error))),
        }
    }
    answers
}

async fn in_database(
    server: &Server,
    database: &str,
    changes: Vec<MappingChange<'_>>,
    secrets: &Secrets,
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let superuser = server.main.facts.superuser;
    let session =
        server.pool.primary.connect_with(database, &SessionParameters::unlogged_changes(superuser)).await?;
    let mut jobs = Vec::new();
    for (index, change, mapping) in changes {
        let sql = user_mapping(&server.names, &mapping, secrets)?;
        let roles = if superuser {
            Vec::new()
        } else {
            owners::roles_to_join(&session, &owners::required_roles(server, &session, change).await?).await?
        };
        let (alone, as_member) =
            if roles.is_empty() { (Some(sql), None) } else { (None, Some(AsMember { roles, sql })) };
        jobs.push(Job { index, doing: change.to_string(), alone, as_member });
    }
    Ok(pipeline::in_session(server, &session, jobs, progress).await)
}
