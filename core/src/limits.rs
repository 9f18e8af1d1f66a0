//! What a run needs of the process that it is in. Looked at before anything depends on it: where a container has a
//! `pids_limit` of one or a tiny `ulimit -n`, libraries end the process instead of returning an error.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;
use std::thread;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// Pairs of descriptors that a run has use for at once: events, signals, one file, name look-ups, connections.
const PAIRS: usize = 8;

/// Keeps the memory of this process, which holds secrets, to itself: no crash writes it to a file, and no other process of the
/// same user reads it.
pub(crate) fn private() -> io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Whether there is room for the descriptors of a small run.
pub(crate) fn descriptors() -> io::Result<()> {
    let open: io::Result<Vec<_>> = (0..PAIRS).map(|_| UnixStream::pair()).collect();
    open.map(drop).map_err(|error| {
        let text =
            format!("a run needs {} open files, and this process may not open as many: {error}", PAIRS * 2);
        io::Error::new(error.kind(), text)
    })
}

/// Whether this process may have a second thread: a name is looked up in one. It is tried once, at the start: later there
/// may be no room for another because the run has what it needs.
pub(crate) fn thread() -> io::Result<()> {
    static TRIED: OnceLock<Result<(), (io::ErrorKind, String)>> = OnceLock::new();
    let tried = TRIED.get_or_init(|| {
        let started = thread::Builder::new().name("probe".to_owned()).spawn(|| {});
        started.map(|handle| drop(handle.join())).map_err(|error| {
            let text = "a run needs a thread to look up names, and this process may start none";
            (error.kind(), format!("{text}: {error}"))
        })
    });
    tried.clone().map_err(|(kind, text)| io::Error::new(kind, text))
}
