//! A directory of a test's own, gone at its end.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

static COUNT: AtomicUsize = AtomicUsize::new(0);

/// A name that no other part of this process has used.
pub(crate) fn unique() -> String {
    format!("dayzero-it-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A directory that every uid may read.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Default for Scratch {
    fn default() -> Self {
        Self::new()
    }
}

impl Scratch {
    /// An empty one.
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(unique());
        let made = fs::create_dir_all(&path)
            .and_then(|()| fs::set_permissions(&path, PermissionsExt::from_mode(0o755)));
        made.unwrap_or_else(|error| panic!("cannot make {}: {error}", path.display()));
        Self(path)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file that every uid may read, and says where it is.
    pub fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        self.file_with_mode(name, content, 0o644)
    }

    /// Writes a file with a mode, and says where it is.
    pub fn file_with_mode(&self, name: &str, content: &[u8], mode: u32) -> PathBuf {
        let path = self.0.join(name);
        let written = fs::write(&path, content)
            .and_then(|()| fs::set_permissions(&path, PermissionsExt::from_mode(mode)));
        written.unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
