//! The kinds of servers. Only MinIO and RustFS have MinIO's admin API, and their error codes differ.

/// The kind of a server, known once connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ServerKind {
    /// MinIO, or a fork of it.
    Minio,
    /// RustFS: MinIO's admin API with errors in XML, and more of S3.
    RustFs,
    /// Any other S3 server.
    #[default]
    S3,
}

impl ServerKind {
    /// True when the server has users, groups, policies, access keys and quotas.
    pub(crate) fn has_admin_api(self) -> bool {
        match self {
            Self::Minio | Self::RustFs => true,
            Self::S3 => false,
        }
    }

    /// True when the code means that a user, group, policy or access key does not exist; MinIO has a code for each,
    /// which the caller gives.
    pub(crate) fn means_absent(self, code: &str, of_minio: &[&str]) -> bool {
        match self {
            Self::RustFs => code == "NoSuchResource",
            Self::Minio | Self::S3 => of_minio.contains(&code),
        }
    }
}
