//! The files that a pass depends on, known again by a hash of their content: a mount may be a link to a folder that is
//! exchanged, a file that is replaced, or one that is written over, with or without another time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use secrecy::zeroize::Zeroizing;

use crate::spec::specs;

const CHUNK: usize = 8 * 1024;

/// What was in each file when it was looked at last. The hashes are keyed at random, and tell nothing about a secret.
#[derive(Debug, Default)]
pub(super) struct Seen {
    key: RandomState,
    files: BTreeMap<PathBuf, u64>,
}

impl Seen {
    /// From now on these files count. One that is new is looked at now; of the others the last look stays. Whether none
    /// is new.
    pub(super) fn follow(&mut self, paths: BTreeSet<PathBuf>) -> bool {
        let before = std::mem::take(&mut self.files);
        let known = paths.iter().all(|path| before.contains_key(path));
        let seen = |path: PathBuf| {
            let hash = before.get(&path).copied().unwrap_or_else(|| self.hash(&path));
            (path, hash)
        };
        self.files = paths.into_iter().map(seen).collect();
        known
    }

    /// Looks at all of them. Whether each is as it was at the last look.
    pub(super) fn look(&mut self) -> bool {
        let before = std::mem::take(&mut self.files);
        let now = before.keys().map(|path| (path.clone(), self.hash(path))).collect();
        let same = before == now;
        self.files = now;
        same
    }

    /// Whether any differs from the last look.
    pub(super) fn differs(&self) -> bool {
        self.files.iter().any(|(path, seen)| self.hash(path) != *seen)
    }

    /// Of a file that cannot be read, why.
    fn hash(&self, path: &Path) -> u64 {
        match self.content(path) {
            Ok(hash) => hash,
            Err(error) => self.key.hash_one(error.kind()),
        }
    }

    fn content(&self, path: &Path) -> io::Result<u64> {
        let kind = fs::metadata(path)?;
        // A spec may be a directory, whose files are followed by themselves.
        if kind.is_dir() {
            return Ok(self.key.hash_one(specs(path)?));
        }
        // A pipe would block; the pass says what is wrong with it.
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
    fn a_file_is_known_by_its_content_however_it_is_replaced() {
        let folder = std::env::temp_dir().join(format!("seen-{}", std::process::id()));
        for version in ["one", "two"] {
            fs::create_dir_all(folder.join(version)).unwrap();
            fs::write(folder.join(version).join("secret"), version).unwrap();
        }
        let (link, plain) = (folder.join("link"), folder.join("plain"));
        symlink("one", &link).unwrap();
        let mut seen = Seen::default();
        let both = BTreeSet::from([link.join("secret"), plain.clone()]);
        assert!(!seen.follow(both.clone()), "both are new");
        assert!(seen.follow(both));
        assert!(!seen.differs());
        // Kubernetes exchanges the folder that a link leads to.
        symlink("two", folder.join("next")).unwrap();
        fs::rename(folder.join("next"), &link).unwrap();
        assert!(seen.differs());
        assert!(!seen.look());
        assert!(seen.look());
        for content in ["", "a", "b"] {
            fs::write(&plain, content).unwrap();
            assert!(seen.differs(), "{content}");
            seen.look();
            fs::write(&plain, content).unwrap();
            assert!(!seen.differs(), "{content} again");
        }
        fs::write(&plain, "c").unwrap();
        assert!(seen.follow([plain.clone()].into()));
        assert!(seen.differs(), "what changed before it was followed anew");
        fs::remove_file(&plain).unwrap();
        assert!(seen.differs());
        fs::remove_dir_all(&folder).unwrap();
    }
}
