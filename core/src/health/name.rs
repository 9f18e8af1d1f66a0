//! The names under which a watch answers: one for its container, one for its spec there.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::SocketAddr;
use std::path::{self, PathBuf};

use crate::cli::Options;
use crate::spec::Source;

/// Where the watch of this tool answers that has this spec, and where the first of the container does: `--spec` stands
/// on the command line of the watch, and seldom on that of a healthcheck. Without /proc, all containers of a network
/// namespace count as one.
pub(super) fn names(tool: &str, options: &Options) -> [String; 2] {
    let namespace = fs::read_link("/proc/self/ns/mnt").unwrap_or_default();
    let container = format!("{tool}/{}", namespace.display());
    let mut spec = DefaultHasher::new();
    let absolute = |path: &PathBuf| path::absolute(path).unwrap_or_else(|_| path.clone());
    match &options.spec {
        Source::Stdin => "-".hash(&mut spec),
        Source::File(path) => absolute(path).hash(&mut spec),
        Source::Several(paths) => paths.iter().for_each(|path| absolute(path).hash(&mut spec)),
    }
    [format!("{container}/{:016x}", spec.finish()), container]
}

pub(super) fn address(name: &str) -> io::Result<SocketAddr> {
    SocketAddr::from_abstract_name(name)
}
