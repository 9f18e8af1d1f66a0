//! Creates databases. Databases that are not copied from each other are created concurrently.

use std::fmt::Write as _;

use init_core::Progress;

use super::job::{Answer, AsMember, Job};
use super::{owners, pipeline, role_statement, statement};
use crate::change::{Change, CreateDatabase};
use crate::desired::sql::ident;
use crate::error::Error;
use crate::wire::{Server, SessionParameters};

/// The number of databases that are created concurrently, which is limited since the server does the copying.
const SESSIONS: usize = 4;

pub(super) async fn create(
    server: &Server,
    changes: &[(usize, &CreateDatabase)],
    progress: &Progress,
) -> Result<Vec<Answer>, Error> {
    let mut answers: Vec<Answer> = Vec::new();
    for same_rank in changes.chunk_by(|(_, a), (_, b)| a.rank == b.rank) {
        let mut jobs = Vec::new();
        for (index, change) in same_rank {
            server.pool.close_sessions(&change.template);
            jobs.push(create_job(server, *index, change).await?);
        }
        let sessions = if jobs.len() < SESSIONS { 1 } else { SESSIONS };
        answers.extend(
            pipeline::over_sessions(server, jobs, sessions, &SessionParameters::reading(), progress).await?,
        );
        // A copy of a template that was not created would fail with a misleading error.
        if answers.iter().any(|(_, result)| result.is_err()) {
            break;
        }
    }
    Ok(answers)
}

/// The job that creates a database and, in a transaction of its own, sets its owner and parameters.
async fn create_job(server: &Server, index: usize, change: &CreateDatabase) -> Result<Job, Error> {
    let (main, facts) = (&server.main, &server.main.facts);
    let owner = change.owner.as_deref().map(|owner| server.names.real(owner));
    let alone = Some(statement::create_database(change, owner.filter(|_| facts.superuser)));
    let database = format!("DATABASE {}", ident(&change.database));
    let (mut sql, mut roles) = (String::new(), Vec::new());
    role_statement::set_parameters(&mut sql, &database, &change.settings);
    if let Some(owner) = owner.filter(|owner| !facts.superuser && *owner != facts.user) {
        let _ = write!(sql, "ALTER {database} OWNER TO {};", ident(owner));
        roles = owners::roles_to_join(main, &[owner.to_owned()].into()).await?;
    }
    let as_member = (!sql.is_empty()).then_some(AsMember { roles, sql });
    Ok(Job { index, doing: Change::CreateDatabase(change.clone()).to_string(), alone, as_member })
}
