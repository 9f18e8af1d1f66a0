//! Reads all secrets that a spec names, before the first packet is sent.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;
use thiserror::Error;

use crate::access::{DIRECTORY, GIVE_ACCESS, Ownership, REPLACE_DIRECTORY};
use crate::{Secret, SecretRef, Text};

const SIZE_LIMIT: usize = 64 * 1024;

/// The values of all secrets of a run, by name.
#[derive(Debug, Default)]
pub struct Secrets(BTreeMap<SecretRef, Secret>);

/// The error of a backend that uses a secret which it did not name in `requires`.
#[derive(Debug, Error)]
#[error("the secret {0} was not read at the start")]
pub struct Undeclared(SecretRef);

/// The reason for which a secret could not be read.
#[derive(Debug, Error)]
#[error("{name} cannot be used: {path}: {problem}", path = path.display())]
pub struct SecretError {
    name: SecretRef,
    path: PathBuf,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Missing,
    Denied(Ownership),
    Outside(PathBuf),
    Directory,
    NotAFile,
    Empty,
    Nul,
    NotText,
    TooLong,
    Io(io::Error),
}

impl Secrets {
    /// Reads each secret from `directory`, or returns the errors of all unusable ones.
    pub fn read(directory: &Path, names: &BTreeSet<SecretRef>) -> Result<Self, Vec<SecretError>> {
        let mut secrets = BTreeMap::new();
        let mut errors = Vec::new();
        for name in names {
            let path = directory.join(name.name());
            match read(directory, &path) {
                Ok(secret) => drop(secrets.insert(name.clone(), secret)),
                Err(problem) => errors.push(SecretError { name: name.clone(), path, problem }),
            }
        }
        if errors.is_empty() { Ok(Self(secrets)) } else { Err(errors) }
    }

    /// Makes secrets without files, for tests.
    #[cfg(test)]
    pub(crate) fn of(values: BTreeMap<SecretRef, Secret>) -> Self {
        Self(values)
    }

    /// All names with their values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&SecretRef, &Secret)> {
        self.0.iter()
    }

    /// The value of a secret that `Backend::requires` named.
    pub fn get(&self, name: &SecretRef) -> Result<&Secret, Undeclared> {
        self.0.get(name).ok_or_else(|| Undeclared(name.clone()))
    }

    /// The value of a string that may be plain or secret.
    pub fn text(&self, text: &Text) -> Result<Secret, Undeclared> {
        match text {
            Text::Plain(plain) => Ok(Secret::from(plain.as_str())),
            Text::Secret(name) => self.get(name).cloned(),
        }
    }
}

fn read(directory: &Path, path: &Path) -> Result<Secret, Problem> {
    let of = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Problem::Missing,
        io::ErrorKind::PermissionDenied => Problem::Denied(Ownership::of(path)),
        _ => Problem::Io(error),
    };
    // Kubernetes mounts every secret as a symbolic link within the same directory. Links to other places are refused.
    let real = fs::canonicalize(path).map_err(of)?;
    if !real.starts_with(fs::canonicalize(directory).map_err(of)?) {
        return Err(Problem::Outside(real));
    }
    let kind = fs::metadata(&real).map_err(of)?;
    if !kind.is_file() {
        return Err(if kind.is_dir() { Problem::Directory } else { Problem::NotAFile });
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    let limit = u64::try_from(SIZE_LIMIT + 1).unwrap_or(u64::MAX);
    File::open(&real).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(of)?;
    parse(&bytes)
}

/// Removes one line ending, which editors append. Further line endings belong to the value.
fn parse(bytes: &[u8]) -> Result<Secret, Problem> {
    if bytes.len() > SIZE_LIMIT {
        return Err(Problem::TooLong);
    }
    let value = bytes.strip_suffix(b"\n").map_or(bytes, |line| line.strip_suffix(b"\r").unwrap_or(line));
    match std::str::from_utf8(value) {
        Err(_) => Err(Problem::NotText),
        Ok("") => Err(Problem::Empty),
        Ok(text) if text.contains('\0') => Err(Problem::Nul),
        Ok(text) => Ok(Secret::from(text)),
    }
}

/// Parses the content of a file for the fuzz target, with the problem as text.
pub(crate) fn value(bytes: &[u8]) -> Result<Secret, String> {
    parse(bytes).map_err(|problem| problem.to_string())
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such file"),
            Self::Denied(ownership) => ownership.fmt(f),
            Self::Outside(real) => {
                write!(f, "it is a link to {}, outside the secrets directory", real.display())
            }
            Self::Directory => f.write_str(DIRECTORY),
            Self::NotAFile => f.write_str("it is no regular file"),
            Self::Empty => f.write_str("it is empty"),
            Self::Nul => f.write_str("it holds a NUL byte"),
            Self::NotText => f.write_str("it is not UTF-8"),
            Self::TooLong => write!(f, "it is longer than {} KiB", SIZE_LIMIT / 1024),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl SecretError {
    /// The remedy.
    pub(crate) fn remedy(&self) -> &'static str {
        match self.problem {
            Problem::Denied(_) => GIVE_ACCESS,
            Problem::Directory => REPLACE_DIRECTORY,
            Problem::Missing => {
                "mount the secret under that name, or point --secrets-dir at the folder that holds it"
            }
            _ => "replace the file: one line of UTF-8 text with the value",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    #[expect(clippy::disallowed_methods, reason = "the test compares what was parsed")]
    fn value(bytes: &[u8]) -> Result<String, String> {
        parse(bytes).map(|secret| secret.expose_secret().to_owned()).map_err(|problem| problem.to_string())
    }

    #[test]
    fn exactly_one_line_ending_is_stripped() {
        for (bytes, text) in
            [(&b"a b"[..], "a b"), (b"ab\n", "ab"), (b"ab\r\n", "ab"), (b"ab\n\n", "ab\n"), (b"ab\r", "ab\r")]
        {
            assert_eq!(value(bytes), Ok(text.to_owned()));
        }
    }

    #[test]
    fn an_invalid_file_is_refused() {
        for (bytes, problem) in [
            (&b""[..], "it is empty"),
            (b"\n", "it is empty"),
            (b"a\0b", "it holds a NUL byte"),
            (b"\xff\xfe", "it is not UTF-8"),
            (vec![b'a'; SIZE_LIMIT + 1].as_slice(), "it is longer than 64 KiB"),
        ] {
            assert_eq!(value(bytes), Err(problem.to_owned()));
        }
    }

    #[test]
    fn debug_output_contains_no_value() {
        let secrets = Secrets(BTreeMap::from([("a".parse().unwrap(), Secret::from("canary"))]));
        assert!(!format!("{secrets:?}").contains("canary"));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(bytes: Vec<u8>) {
            let _ = value(&bytes);
        }
    }
}
