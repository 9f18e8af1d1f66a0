//! What the catalog tells about a plan before its first write: privileges that the provisioning role lacks,
//! and values that a parameter does not take.

mod privilege;
mod value;

use crate::backend::Postgres;
use crate::change::Change;
use crate::error::Error;

/// The index of each change that would be refused, and why.
pub(crate) async fn check(postgres: &Postgres, changes: &[Change]) -> Vec<(usize, Error)> {
    let mut refused = Vec::new();
    if !postgres.main.facts.superuser {
        match privilege::Powers::read(&postgres.main, &postgres.names).await {
            Ok(powers) => refused.extend(privilege::check(&powers, postgres, changes).await),
            Err(error) => return vec![(0, error)],
        }
    }
    refused.extend(value::check(postgres, changes).await);
    refused.sort_by_key(|(index, _)| *index);
    refused
}
