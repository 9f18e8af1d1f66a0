//! Checks that the provisioning account keeps the permissions that the next run needs; otherwise the plan is a
//! conflict.
//!
//! Two kinds of ACLs take permissions away: a `deny` that applies to the account, and, with
//! `allow.everyone.if.no.acl.found=true`, the first ACL on a resource, whichever principal it is for. Both are
//! created last, and one that would lock the account out is a conflict.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Conflict, SpecPath};

use crate::change::{Change, DeleteAcl, RestrictiveAcl};
use crate::desired::{Binding, ConfigResource, Desired, Operation, Permission, Resource, Topic};
use crate::observed::{Account, Observed};

const CLUSTER: &str = "kafka-cluster";

/// The decision of the authorizer about one operation, by the ACLs alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Authorization {
    Allowed,
    Denied,
    /// The resource has ACLs, but none of them applies to the operation.
    NoMatchingAcl,
    /// The resource has no ACL at all.
    NoAcl,
}

/// Creates the missing ACLs. Those that may take access away are changes of another kind, which come last.
pub(super) fn create<'d>(desired: &'d Desired, observed: &'d Observed) -> impl Iterator<Item = Change> + 'd {
    let account = observed.account.as_ref();
    let first_acl_may_restrict =
        account.is_some_and(|account| account.may_allow_everyone && !is_super_user(account));
    let own_principal = observed.principal.clone();
    let create = move |binding: &Binding| {
        if first_acl_may_restrict || binding.permission == Permission::Deny {
            let is_for_other_principal = own_principal.as_ref().is_none_or(|own| own.0 != binding.principal);
            Change::CreateRestrictiveAcl(RestrictiveAcl { is_for_other_principal, binding: binding.clone() })
        } else {
            Change::CreateAcl(binding.clone())
        }
    };
    desired.acls.difference(&observed.acls).map(create)
}

/// Deletes the ACLs that the spec declares absent, as far as they exist.
pub(super) fn delete<'d>(desired: &'d Desired, observed: &'d Observed) -> impl Iterator<Item = Change> + 'd {
    let to_delete = desired.absent_acls.intersection(&observed.acls);
    to_delete.map(|binding| Change::DeleteAcl(DeleteAcl(binding.clone())))
}

/// The conflicts about ACLs and passwords after which the next run could not log in or could not do its work.
pub(super) fn conflicts(desired: &Desired, observed: &Observed) -> Vec<Conflict> {
    let lost = observed
        .account
        .as_ref()
        .map(|account| lost_operations(desired, observed, account))
        .unwrap_or_default();
    let account_name = desired.sasl.as_ref().map_or_else(
        || "the provisioning account".to_owned(),
        |sasl| format!("the provisioning account (`{}`)", sasl.account()),
    );
    let lockouts = lost.into_iter().map(|((cause, resource), operations)| {
        let (names, operations): (BTreeSet<_>, BTreeSet<_>) = operations.into_iter().unzip();
        let operations = operations.iter().map(|operation| operation.name()).collect::<Vec<_>>().join(", ");
        let on = match resource {
            Resource::Cluster => "the cluster".to_owned(),
            _ => format!("topic {}", names.into_iter().collect::<Vec<_>>().join(", ")),
        };
        let problem = match cause {
            Cause::Deny => format!(
                "a `deny` takes {operations} on {on} from {account_name}, which the next run needs: leave that account out of it"
            ),
            Cause::FirstAcl => format!(
                "the first ACL on {on} takes {operations} from {account_name}, which has it only while there is none \
                 (allow.everyone.if.no.acl.found), and the next run needs it: declare an `allow` for that account too"
            ),
            Cause::DeletedAcl => format!(
                "`state: absent` takes {operations} on {on} from {account_name}, which the next run needs: leave that account's \
                 own ACLs as they are"
            ),
        };
        Conflict::new(SpecPath::root().key("acls"), problem)
    });
    lockouts
        .chain(own_password_changed(desired, observed))
        .chain(own_credential_deleted(desired, observed))
        .collect()
}

