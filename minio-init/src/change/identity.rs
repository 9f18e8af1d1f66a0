//! Changes of policies, users, groups and access keys.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};

use init_core::diff::Drift;
use init_core::{Effect, Properties, SecretRef, Subject, Text};

use super::grantee::Grantee;
use super::text::{list, property};
use crate::desired::document::Document;
use crate::desired::{Expiry, Status};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum IdentityChange {
    CreatePolicy {
        policy: String,
        document: Document,
    },
    AlterPolicy {
        policy: String,
        document: Drift<Document>,
    },
    CreateUser {
        user: Text,
        status: Status,
        secret: SecretRef,
        /// True when the user is created enabled with a random secret key, because something has to be attached to it
        /// before it is disabled.
        temporarily_enabled: bool,
    },
    /// Enables a disabled user with a random secret key, because a server attaches nothing to a disabled user.
    EnableUserTemporarily {
        user: Text,
    },
    AlterUser {
        user: Text,
        rotate_secret: bool,
        status: Option<Drift<Status>>,
        secret: SecretRef,
    },
    CreateGroup {
        group: String,
        members: BTreeSet<Text>,
    },
    AddMembers {
        group: String,
        members: BTreeSet<Text>,
    },
    AlterGroup {
        group: String,
        status: Drift<Status>,
    },
    AttachPolicies {
        to: Grantee,
        policies: BTreeSet<String>,
    },
    /// Writes a policy that is a part of a user (inline policy).
    SetUserPolicy {
        user: Text,
        policy: String,
        document: Drift<Document>,
    },
    CreateAccessKey(NewAccessKey),
    AlterAccessKey(AccessKeyDrift),
    DetachPolicies {
        of: Grantee,
        policies: BTreeSet<String>,
    },
    RemoveMembers {
        group: String,
        members: BTreeSet<Text>,
    },
    RemoveAccessKey {
        access_key: Text,
    },
    RemoveUser {
        user: Text,
    },
    DisableUser {
        user: Text,
        secret: SecretRef,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewAccessKey {
    pub(crate) access_key: Text,
    pub(crate) user: Text,
    pub(crate) policy: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) status: Option<Status>,
    pub(crate) expires: Option<Expiry>,
    pub(crate) secret: SecretRef,
    /// The document of `policy`.
    pub(crate) document: Option<Document>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessKeyDrift {
    pub(crate) access_key: Text,
    pub(crate) rotate_secret: bool,
    pub(crate) policy: Option<Drift<Document>>,
    pub(crate) name: Option<Drift<String>>,
    pub(crate) description: Option<Drift<String>>,
    pub(crate) status: Option<Drift<Status>>,
    pub(crate) expires: Option<Drift<Expiry>>,
    pub(crate) secret: SecretRef,
    /// The restricting policy. It is sent with every update, because an update without it would remove the
    /// restriction.
    pub(crate) document: Option<Document>,
}

impl IdentityChange {
    pub(super) fn op(&self) -> &'static str {
        match self {
            Self::CreatePolicy { .. } => "create_policy",
            Self::AlterPolicy { .. } => "alter_policy",
            Self::CreateUser { .. } => "create_user",
            Self::EnableUserTemporarily { .. } => "enable_user_temporarily",
            Self::AlterUser { .. } => "alter_user",
            Self::CreateGroup { .. } => "create_group",
            Self::AddMembers { .. } => "add_members",
            Self::AlterGroup { .. } => "alter_group",
            Self::AttachPolicies { .. } => "attach_policies",
            Self::SetUserPolicy { .. } => "set_user_policy",
            Self::CreateAccessKey(_) => "create_access_key",
            Self::AlterAccessKey(_) => "alter_access_key",
            Self::DetachPolicies { .. } => "detach_policies",
            Self::RemoveMembers { .. } => "remove_members",
            Self::RemoveAccessKey { .. } => "remove_access_key",
            Self::RemoveUser { .. } => "remove_user",
            Self::DisableUser { .. } => "disable_user",
        }
    }

    pub(super) fn effect(&self) -> Effect {
        match self {
            Self::CreatePolicy { .. }
            | Self::CreateUser { .. }
            | Self::CreateGroup { .. }
            | Self::CreateAccessKey(_) => Effect::Add,
            Self::AlterPolicy { .. }
            | Self::EnableUserTemporarily { .. }
            | Self::AlterUser { .. }
            | Self::AddMembers { .. }
            | Self::AlterGroup { .. }
            | Self::AttachPolicies { .. }
            | Self::SetUserPolicy { .. }
            | Self::AlterAccessKey(_)
            | Self::DisableUser { .. } => Effect::Alter,
            Self::DetachPolicies { .. }
            | Self::RemoveMembers { .. }
            | Self::RemoveAccessKey { .. }
            | Self::RemoveUser { .. } => Effect::Remove,
        }
    }

    pub(super) fn subject(&self) -> Subject {
        match self {
            Self::CreatePolicy { policy, .. } | Self::AlterPolicy { policy, .. } => {
                Subject::new("policy", policy)
            }
            Self::CreateUser { user, .. }
            | Self::EnableUserTemporarily { user }
            | Self::AlterUser { user, .. }
            | Self::SetUserPolicy { user, .. }
            | Self::DisableUser { user, .. }
            | Self::RemoveUser { user } => Subject::new("user", user),
            Self::AttachPolicies { to: grantee, .. } | Self::DetachPolicies { of: grantee, .. } => {
                grantee.subject()
            }
            Self::CreateGroup { group, .. }
            | Self::AddMembers { group, .. }
            | Self::AlterGroup { group, .. }
            | Self::RemoveMembers { group, .. } => Subject::new("group", group),
            Self::CreateAccessKey(NewAccessKey { access_key, .. })
            | Self::AlterAccessKey(AccessKeyDrift { access_key, .. })
            | Self::RemoveAccessKey { access_key } => Subject::new("access_key", access_key),
        }
    }

    /// The properties. The status of an account is `account_status`, because `status` is a key of every change in a
    /// report.
    pub(super) fn properties(&self) -> Properties {
        let none = Properties::none();
        match self {
            Self::CreatePolicy { document, .. } => none.to("document", document),
            Self::AlterPolicy { document, .. } => none.drift("document", document),
            Self::CreateUser { status, .. } => none.to("account_status", status),
            Self::EnableUserTemporarily { .. } => none.to("account_status", Status::Enabled),
            Self::AlterUser { rotate_secret, status, .. } => {
                none.to_some("rotate_secret", set(*rotate_secret)).drifts("account_status", status.as_ref())
            }
            Self::CreateGroup { members, .. } | Self::AddMembers { members, .. } => {
                none.to("members", members)
            }
            Self::AlterGroup { status, .. } => none.drift("account_status", status),
            Self::AttachPolicies { policies, .. } => none.to("policies", policies),
            Self::SetUserPolicy { policy, document, .. } => {
                none.to("policy", policy).drift("document", document)
            }
            Self::CreateAccessKey(key) => none
                .to("user", &key.user)
                .to_some("policy", key.policy.as_ref())
                .to_some("display_name", key.name.as_ref())
                .to_some("description", key.description.as_ref())
                .to_some("account_status", key.status)
                .to_some("expires", key.expires),
            Self::AlterAccessKey(key) => none
                .to_some("rotate_secret", set(key.rotate_secret))
                .drifts("policy", key.policy.as_ref())
                .drifts("display_name", key.name.as_ref())
                .drifts("description", key.description.as_ref())
                .drifts("account_status", key.status.as_ref())
                .drifts("expires", key.expires.as_ref()),
            Self::DetachPolicies { policies, .. } => none.without("policies", policies),
            Self::RemoveMembers { members, .. } => none.without("members", members),
            Self::RemoveAccessKey { .. } | Self::RemoveUser { .. } => none,
            Self::DisableUser { .. } => none.to("account_status", Status::Disabled),
        }
    }
}

/// A flag that is reported only when it is true.
fn set(flag: bool) -> Option<bool> {
    flag.then_some(true)
}

impl Display for IdentityChange {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreatePolicy { policy, document } => write!(f, "create policy {policy}: {document}"),
            Self::AlterPolicy { policy, document } => write!(f, "alter policy {policy}: {document}"),
            Self::CreateUser { user, status, .. } => write!(f, "create user {user}: {status}"),
            Self::EnableUserTemporarily { user } => {
                write!(f, "enable user {user} with a random secret key while it is changed")
            }
            Self::AlterUser { user, rotate_secret, status, .. } => {
                let status = property("status", status.as_ref());
                write!(f, "alter user {user}:{}{status}", secret(*rotate_secret))
            }
            Self::CreateGroup { group, members } => write!(f, "create group {group}: {}", list(members)),
            Self::AddMembers { group, members } => {
                write!(f, "add members to group {group}: {}", list(members))
            }
            Self::AlterGroup { group, status } => write!(f, "alter group {group}: status {status}"),
            Self::AttachPolicies { to, policies } => write!(f, "attach policies to {to}: {}", list(policies)),
            Self::SetUserPolicy { user, policy, document } => {
                write!(f, "set policy {policy} of user {user}: {document}")
            }
            Self::CreateAccessKey(key) => key.fmt(f),
            Self::AlterAccessKey(key) => key.fmt(f),
            Self::DetachPolicies { of, policies } => write!(f, "detach policies of {of}: {}", list(policies)),
            Self::RemoveMembers { group, members } => {
                write!(f, "remove members of group {group}: {}", list(members))
            }
            Self::RemoveAccessKey { access_key } => write!(f, "remove access key {access_key}"),
            Self::RemoveUser { user } => write!(f, "remove user {user} and its access keys"),
            Self::DisableUser { user, .. } => write!(f, "disable user {user}, with its own secret key"),
        }
    }
}

impl Display for NewAccessKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "create access key {} of {}", self.access_key, self.user)?;
        if let Some(policy) = &self.policy {
            write!(f, " with the policy {policy}")?;
        }
        self.status.iter().try_for_each(|status| write!(f, ", {status}"))?;
        self.expires.iter().try_for_each(|expires| write!(f, ", until {expires}"))
    }
}

impl Display for AccessKeyDrift {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "alter access key {}:{}", self.access_key, secret(self.rotate_secret))?;
        f.write_str(&property("name", self.name.as_ref()))?;
        f.write_str(&property("description", self.description.as_ref()))?;
        f.write_str(&property("status", self.status.as_ref()))?;
        f.write_str(&property("expires", self.expires.as_ref()))?;
        f.write_str(&property("policy", self.policy.as_ref()))
    }
}

fn secret(rotated: bool) -> &'static str {
    if rotated { " secret key replaced" } else { "" }
}
