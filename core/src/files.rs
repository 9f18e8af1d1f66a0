//! The plain files that a spec names: a CA, a policy, a function. `{file: PATH}`, relative to the spec.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Deserialize;
use thiserror::Error;

use crate::access::explained;

/// What a file that a spec names may hold at most, the spec itself included.
pub(crate) const SIZE_LIMIT: u64 = 16 * 1024 * 1024;

/// A plain file, by a path that is absolute or relative to the spec's folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRef {
    /// The path.
    pub file: PathBuf,
}

/// Reads the plain files of one spec.
#[derive(Clone, Debug)]
pub struct Files {
    base: PathBuf,
    /// Every path that was asked for, readable or not.
    asked: Arc<Mutex<BTreeSet<PathBuf>>>,
}

/// Why a plain file could not be read.
#[derive(Debug, Error)]
#[error("cannot read {path}: {problem}", path = path.display())]
pub struct FileError {
    path: PathBuf,
    problem: String,
}

impl Files {
    /// Relative paths start at `base`.
    pub fn relative_to(base: impl Into<PathBuf>) -> Self {
        Self { base: base.into(), asked: Arc::default() }
    }

    /// The content.
    pub fn read(&self, reference: &FileRef) -> Result<Vec<u8>, FileError> {
        let path = self.base.join(&reference.file);
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone());
        let open = |path: &Path| {
            let file = File::open(path)?;
            // A pipe or a directory would block or fail later, with less to say.
            match file.metadata()? {
                kind if kind.is_file() => Ok(file),
                kind if kind.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
                _ => Err(io::Error::other("it is no regular file")),
            }
        };
        open(&path).and_then(capped).map_err(|error| {
            let problem = explained(&path, error).to_string();
            FileError { path, problem }
        })
    }

    #[cfg(test)]
    pub(crate) fn base(&self) -> &Path {
        &self.base
    }

    /// The paths that were asked for until now.
    pub(crate) fn asked(&self) -> BTreeSet<PathBuf> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Everything up to the cap, and an error past it.
pub(crate) fn capped(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > SIZE_LIMIT {
        return Err(io::Error::other(format!("it is larger than {} MiB", SIZE_LIMIT >> 20)));
    }
    Ok(bytes)
}
