//! A change as one line that begins with a verb.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};

use init_core::diff::Drift;

use super::{Change, Grantee, Routed, Shown};
use crate::desired::{Action, Cors, Route, Rule, Status};

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreatePolicy { policy, document } => write!(f, "create policy {policy}: {document}"),
            Self::AlterPolicy { policy, document } => write!(f, "alter policy {policy}: {document}"),
            Self::CreateUser { user, status, .. } => write!(f, "create user {user}: {status}"),
            Self::HoldUser { user } => {
                write!(f, "hold user {user} with an unknown secret while it is changed")
            }
            Self::AlterUser { user, rotate_secret, status, .. } => {
                write!(
                    f,
                    "alter user {user}:{}{}",
                    secret(*rotate_secret),
                    property("status", status.as_ref())
                )
            }
            Self::CreateGroup { group, members } => write!(f, "create group {group}: {}", list(members)),
            Self::AddMembers { group, members } => {
                write!(f, "add members to group {group}: {}", list(members))
            }
            Self::AlterGroup { group, status } => write!(f, "alter group {group}: status {status}"),
            Self::AttachPolicies { to, policies } => write!(f, "attach policies to {to}: {}", list(policies)),
            Self::DisableUser { user, .. } => write!(f, "disable user {user}, with its own secret"),
            Self::CreateAccessKey { .. } | Self::AlterAccessKey { .. } => self.access_key(f),
            bucket => bucket.bucket(f),
        }
    }
}

impl Change {
    fn access_key(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateAccessKey { access_key, user, policy, status, .. } => {
                write!(f, "create access key {access_key} of {user}")?;
                if let Some(policy) = policy {
                    write!(f, " with the policy {policy}")?;
                }
                status.iter().try_for_each(|status| write!(f, ", {status}"))
            }
            Self::AlterAccessKey { access_key, rotate_secret, policy, name, description, status, .. } => {
                let texts = [property("name", name.as_ref()), property("description", description.as_ref())];
                let status = property("status", status.as_ref());
                let policy = property("policy", policy.as_ref());
                let secret = secret(*rotate_secret);
                write!(f, "alter access key {access_key}:{secret}{}{status}{policy}", texts.concat())
            }
            _ => Ok(()),
        }
    }

    fn bucket(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateBucket { bucket, object_lock } => {
                write!(f, "create bucket {bucket}{}", if *object_lock { " with object lock" } else { "" })
            }
            Self::SetVersioning { bucket, versioning } => {
                write!(f, "set versioning of {bucket}: {versioning}")
            }
            Self::SetObjectLock { bucket, lock } => write!(f, "set object lock of {bucket}: {lock}"),
            Self::SetEncryption { bucket, names, .. } => write!(f, "set encryption of {bucket}: {names}"),
            Self::SetQuota { bucket, quota } => write!(f, "set quota of {bucket}: {quota}"),
            Self::SetTags { bucket, tags, .. } => write!(f, "set tags of {bucket}:{}", by_name(tags)),
            Self::SetLifecycle { bucket, rules, .. } => {
                write!(f, "set lifecycle of {bucket}:{}", by_name(rules))
            }
            Self::SetBucketPolicy { bucket, access, .. } => {
                write!(f, "set bucket policy of {bucket}: {access}")
            }
            Self::SetNotifications { bucket, routes, .. } => {
                write!(f, "set notifications of {bucket}:")?;
                routes.iter().try_for_each(|route| write!(f, " {route}"))
            }
            Self::SetCors { bucket, rules } => {
                let shown =
                    |rules: &[Cors]| rules.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
                let from = rules.from.as_deref().map_or_else(|| "unset".to_owned(), shown);
                write!(f, "set cors of {bucket}: {from} -> {}", shown(&rules.to))
            }
            _ => Ok(()),
        }
    }
}

fn secret(rotated: bool) -> &'static str {
    if rotated { " secret replaced" } else { "" }
}

fn property<T: Display>(name: &str, drift: Option<&Drift<T>>) -> String {
    drift.map(|drift| format!(" {name} {drift}")).unwrap_or_default()
}

fn by_name<T: Display>(drifts: &BTreeMap<String, Drift<T>>) -> String {
    drifts.iter().map(|(name, drift)| format!(" {name} {drift}")).collect::<Vec<_>>().join(",")
}

fn list<T: Display>(items: &BTreeSet<T>) -> String {
    if items.is_empty() {
        return "none".to_owned();
    }
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Display for Grantee {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "user {user}"),
            Self::Group(group) => write!(f, "group {group}"),
        }
    }
}

impl Display for Shown {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => word.fmt(f),
            Self::Document(document) => document.fmt(f),
        }
    }
}

impl Display for Routed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let from = self.events.from.as_ref().map_or_else(|| "unset".to_owned(), list);
        write!(f, "{} {from} -> {}", self.route, list(&self.events.to))
    }
}

impl Display for Route {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.target)?;
        if !self.prefix.is_empty() || !self.suffix.is_empty() {
            write!(f, " ({}*{})", self.prefix, self.suffix)?;
        }
        Ok(())
    }
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        if self.status == Some(Status::Disabled) {
            f.write_str("disabled, ")?;
        }
        if !self.prefix.is_empty() {
            write!(f, "prefix {}, ", self.prefix)?;
        }
        for (key, value) in &self.tags {
            write!(f, "tag {key}={value}, ")?;
        }
        let actions: Vec<_> = self.actions.iter().map(|(action, number)| action.with(*number)).collect();
        write!(f, "{})", actions.join(", "))
    }
}

impl Action {
    fn with(self, number: u32) -> String {
        match self {
            Self::ExpireDays => format!("expire after {number} days"),
            Self::ExpireDeleteMarkers => "expire delete markers".to_owned(),
            Self::ExpireNoncurrentDays => format!("expire noncurrent after {number} days"),
            Self::KeepNoncurrentVersions => format!("keep {number} noncurrent versions"),
            Self::AbortIncompleteUploadDays => format!("abort uploads after {number} days"),
        }
    }
}

impl Display for Cors {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} from {}", list(&self.methods), list(&self.origins))
    }
}
