//! The names of users and principals in a spec, each of which may come from a secret.

use init_core::{SpecPath, Text};

use super::{Desired, Resource};

/// The use of a name, which decides what it may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameUse {
    /// The name of a SCRAM user.
    ScramUser,
    /// The name of a user with a quota.
    QuotaUser,
    /// A principal. A value from a secret without TYPE: in front is the name of a user.
    Principal,
}

impl NameUse {
    /// The principal that a name which is written in the spec stands for.
    pub(crate) fn plain_principal(self, name: &str) -> String {
        match self {
            Self::ScramUser | Self::QuotaUser => format!("User:{name}"),
            Self::Principal => name.to_owned(),
        }
    }
}

impl Desired {
    /// All names of users and principals, some of them several times.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&Text, NameUse)> {
        let users = self.users.keys().chain(self.absent_users.keys()).map(|name| (name, NameUse::ScramUser));
        let with_quotas = self.quotas.keys().filter_map(|entity| entity.0.get("user")?.as_ref());
        let acls = || self.acls.iter().chain(&self.absent_acls);
        let owners = acls().filter(|acl| acl.resource == Resource::User).map(|acl| &acl.name);
        let principals =
            acls().map(|acl| &acl.principal).chain(owners).map(|name| (name, NameUse::Principal));
        users.chain(with_quotas.map(|name| (name, NameUse::QuotaUser))).chain(principals)
    }

    /// The place of a user in the spec: its label, or else its name.
    pub(crate) fn user_path(&self, name: &Text) -> SpecPath {
        let users = SpecPath::root().key("users");
        self.user_labels.get(name).map_or_else(|| users.key(&name.to_string()), |label| users.key(label))
    }
}