/// The reason why the account loses an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// An ACL that allows it is deleted.
    DeletedAcl,
    /// The first ACL is created on a resource that was open to everyone without one.
    FirstAcl,
    /// An ACL denies it.
    Deny,
}

/// The operations that the account loses, with the resource names, by cause and resource type.
type LostOperations<'d> = BTreeMap<(Cause, Resource), BTreeSet<(&'d str, Operation)>>;

fn lost_operations<'d>(desired: &'d Desired, observed: &Observed, account: &Account) -> LostOperations<'d> {
    let missing: Vec<&Binding> = desired.acls.difference(&observed.acls).collect();
    let candidates: BTreeSet<&str> = match &account.principal {
        Some(principal) => [principal.0.as_str()].into(),
        // With a client certificate, whose name the broker may map to any principal, the principal that keeps most is
        // assumed.
        None => {
            account.acls.iter().chain(missing.iter().copied()).map(|acl| acl.principal.as_str()).collect()
        }
    };
    let of = |principal: &&str| lost_operations_of(desired, observed, account, &missing, principal);
    candidates.iter().map(of).min_by_key(BTreeMap::len).unwrap_or_default()
}

fn lost_operations_of<'d>(
    desired: &'d Desired,
    observed: &Observed,
    account: &Account,
    missing: &[&Binding],
    principal: &str,
) -> LostOperations<'d> {
    let mut lost = LostOperations::new();
    for (resource, name, operation) in required_operations(desired) {
        if !is_allowed_now(observed, account, resource, name, operation) {
            continue;
        }
        let existing = account.acls.iter().map(|acl| (acl, false));
        let kept = existing.clone().filter(|(acl, _)| !desired.absent_acls.contains(*acl));
        let with = kept.chain(missing.iter().map(|acl| (*acl, true)));
        let before = authorize(existing, principal, resource, name, operation);
        let after = authorize(with, principal, resource, name, operation);
        // An account that may do what no ACL allows is a super user, which no ACL restricts.
        let without_acl = before == Authorization::NoAcl && account.may_allow_everyone;
        let by_acl = before == Authorization::Allowed;
        let cause = match after {
            Authorization::Denied => (without_acl || by_acl).then_some(Cause::Deny),
            Authorization::NoMatchingAcl if without_acl => Some(Cause::FirstAcl),
            Authorization::NoMatchingAcl => by_acl.then_some(Cause::DeletedAcl),
            Authorization::NoAcl => (by_acl && !account.may_allow_everyone).then_some(Cause::DeletedAcl),
            Authorization::Allowed => None,
        };
        if let Some(cause) = cause.filter(|_| !is_super_user(account)) {
            lost.entry((cause, resource)).or_default().insert((name, operation));
        }
    }
    lost
}

/// The operations that a run needs for the resources of the spec.
fn required_operations(desired: &Desired) -> impl Iterator<Item = (Resource, &str, Operation)> {
    use Operation as O;
    let of_topics = desired.topics.iter().flat_map(|(name, topic)| {
        let counted = topic.partitions.is_some();
        let configured = !topic.config.is_empty() || topic.throttle.is_some();
        let of_topic = [
            (true, O::Describe),
            (counted, O::Alter),
            (configured, O::DescribeConfigs),
            (configured, O::AlterConfigs),
        ];
        of_topic
            .into_iter()
            .filter(|(needed, _)| *needed)
            .map(|(_, operation)| (Resource::Topic, name.as_str(), operation))
    });
    let users = !desired.users.is_empty() || !desired.absent_users.is_empty();
    let moved = desired.topics.values().any(Topic::may_be_reassigned);
    let access = moved || users || !desired.acls.is_empty() || !desired.absent_acls.is_empty();
    let is_of_cluster = |resource: &ConfigResource| match resource {
        ConfigResource::Broker(_) | ConfigResource::ClientMetrics(_) => true,
        ConfigResource::Group(_) => false,
    };
    let configs = !desired.quotas.is_empty()
        || !desired.broker_defaults.is_empty()
        || desired.resources.keys().any(is_of_cluster)
        || desired.throttle().is_some();
    let of_cluster = [
        (access, O::Describe),
        (access, O::Alter),
        (configs, O::DescribeConfigs),
        (configs, O::AlterConfigs),
    ];
    let of_cluster = of_cluster.into_iter().filter(|(needed, _)| *needed);
    of_topics.chain(of_cluster.map(|(_, operation)| (Resource::Cluster, CLUSTER, operation)))
}

