//! The user or group that policies are attached to.

use std::fmt::{self, Display, Formatter};

use init_core::{Subject, Text};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grantee {
    User(Text),
    Group(String),
    /// A user of the LDAP directory, by login name or distinguished name.
    LdapUser(String),
    /// A group of the LDAP directory, by distinguished name.
    LdapGroup(String),
}

impl Grantee {
    pub(super) fn subject(&self) -> Subject {
        match self {
            Self::User(user) => Subject::new("user", user),
            Self::Group(group) => Subject::new("group", group),
            Self::LdapUser(user) => Subject::new("ldap_user", user),
            Self::LdapGroup(group) => Subject::new("ldap_group", group),
        }
    }
}

impl Display for Grantee {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "user {user}"),
            Self::Group(group) => write!(f, "group {group}"),
            Self::LdapUser(user) => write!(f, "LDAP user {user}"),
            Self::LdapGroup(group) => write!(f, "LDAP group {group}"),
        }
    }
}
