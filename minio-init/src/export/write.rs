//! Writes the state of a server as entries of a spec, and notes what a spec cannot express.
//!
//! An entry that would allow more than it does on this server, because a part of it cannot be expressed, is left out
//! as a whole.

use std::collections::{BTreeMap, BTreeSet};

use init_core::Text;
use init_core::export::{Export, Node, secret_name};

use super::config::CONFIG;
use super::entry::violation;
use super::found::{Found, FoundSettings};
use super::{document, properties, tiers};
use crate::desired::document::Document;
use crate::desired::{Encryption, Expiry, Level, Section, Status, names};
use crate::observed::{
    ObservedAccessKey, ObservedAccounts, ObservedBucket, ObservedGroup, ObservedOwner, ObservedUser,
};
use crate::validate::is_built_in;

pub(super) fn export(found: &Found) -> Export {
    let mut export = Export { notes: found.notes.clone(), ..Export::default() };
    let server = &found.server;
    let own_ones = server.policies.iter().filter(|(name, _)| !is_built_in(name));
    let policies =
        own_ones.map(|(name, text)| (name.clone(), Node::map().with("document", document::node(text))));
    export.accepted("policies", policies.collect(), violation);
    let users = server.users.iter().filter_map(|entry| user(entry, found, &mut export)).collect();
    export.accepted("users", users, violation);
    let groups = server.groups.iter().map(|entry| group(entry, found, &mut export)).collect();
    export.accepted("groups", groups, violation);
    let ldap = ldap(found, &mut export);
    export.accepted("ldap", ldap, violation);
    let keys = server.keys.iter().filter_map(|entry| key(entry, found, &mut export)).collect();
    export.accepted("accessKeys", keys, violation);
    let tiers = server.tiers.iter().filter_map(|entry| tiers::tier(entry, &mut export)).collect();
    export.accepted("tiers", tiers, violation);
    let buckets = server.buckets.iter().map(|entry| bucket(entry, &mut export)).collect();
    export.accepted("buckets", buckets, violation);
    export.accepted(CONFIG, found.config.iter().map(section).collect(), violation);
    export
}

fn section((section, settings): (&Section, &FoundSettings)) -> (String, Node) {
    let label = section.to_string();
    let node = settings.iter().fold(Node::map(), |node, (key, value)| match value {
        Some(value) => node.with(key, value.as_str()),
        None => node.with(key, secret_value(&label, key)),
    });
    (label, node)
}

fn secret_value(section: &str, key: &str) -> Node {
    Node::Secret {
        name: secret_name(&section.replace(':', "-"), key),
        purpose: format!("the {key} of config.{section}"),
    }
}

fn bucket((name, existing): (&String, &ObservedBucket), export: &mut Export) -> (String, Node) {
    let word = Encryption::SseS3;
    if let Some(other) = existing.encryption.as_deref().filter(|algorithm| *algorithm != word.algorithm()) {
        export.note("buckets", name, format!("its encryption with {other}: a spec says {word} alone"));
    }
    let mut node = Node::map();
    for (property, value) in properties::of(name, existing) {
        let (value, problems) = accepted_part(name, property, value);
        for problem in problems {
            export.note("buckets", name, format!("its {property}: {problem}"));
        }
        node = value.into_iter().fold(node, |node, value| node.with(property, value));
    }
    (name.clone(), node)
}

/// The part of a bucket's property that a spec accepts, and the violations of the rest. Each item of a list is
/// checked by itself.
fn accepted_part(bucket: &str, property: &str, value: Node) -> (Option<Node>, Vec<String>) {
    let problem = |value: &Node| {
        let alone = Node::map().with(property, value.clone());
        // A bucket that is replicated has versioning.
        let whole = if property == "replication" { alone.with("versioning", "enabled") } else { alone };
        violation("buckets", bucket, &whole)
    };
    let Node::List(items) = value else {
        let problem = problem(&value);
        return (problem.is_none().then_some(value), problem.into_iter().collect());
    };
    let (mut accepted, mut problems) = (Vec::new(), Vec::new());
    for item in items {
        match problem(&Node::List(vec![item.clone()])) {
            None => accepted.push(item),
            Some(problem) => problems.push(problem),
        }
    }
    (Some(Node::List(accepted)).filter(|list| !list.is_empty()), problems)
}

fn secret_key(name: &str, of: &str) -> Node {
    Node::Secret {
        name: secret_name(name, "secret_key"),
        purpose: format!("the secret key of the {of} {name}"),
    }
}

/// The attached policies that a spec can name.
fn attached(
    (section, name): (&'static str, &str),
    policies: &BTreeSet<String>,
    found: &Found,
    export: &mut Export,
) -> Vec<String> {
    let is_there =
        |policy: &&String| found.server.policies.contains_key(*policy) && names::plain(policy).is_ok();
    for policy in policies.iter().filter(|policy| !is_there(policy)) {
        export.note(
            section,
            name,
            format!("its policy {policy}, which does not exist or has a name that a spec does not accept"),
        );
    }
    policies.iter().filter(is_there).cloned().collect()
}

fn disabled(status: Status) -> Option<&'static str> {
    (status == Status::Disabled).then(|| status.as_str())
}

fn user(
    (name, existing): (&Text, &ObservedUser),
    found: &Found,
    export: &mut Export,
) -> Option<(String, Node)> {
    let Text::Plain(key) = name else { return None };
    let label = found.labels.get(name).unwrap_or(key);
    if *name == found.own {
        export.note("users", label, "this user, which is the provisioning account");
        return None;
    }
    let node = Node::map()
        .with_some("accessKey", (label != key).then_some(key.as_str()))
        .with("secretKey", secret_key(label, "user"))
        .with_non_empty("policies", attached(("users", label), &existing.policies, found, export))
        .with_some("status", disabled(existing.status))
        .with_non_empty("access", levels(name, found));
    Some((label.clone(), node))
}

