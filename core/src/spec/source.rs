//! The sources of a spec: standard input, a file, a directory of files, or several of these.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::access::{self, explain};
use crate::files::{SIZE_LIMIT, read_limited};

const NO_SPEC: &str = "it is a directory without a file *.yaml or *.yml: Docker makes an empty one where the source of a mount does \
     not exist";

/// The source of a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard input, which is written as `-`.
    Stdin,
    /// A file, or a directory whose files `*.yaml` and `*.yml` together are one spec.
    File(PathBuf),
    /// Several files or directories, which together are one spec.
    Several(Vec<PathBuf>),
}

/// The error of a spec that could not be read.
#[derive(Debug, Error)]
#[error("cannot read the spec {origin}")]
pub struct Unreadable {
    origin: Source,
    source: io::Error,
}

/// One part of a spec.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The name of the file in errors.
    pub(crate) name: String,
    pub(crate) written: String,
    /// The base directory for its relative paths.
    pub(crate) base: PathBuf,
}

impl Unreadable {
    /// The remedy.
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
    /// The paths of the command line.
    fn arguments(&self) -> &[PathBuf] {
        match self {
            Self::Stdin => &[],
            Self::File(path) => std::slice::from_ref(path),
            Self::Several(paths) => paths,
        }
    }

    /// All paths that the spec depends on: directories, and the files in them.
    pub(crate) fn paths(&self) -> Vec<PathBuf> {
        let arguments = self.arguments().iter();
        arguments
            .flat_map(|path| {
                std::iter::once(path.clone()).chain(if path.is_dir() {
                    specs(path).unwrap_or_default()
                } else {
                    Vec::new()
                })
            })
            .collect()
    }

    /// Returns true if the source can be read only once: standard input or a named pipe.
    pub(crate) fn is_read_once(&self) -> bool {
        let pipe = |path: &PathBuf| {
            fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
        };
        matches!(self, Self::Stdin) || self.arguments().iter().any(pipe)
    }
}

/// The specs in a directory, sorted by name. Names that begin with a dot are skipped, because Kubernetes uses them in a
/// mounted `ConfigMap`.
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

/// Reads all parts of a spec, in the order of the paths.
pub(crate) fn read(source: &Source, stdin: impl Read) -> Result<Vec<Part>, Unreadable> {
    if *source == Source::Stdin {
        let text = read_limited(stdin).and_then(utf8);
        let part = |written| Part { name: "standard input".to_owned(), written, base: PathBuf::new() };
        return text
            .map(|text| vec![part(text)])
            .map_err(|source| Unreadable { origin: Source::Stdin, source });
    }
    let (mut parts, mut size) = (Vec::new(), 0);
    for arguments in source.arguments() {
        let unreadable = |path: &Path, error| {
            let source = explain(path, error);
            Unreadable { origin: Source::File(path.to_owned()), source }
        };
        let files = if arguments.is_dir() {
            specs(arguments).map_err(|error| unreadable(arguments, error))?
        } else {
            vec![arguments.clone()]
        };
        if files.is_empty() {
            let source = io::Error::new(io::ErrorKind::IsADirectory, NO_SPEC);
            return Err(Unreadable { origin: Source::File(arguments.clone()), source });
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
    let written = File::open(path).and_then(read_limited).and_then(utf8)?;
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
    fn only_the_specs_of_a_directory_are_read_in_the_order_of_names() {
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
