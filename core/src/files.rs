//! The plain files that a spec names as `{file: PATH}`, such as a CA, a policy or a function.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::Deserialize;
use thiserror::Error;

use crate::access::explain;

/// The largest size of a spec, and of a file that a spec names.
pub(crate) const SIZE_LIMIT: u64 = 16 * 1024 * 1024;

/// A plain file, by a path that is absolute or relative to the directory of the spec.
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
    /// Every path that was to be read, readable or not. A watch observes them for changes.
    requested: Arc<Mutex<BTreeSet<PathBuf>>>,
}

/// The reason for which a plain file could not be read.
#[derive(Debug, Error)]
#[error("cannot read {path}: {problem}", path = path.display())]
pub struct FileError {
    path: PathBuf,
    problem: String,
}

impl Files {
    /// Resolves relative paths against `base`.
    pub fn relative_to(base: impl Into<PathBuf>) -> Self {
        Self { base: base.into(), requested: Arc::default() }
    }

    /// Reads the content of a file.
    pub fn read(&self, reference: &FileRef) -> Result<Vec<u8>, FileError> {
        let path = self.base.join(&reference.file);
        self.requested.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone());
        let open = |path: &Path| {
            let file = File::open(path)?;
            // A pipe would block, and a directory would fail later with a less specific error.
            match file.metadata()? {
                kind if kind.is_file() => Ok(file),
                kind if kind.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
                _ => Err(io::Error::other("it is no regular file")),
            }
        };
        open(&path).and_then(read_limited).map_err(|error| {
            let problem = explain(&path, error).to_string();
            FileError { path, problem }
        })
    }

    #[cfg(test)]
    pub(crate) fn base(&self) -> &Path {
        &self.base
    }

    /// The paths that were to be read so far.
    pub(crate) fn requested(&self) -> BTreeSet<PathBuf> {
        self.requested.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Reads everything up to the size limit, beyond which it fails.
pub(crate) fn read_limited(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > SIZE_LIMIT {
        return Err(io::Error::other(format!("it is larger than {} MiB", SIZE_LIMIT >> 20)));
    }
    Ok(bytes)
}