/// The levels of a user, where the server has no policies.
fn levels(user: &Text, found: &Found) -> Vec<Node> {
    let node = |(bucket, level): (&String, Level)| {
        Node::map().with("bucket", bucket.clone()).with("level", level.to_string())
    };
    let owned = |owners: &BTreeMap<String, ObservedOwner>| {
        let owned = owners.iter().filter(|(_, existing)| existing.owner == *user);
        let mut levels = found.levels.get(user).cloned().unwrap_or_default();
        levels.extend(owned.map(|(bucket, _)| (bucket.clone(), Level::Owner)));
        levels.iter().map(|(bucket, level)| node((bucket, *level))).collect()
    };
    match &found.server.accounts {
        ObservedAccounts::Owners(owners) => owned(owners),
        ObservedAccounts::AdminOps(ops) => owned(&ops.owners),
        ObservedAccounts::Keys(existing) => {
            let level = |(bucket, permissions)| Some(node((bucket, Level::of(permissions)?)));
            existing.access.get(user).into_iter().flatten().filter_map(level).collect()
        }
        ObservedAccounts::Policies | ObservedAccounts::Iam(_) => Vec::new(),
    }
}

fn group((name, existing): (&String, &ObservedGroup), found: &Found, export: &mut Export) -> (String, Node) {
    let mut members = Vec::new();
    for member in &existing.members {
        match member {
            member if *member == found.own => {
                export.note("groups", name, "its member that is the provisioning account");
            }
            Text::Plain(plain)
                if found.server.users.contains_key(member)
                    && names::access_key(plain).is_ok()
                    && names::plain(plain).is_ok() =>
            {
                members.push(plain.clone());
            }
            member => {
                let text = format!(
                    "its member {member}, who is no user of the server or has a name that a spec does not accept"
                );
                export.note("groups", name, text);
            }
        }
    }
    let policies = match existing.status {
        Status::Enabled => attached(("groups", name), &existing.policies, found, export),
        Status::Disabled => {
            export.note("groups", name, "its policies: of a disabled group no server shows them");
            Vec::new()
        }
    };
    let node = Node::map()
        .with_non_empty("members", members)
        .with_non_empty("policies", policies)
        .with_some("status", disabled(existing.status));
    (name.clone(), node)
}

/// The users and groups of LDAP with their policies, and the users that access keys belong to.
fn ldap(found: &Found, export: &mut Export) -> Vec<(String, Node)> {
    let ldap = &found.server.ldap;
    let mut sections = Vec::new();
    for (section, identities) in [("users", &ldap.users), ("groups", &ldap.groups)] {
        let mut node = Node::map();
        for (name, policies) in identities {
            let named = attached(("ldap", name), policies, found, export);
            // One with access keys alone is written for them.
            let has_keys = || found.server.keys.values().any(|key| key.parent == Text::Plain(name.clone()));
            if named.is_empty() && !(found.has_login_name(name) && has_keys()) {
                continue;
            }
            let identity = Node::map().with_non_empty("policies", named);
            match violation("ldap", section, &Node::map().with(name, identity.clone())) {
                None => node = node.with(name, identity),
                Some(problem) => export.note("ldap", name, format!("this entry: {problem}")),
            }
        }
        if !node.is_empty() {
            sections.push((section.to_owned(), node));
        }
    }
    sections
}

fn key(
    (name, existing): (&Text, &ObservedAccessKey),
    found: &Found,
    export: &mut Export,
) -> Option<(String, Node)> {
    let Text::Plain(label) = name else { return None };
    let user = match &existing.parent {
        parent if *name == found.own => {
            export.note(
                "accessKeys",
                label,
                format!("this access key of {parent}, which is the provisioning account"),
            );
            return None;
        }
        parent if *parent == found.own => None,
        Text::Plain(parent)
            if found.server.users.contains_key(&existing.parent) || found.has_login_name(parent) =>
        {
            Some(parent.clone())
        }
        parent => {
            let text = if matches!(parent, Text::Plain(name) if found.server.ldap.users.contains_key(name)) {
                format!("this access key of {parent}, whose login name the server does not say")
            } else {
                format!("this access key of {parent}, who is no user here: only {parent} can export it")
            };
            export.note("accessKeys", label, text);
            return None;
        }
    };
    let policy = existing.policy.as_ref().map(|text| named(text, &found.server.policies));
    if policy == Some(None) {
        let text =
            "this access key, whose policy is the text of no policy here: without it, it could do more";
        export.note("accessKeys", label, text);
        return None;
    }
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let node = Node::map()
        .with_some("user", user)
        .with("secretKey", secret_key(label, "access key"))
        .with_some("policy", policy.flatten().cloned())
        .with_some("name", text(&existing.name))
        .with_some("description", text(&existing.description))
        .with_some("status", disabled(existing.status))
        .with_some("expires", (existing.expires != Expiry::Never).then(|| existing.expires.to_string()));
    Some((label.clone(), node))
}

/// The name of the policy with this document.
fn named<'p>(text: &Document, policies: &'p BTreeMap<String, Document>) -> Option<&'p String> {
    policies
        .iter()
        .find(|(name, document)| *document == text && names::plain(name).is_ok())
        .map(|(name, _)| name)
}
