//! The names of the health sockets of a watch: one for its spec, and one for the whole container.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::SocketAddr;
use std::path::{self, PathBuf};

use crate::cli::Options;
use crate::spec::Source;

/// The socket name of the watch with this spec, and that of the first watch in the container. A healthcheck seldom repeats
/// the `--spec` of the watch, so the second name is needed too. Without /proc, all containers of a network namespace count
/// as one.
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
