//! What a server is, by what it answers: only MinIO and RustFS have MinIO's admin API, and each refuses in its own way.

/// Known after the connection is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ServerKind {
    /// MinIO, or a fork of it.
    Minio,
    /// RustFS: MinIO's admin API with errors in XML, and more of S3.
    RustFs,
    /// S3 alone.
    #[default]
    S3,
}

impl ServerKind {
    /// Users, groups, policies, access keys and quotas.
    pub(crate) fn has_admin_api(self) -> bool {
        match self {
            Self::Minio | Self::RustFs => true,
            Self::S3 => false,
        }
    }

    /// What the server says of a user, group, policy or access key that is not there; MinIO has a code for each.
    pub(crate) fn says_absent(self, code: &str, of_minio: &[&str]) -> bool {
        match self {
            Self::RustFs => code == "NoSuchResource",
            Self::Minio | Self::S3 => of_minio.contains(&code),
        }
    }
}
