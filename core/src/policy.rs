//! The command `policy`, which checks the init services of a Compose project from `docker compose config --format json`.
//!
//! An init is a service or a job whose name or image name ends in `-init`, or a `pre_start` hook with such an image. Each
//! finding is one line that names the init and the remedy. A finding never repeats the value of a variable.

mod compose;
mod inits;
mod rules;

use std::io::Read;

use crate::policy::compose::Project;

/// The largest input, in bytes.
const LIMIT: u64 = 16 << 20;

/// The output without findings.
pub(crate) const NO_FINDINGS: &str = "the init services keep every rule\n";

/// The findings about each init of the project, in the order of names. Empty if every rule is kept.
pub(crate) fn findings(text: &str) -> Result<Vec<String>, String> {
    let project = Project::read(text)
        .map_err(|error| format!("it is not what `docker compose config --format json` prints: {error}"))?;
    let inits = inits::of(&project);
    if inits.is_empty() {
        return Ok(vec![
            "no init service: none is named *-init, and none has an image named *-init".to_owned(),
        ]);
    }
    Ok(inits.iter().flat_map(|init| rules::findings(&project, init)).collect())
}

/// Reads standard input.
pub(crate) fn read(stdin: impl Read) -> Result<String, String> {
    let mut text = String::new();
    let read = stdin.take(LIMIT + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if read as u64 > LIMIT { Err(format!("it is longer than {} MiB", LIMIT >> 20)) } else { Ok(text) }
}

#[cfg(test)]
mod tests;
