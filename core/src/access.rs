//! Explains why a file of the user cannot be read, with the remedy.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The problem of a directory in the place of a file. Docker creates one for a bind mount whose source does not exist.
pub(crate) const DIRECTORY: &str =
    "it is a directory, which Docker makes where the source of a mount does not exist";

/// The remedy for a directory in the place of a file.
pub(crate) const REPLACE_DIRECTORY: &str =
    "remove the directory on the host, put the file in its place, and create the container anew";

/// The remedy for a file of another owner, by what has mounted it. 65532 is the user of the images.
pub(crate) const GIVE_ACCESS: &str = "a file that Compose mounts keeps its owner and mode on the host: run the service as the owner with \
     `user: \"${UID}:${GID}\"`, or give the file mode 0640 and its group in `group_add`, or keep it \
     0644 in a directory of mode 0700; a secret of Podman: `--secret NAME,uid=65532,mode=0400`; of Kubernetes: \
     `fsGroup: 65532` of the pod with `defaultMode: 0440` of the volume";

/// The owner and mode of a file, and the user and groups of this process.
#[derive(Debug)]
pub(crate) struct Ownership {
    file: Option<(u32, u32, u32)>,
    uid: u32,
    groups: Vec<u32>,
}

impl Ownership {
    pub(crate) fn of(path: &Path) -> Self {
        let file = fs::metadata(path).ok().map(|meta| (meta.uid(), meta.gid(), meta.mode() & 0o7777));
        let mut groups: BTreeSet<u32> =
            rustix::process::getgroups().unwrap_or_default().iter().map(|group| group.as_raw()).collect();
        groups.insert(rustix::process::getegid().as_raw());
        Self { file, uid: rustix::process::geteuid().as_raw(), groups: groups.into_iter().collect() }
    }
}

impl fmt::Display for Ownership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((uid, gid, mode)) = self.file {
            write!(f, "permission denied: it belongs to {uid}:{gid} with mode {mode:04o}")?;
        } else {
            f.write_str("permission denied on the way to it")?;
        }
        write!(f, ", and this process is uid {} in groups {:?}", self.uid, self.groups)
    }
}

/// Adds the file's owner and mode, or that it is a directory, to the error. The kind of the error stays the same.
pub(crate) fn explain(path: &Path, error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::PermissionDenied => io::Error::new(error.kind(), Ownership::of(path).to_string()),
        ErrorKind::IsADirectory => io::Error::new(error.kind(), DIRECTORY),
        _ => error,
    }
}

/// The remedy for the error, if there is a specific one.
pub(crate) fn remedy(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        ErrorKind::PermissionDenied => Some(GIVE_ACCESS),
        ErrorKind::IsADirectory => Some(REPLACE_DIRECTORY),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_denied_read_names_the_files_owner_and_mode_and_the_process() {
        let path = std::env::temp_dir().join(format!("access-{}", std::process::id()));
        fs::write(&path, "x").unwrap();
        let owner = fs::metadata(&path).unwrap();
        let explained = explain(&path, ErrorKind::PermissionDenied.into());
        fs::remove_file(&path).unwrap();
        let text = explained.to_string();
        let belongs = format!("it belongs to {}:{} with mode 0", owner.uid(), owner.gid());
        assert!(text.contains(&belongs) && text.contains("this process is uid "), "{text}");
        assert_eq!(remedy(&explained), Some(GIVE_ACCESS));
        let gone = explain(&path, ErrorKind::PermissionDenied.into()).to_string();
        assert!(gone.starts_with("permission denied on the way to it"), "{gone}");
    }

    #[test]
    fn a_directory_in_the_place_of_a_file_is_explained_by_docker() {
        let path = std::env::temp_dir();
        let read = fs::File::open(&path).and_then(|mut file| file.read_to_end(&mut Vec::new()));
        let explained = explain(&path, read.unwrap_err());
        assert_eq!(
            (explained.to_string().as_str(), remedy(&explained)),
            (DIRECTORY, Some(REPLACE_DIRECTORY))
        );
        let other = explain(&path, ErrorKind::NotFound.into());
        assert_eq!((other.kind(), remedy(&other)), (ErrorKind::NotFound, None));
    }
}
