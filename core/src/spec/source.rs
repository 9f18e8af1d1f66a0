//! Where a spec comes from, and its text: standard input, a file, a directory of files, or several of these.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::access::{self, explained};
use crate::files::{SIZE_LIMIT, capped};

const NO_SPEC: &str = "it is a directory without a file *.yaml or *.yml: Docker makes an empty one where the source of a mount does \
     not exist";

/// Where a spec comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `-`
    Stdin,
    /// A file, or a directory whose files `*.yaml` and `*.yml` are one spec together.
    File(PathBuf),
    /// Several of these, which are one spec together.
    Several(Vec<PathBuf>),
}

/// A spec that could not be read at all.
#[derive(Debug, Error)]
#[error("cannot read the spec {of}")]
pub struct Unreadable {
    of: Source,
    source: io::Error,
}

/// One text of a spec.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The file, as it is named in errors.
    pub(crate) name: String,
    pub(crate) written: String,
    /// Where its relative paths start.
    pub(crate) base: PathBuf,
}

impl Unreadable {
    /// What a person can do about it.
    pub(crate) fn remedy(&self) -> &'static str {
        access::remedy(&self.source)
            .unwrap_or("mount the spec there, or name it with --spec (`-` reads standard input)")
    }
}

#[cfg(test)]
impl Unreadable {
    pub(crate) fn problem(&self) -> &io::Error {
        &self.source
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Self {
        if path.as_os_str() == "-" { Self::Stdin } else { Self::File(path) }
    }
}

impl From<Vec<PathBuf>> for Source {
    fn from(mut paths: Vec<PathBuf>) -> Self {
        match (paths.pop(), paths.is_empty()) {
            (Some(only), true) => only.into(),
            (last, _) => {
                paths.extend(last);
                Self::Several(paths)
            }
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdin => f.write_str("from standard input"),
            Self::File(path) => path.display().fmt(f),
            Self::Several(paths) => {
                let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
                f.write_str(&paths.join(", "))
            }
        }
    }
}

impl Source {
    /// The paths that were given.
    fn given(&self) -> &[PathBuf] {
        match self {
            Self::Stdin => &[],
            Self::File(path) => std::slice::from_ref(path),
            Self::Several(paths) => paths,
        }
    }

    /// Every path that the text depends on: directories, and the files in them.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        let given = self.given().iter();
        given
            .flat_map(|path| {
                std::iter::once(path.clone()).chain(if path.is_dir() {
                    specs(path).unwrap_or_default()
                } else {
                    Vec::new()
                })
            })
            .collect()
    }

    /// Whether a second reading would find nothing: standard input, or a pipe with a name.
    pub(crate) fn is_read_once(&self) -> bool {
        let pipe = |path: &PathBuf| {
            fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
        };
        matches!(self, Self::Stdin) || self.given().iter().any(pipe)
    }
}

/// The specs in a directory, by name. Names that begin with a dot are Kubernetes' own, in a `ConfigMap` that it
/// mounts.
pub(crate) fn specs(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && path.extension().is_some_and(|end| end == "yaml" || end == "yml") && !path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The texts, in the order of the paths, or why they cannot be had.
pub(crate) fn read(source: &Source, stdin: impl Read) -> Result<Vec<Part>, Unreadable> {
    if *source == Source::Stdin {
        let text = capped(stdin).and_then(utf8);
        let part = |written| Part { name: "standard input".to_owned(), written, base: PathBuf::new() };
        return text.map(|text| vec![part(text)]).map_err(|source| Unreadable { of: Source::Stdin, source });
    }
    let (mut parts, mut size) = (Vec::new(), 0);
    for given in source.given() {
        let unreadable = |path: &Path, error| {
            let source = explained(path, error);
            Unreadable { of: Source::File(path.to_owned()), source }
        };
        let files = if given.is_dir() {
            specs(given).map_err(|error| unreadable(given, error))?
        } else {
            vec![given.clone()]
        };
        if files.is_empty() {
            let source = io::Error::new(io::ErrorKind::IsADirectory, NO_SPEC);
            return Err(Unreadable { of: Source::File(given.clone()), source });
        }
        for path in files {
            let part = part(&path).map_err(|error| unreadable(&path, error))?;
            size += part.written.len() as u64;
            if size > SIZE_LIMIT {
                let problem = format!("with it the spec is larger than {} MiB", SIZE_LIMIT >> 20);
                return Err(unreadable(&path, io::Error::other(problem)));
            }
            parts.push(part);
        }
    }
    Ok(parts)
}

fn part(path: &Path) -> io::Result<Part> {
    let written = File::open(path).and_then(capped).and_then(utf8)?;
    let base = path.parent().unwrap_or(Path::new("")).to_owned();
    let name = path.display().to_string();
    Ok(Part { name, written, base })
}

fn utf8(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_directory_are_read_by_name_and_nothing_else_in_it_is() {
        let folder = std::env::temp_dir().join(format!("source-{}", std::process::id()));
        fs::create_dir_all(folder.join("..data")).unwrap();
        fs::create_dir_all(folder.join("sub.yaml")).unwrap();
        assert!(read(&Source::File(folder.clone()), io::empty()).unwrap_err().remedy().contains("directory"));
        for name in ["b.yaml", "a.yml", "..data/c.yaml", ".hidden.yaml", "README.md"] {
            fs::write(folder.join(name), name).unwrap();
        }
        std::os::unix::fs::symlink("..data/c.yaml", folder.join("c.yaml")).unwrap();
        let source = Source::from(vec![folder.clone(), folder.join("README.md")]);
        let texts: Vec<_> =
            read(&source, io::empty()).unwrap().into_iter().map(|part| part.written).collect();
        assert_eq!(texts, ["a.yml", "b.yaml", "..data/c.yaml", "README.md"]);
        assert_eq!(source.paths().len(), 5, "{:?}", source.paths());
        assert!(!source.is_read_once() && Source::Stdin.is_read_once());
        let gone = Source::from(vec![folder.join("a.yml"), folder.join("none")]);
        let error = read(&gone, io::empty()).unwrap_err().to_string();
        assert_eq!(error, format!("cannot read the spec {}", folder.join("none").display()));
        fs::remove_dir_all(&folder).unwrap();
    }
}
