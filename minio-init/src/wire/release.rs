//! Releases of MinIO, which are ordered by their time.

use tokio::sync::OnceCell;

/// The form of a release's time, with a `0` for each digit.
const FORM: &str = "0000-00-00T00-00-00Z";

/// A release of MinIO, by its time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Release(String);

/// The oldest release among the servers of a MinIO, once it has been asked for; `None` where they do not say it.
pub(crate) type OldestRelease = OnceCell<Option<Release>>;

impl Release {
    /// Reads the name of a release, or the version that a server says: `RELEASE.2023-05-18T00-05-36Z`, or
    /// `2023-05-18T00:05:36Z`. A build without a release has another version.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let time = text.strip_prefix("RELEASE.").unwrap_or(text).get(..FORM.len())?.replace(':', "-");
        let same = |(byte, form): (u8, u8)| if form == b'0' { byte.is_ascii_digit() } else { byte == form };
        time.bytes().zip(FORM.bytes()).all(same).then_some(Self(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_read_in_both_forms_and_ordered_by_its_time() {
        let named = Release::read("RELEASE.2023-05-18T00-05-36Z");
        assert_eq!(named, Release::read("2023-05-18T00:05:36Z"));
        assert_eq!(named, Release::read("2023-05-18T00:05:36Z.hotfix.1a2b3c4"));
        assert!(Release::read("2022-10-29T06:21:33Z") < named && named.is_some());
    }

    #[test]
    fn a_build_without_a_release_has_none() {
        for text in [
            "",
            "DEVELOPMENT.GOGET",
            "DEVELOPMENT.2023-05-18T00-05-36Z",
            "1.0.1",
            "2023-05-18",
            "2023-05-18T00-05-3éZ",
        ] {
            assert_eq!(Release::read(text), None, "{text}");
        }
    }
}
