//! The kinds of servers, and what the rest of the tool has to know about each.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;

/// The kind of a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ServerKind {
    /// MinIO, or a fork of it.
    Minio,
    /// RustFS, which has MinIO's admin API with errors in XML, and more of S3.
    RustFs,
    /// Garage: buckets, and by its admin API keys and quotas.
    Garage,
    /// SeaweedFS: buckets, and by its IAM API users, groups, policies and access keys.
    SeaweedFs,
    /// Versity's S3 gateway: buckets, and users that own them.
    VersityGw,
    /// The gateway of Ceph (RGW): buckets with quotas, and users that own them.
    Ceph,
    /// Any other S3 server: buckets.
    #[default]
    S3,
}

/// The accounts of a server, as far as a spec can declare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accounts {
    /// Users, groups, policies and access keys, and quotas of buckets, by MinIO's admin API.
    Policies,
    /// Users, each of which owns some buckets, by the admin API of Versity's gateway.
    Owners,
    /// Users with keys, each of which owns some buckets, and quotas, by the admin ops API of Ceph's gateway.
    AdminOps,
    /// Keys with permissions on buckets, and quotas, by the admin API of Garage, where the spec has that.
    Keys,
    /// Users, groups, policies and access keys, by the IAM API of SeaweedFS.
    Iam,
    /// None.
    None,
}

/// The differences between the kinds.
struct Properties {
    name: &'static str,
    accounts: Accounts,
    /// The one code for any missing user, group, policy or access key; `None` where each has a code of its own.
    absent: Option<&'static str>,
    /// The name of the admin API in messages.
    admin_api: &'static str,
    /// True when a bucket policy also applies to signed requests.
    bucket_policies_bind_accounts: bool,
    /// The remedy for a spec with accounts where the server has no admin API for them.
    remedy: &'static str,
}

/// A server with buckets alone.
const PLAIN: Properties = Properties {
    name: "s3",
    accounts: Accounts::None,
    absent: None,
    admin_api: "MinIO admin API",
    bucket_policies_bind_accounts: true,
    remedy: "point `endpoint` at MinIO, or leave these sections out for a plain S3 server",
};

impl ServerKind {
    fn properties(self) -> Properties {
        let plain = |name, remedy| Properties { name, remedy, ..PLAIN };
        let accounts = Accounts::Policies;
        match self {
            Self::Minio => {
                Properties { name: "minio", accounts, bucket_policies_bind_accounts: false, ..PLAIN }
            }
            Self::RustFs => Properties { name: "rustfs", accounts, absent: Some("NoSuchResource"), ..PLAIN },
            Self::Garage => plain(
                "garage",
                "write `garage.adminEndpoint` and `garage.adminToken` for users and quotas, and leave everything else of accounts out",
            ),
            Self::SeaweedFs => Properties {
                name: "seaweedfs",
                accounts: Accounts::Iam,
                admin_api: "IAM API",
                remedy: "start SeaweedFS with its IAM API (-s3.iam, the default), or leave users, groups, policies and access keys out",
                ..PLAIN
            },
            Self::VersityGw => Properties {
                name: "versitygw",
                accounts: Accounts::Owners,
                admin_api: "admin API of Versity's gateway",
                remedy: "leave quotas out; for users, start the gateway without --admin-port, so that its admin API is at `endpoint`",
                ..PLAIN
            },
            Self::Ceph => Properties {
                name: "ceph",
                accounts: Accounts::AdminOps,
                admin_api: "admin ops API of Ceph's gateway",
                remedy: "switch the API on (`admin` in `rgw_enable_apis`), or leave users and quotas out",
                ..PLAIN
            },
            Self::S3 => PLAIN,
        }
    }

    pub(crate) fn accounts(self) -> Accounts {
        self.properties().accounts
    }

    /// True when the server has MinIO's admin API.
    pub(crate) fn has_admin_api(self) -> bool {
        self.accounts() == Accounts::Policies
    }

    /// True when the code means that a user, group, policy or access key does not exist; MinIO has a code for each,
    /// which the caller gives.
    pub(crate) fn means_absent(self, code: &str, of_minio: &[&str]) -> bool {
        match self.properties().absent {
            Some(absent) => code == absent,
            None => of_minio.contains(&code),
        }
    }

    pub(crate) fn bucket_policies_bind_accounts(self) -> bool {
        self.properties().bucket_policies_bind_accounts
    }

    pub(crate) fn admin_api(self) -> &'static str {
        self.properties().admin_api
    }

    pub(crate) fn remedy(self) -> &'static str {
        self.properties().remedy
    }

    /// The kind as which a server of this kind is recognised: those without an admin API that is known here are alike.
    pub(crate) fn recognised_as(self) -> Self {
        match self.accounts() {
            Accounts::Policies | Accounts::Owners | Accounts::AdminOps | Accounts::Keys | Accounts::Iam => {
                self
            }
            Accounts::None => Self::S3,
        }
    }
}

impl fmt::Display for ServerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.properties().name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_shown_by_its_word_in_a_spec() {
        for word in ["minio", "rustfs", "garage", "seaweedfs", "versitygw", "ceph", "s3"] {
            let kind: ServerKind = serde_json::from_value(word.into()).unwrap();
            assert_eq!(kind.to_string(), word);
        }
    }
}
