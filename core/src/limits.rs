//! Checks the resource limits of the process before anything depends on them. With a `pids_limit` of one or a very small
//! `ulimit -n`, some libraries abort the process instead of returning an error.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;
use std::thread;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// The pairs of file descriptors that a run uses at the same time, for events, signals, a file, name resolution, connections.
const PAIRS: usize = 8;

/// Protects the memory of this process, which holds secrets: it is not written to a core dump, and other processes of the
/// same user cannot read it.
pub(crate) fn protect_memory() -> io::Result<()> {
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    Ok(())
}

/// Checks that the process may open the file descriptors of a small run.
pub(crate) fn check_descriptors() -> io::Result<()> {
    let open: io::Result<Vec<_>> = (0..PAIRS).map(|_| UnixStream::pair()).collect();
    open.map(drop).map_err(|error| {
        let text =
            format!("a run needs {} open files, and this process may not open as many: {error}", PAIRS * 2);
        io::Error::new(error.kind(), text)
    })
}

/// Checks that the process may start a second thread, which name resolution needs. The check is made once, at the start:
/// later it could fail because the run itself has started its threads.
pub(crate) fn check_thread() -> io::Result<()> {
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