/// True when the account has the operation now. A topic that does not exist yet will be created by the run, so its
/// operations are allowed until an ACL says otherwise.
fn is_allowed_now(
    observed: &Observed,
    account: &Account,
    resource: Resource,
    name: &str,
    operation: Operation,
) -> bool {
    match resource {
        Resource::Cluster => account.cluster.has(operation),
        _ => account
            .topics
            .get(name)
            .map_or(!observed.topics.contains_key(name), |operations| operations.has(operation)),
    }
}

/// Decides as Kafka's authorizer does. A new `allow` counts only if it holds for every host, because the address that
/// the broker sees is unknown; a `deny` counts for any host.
fn authorize<'a>(
    acls: impl Iterator<Item = (&'a Binding, bool)>,
    principal: &str,
    resource: Resource,
    name: &str,
    operation: Operation,
) -> Authorization {
    let mut decision = Authorization::NoAcl;
    for (acl, is_new) in acls.filter(|(acl, _)| acl.covers_resource(resource, name)) {
        let covers_operation = acl.covers_operation(principal, operation);
        match acl.permission {
            Permission::Deny if covers_operation => return Authorization::Denied,
            Permission::Allow if covers_operation && (!is_new || acl.host == "*") => {
                decision = Authorization::Allowed;
            }
            _ if decision == Authorization::NoAcl => decision = Authorization::NoMatchingAcl,
            _ => {}
        }
    }
    decision
}

/// True when the account is a super user: it may do every operation on the cluster, which its ACLs alone do not
/// allow.
fn is_super_user(account: &Account) -> bool {
    let Some(principal) = &account.principal else { return false };
    let decision = |operation| {
        let acls = account.acls.iter().map(|acl| (acl, false));
        authorize(acls, &principal.0, Resource::Cluster, CLUSTER, operation)
    };
    let is_beyond_acls = |operation: &Operation| {
        account.cluster.has(*operation)
            && matches!(decision(*operation), Authorization::NoMatchingAcl | Authorization::Denied)
    };
    account.cluster.is_all(Resource::Cluster) && Resource::Cluster.operations().iter().any(is_beyond_acls)
}

/// A conflict where the plan would change the password of the provisioning account: the rest of this run and the next
/// one would be refused.
fn own_password_changed(desired: &Desired, observed: &Observed) -> Option<Conflict> {
    let (sasl, own_principal) = (desired.sasl.as_ref()?, observed.principal.as_ref()?);
    let name = own_principal.0.strip_prefix("User:")?;
    let credentials = observed.users.get(name).filter(|_| desired.users.contains_key(name))?;
    let mechanism = desired.users.get(name)?.keys().find(|scram| sasl.mechanism() == (**scram).into())?;
    let problem = "this is the provisioning account, and its password would be another one than `sasl.password`, which \
                   would lock out the rest of the run: name the same secret, or change it as another account";
    let changes = credentials.get(mechanism).is_some_and(|credential| !credential.password_matches);
    changes.then(|| Conflict::new(SpecPath::root().key("users").key(name), problem))
}

/// A conflict where the plan would delete the credential with which the provisioning account logs in.
fn own_credential_deleted(desired: &Desired, observed: &Observed) -> Option<Conflict> {
    let (sasl, own_principal) = (desired.sasl.as_ref()?, observed.principal.as_ref()?);
    let name = own_principal.0.strip_prefix("User:")?;
    let mechanism =
        desired.absent_users.get(name)?.iter().find(|scram| sasl.mechanism() == (**scram).into())?;
    let problem = "this is the provisioning account, and without its credential the rest of the run and the next one would be \
                   locked out: take it away as another account";
    let exists = observed.users.get(name).is_some_and(|existing| existing.contains_key(mechanism));
    exists.then(|| Conflict::new(SpecPath::root().key("users").key(name), problem))
}
