//! Detects changes of the files that a pass depends on, by hashes of their content. Modification times are not enough: a
//! mounted file may be a link into a directory that is exchanged, or may be replaced or overwritten with the same time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;

use crate::spec::specs;

const CHUNK: usize = 8 * 1024;

/// The hash of each file at the last check. The hash key is random, so that a hash reveals nothing about a secret.
#[derive(Debug, Default)]
pub(super) struct FileHashes {
    key: RandomState,
    files: BTreeMap<PathBuf, u64>,
}

impl FileHashes {
    /// Sets the files to observe. New files are hashed now; the hashes of the others stay. Returns true if no file is new.
    pub(super) fn observe(&mut self, paths: BTreeSet<PathBuf>) -> bool {
        let before = std::mem::take(&mut self.files);
        let known = paths.iter().all(|path| before.contains_key(path));
        let hashes = |path: PathBuf| {
            let hash = before.get(&path).copied().unwrap_or_else(|| self.hash(&path));
            (path, hash)
        };
        self.files = paths.into_iter().map(hashes).collect();
        known
    }

    /// Hashes all files again. Returns true if none has changed.
    pub(super) fn update(&mut self) -> bool {
        let before = std::mem::take(&mut self.files);
        let now = before.keys().map(|path| (path.clone(), self.hash(path))).collect();
        let same = before == now;
        self.files = now;
        same
    }

    /// Returns true if any file differs from its last hash.
    pub(super) fn have_changed(&self) -> bool {
        self.files.iter().any(|(path, hashes)| self.hash(path) != *hashes)
    }

    /// The hash of the content, or of the kind of error for an unreadable file.
    fn hash(&self, path: &Path) -> u64 {
        match self.content(path) {
            Ok(hash) => hash,
            Err(error) => self.key.hash_one(error.kind()),
        }
    }

    fn content(&self, path: &Path) -> io::Result<u64> {
        let kind = fs::metadata(path)?;
        // The files of a spec directory are observed individually.
        if kind.is_dir() {
            return Ok(self.key.hash_one(specs(path)?));
        }
        // A pipe would block. The pass reports what is wrong with it.
        if !kind.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut file = File::open(path)?;
        let mut hasher = self.key.build_hasher();
        let mut chunk = Zeroizing::new([0; CHUNK]);
        loop {
            match file.read(chunk.as_mut_slice())? {
                0 => return Ok(hasher.finish()),
                read => hasher.write(chunk.get(..read).unwrap_or_default()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_change_of_content_is_detected_however_the_file_is_replaced() {
        let folder = std::env::temp_dir().join(format!("seen-{}", std::process::id()));
        for version in ["one", "two"] {
            fs::create_dir_all(folder.join(version)).unwrap();
            fs::write(folder.join(version).join("secret"), version).unwrap();
        }
        let (link, plain) = (folder.join("link"), folder.join("plain"));
        symlink("one", &link).unwrap();
        let mut hashes = FileHashes::default();
        let both = BTreeSet::from([link.join("secret"), plain.clone()]);
        assert!(!hashes.observe(both.clone()), "both are new");
        assert!(hashes.observe(both));
        assert!(!hashes.have_changed());
        // Kubernetes replaces the directory that a link points to.
        symlink("two", folder.join("next")).unwrap();
        fs::rename(folder.join("next"), &link).unwrap();
        assert!(hashes.have_changed());
        assert!(!hashes.update());
        assert!(hashes.update());
        for content in ["", "a", "b"] {
            fs::write(&plain, content).unwrap();
            assert!(hashes.have_changed(), "{content}");
            hashes.update();
            fs::write(&plain, content).unwrap();
            assert!(!hashes.have_changed(), "{content} again");
        }
        fs::write(&plain, "c").unwrap();
        assert!(hashes.observe([plain.clone()].into()));
        assert!(hashes.have_changed(), "what changed before it was followed anew");
        fs::remove_file(&plain).unwrap();
        assert!(hashes.have_changed());
        fs::remove_dir_all(&folder).unwrap();
    }
}
