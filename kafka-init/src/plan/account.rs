//! What the account that connects may still do after the plan: enough to run again, or the plan is a conflict.
//!
//! Two things take rights away. A `deny` that is about the account; and, on a cluster with
//! `allow.everyone.if.no.acl.found=true`, the first ACL on a resource, whoever it is for. Both come last, and none comes
//! that would close out the account itself.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Conflict, SpecPath};

use crate::change::{Change, DeleteAcl, RestrictiveAcl};
use crate::desired::{Binding, Desired, Operation, Permission, Resource};
use crate::observed::{Account, Observed};

const CLUSTER: &str = "kafka-cluster";

/// What the ACLs say of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Authorization {
    Allowed,
    Denied,
    /// There are ACLs on the resource, and none is about it.
    Unlisted,
    /// The resource has no ACL at all.
    NoAcl,
}

/// Creates the missing ACLs. Those that may take access away are changes of another kind, which come last.
pub(super) fn create<'d>(desired: &'d Desired, observed: &'d Observed) -> impl Iterator<Item = Change> + 'd {
    let account = observed.account.as_ref();
    let first_may_close = account.is_some_and(|account| account.may_be_everybody && !is_super(account));
    let own = observed.principal.clone();
    let create = move |binding: &Binding| {
        if first_may_close || binding.permission == Permission::Deny {
            let is_of_others = own.as_ref().is_none_or(|own| own.0 != binding.principal);
            Change::CreateRestrictiveAcl(RestrictiveAcl { is_of_others, binding: binding.clone() })
        } else {
            Change::CreateAcl(binding.clone())
        }
    };
    desired.acls.difference(&observed.acls).map(create)
}

/// Deletes the ACLs that the spec takes away, as far as they are there.
pub(super) fn delete<'d>(desired: &'d Desired, observed: &'d Observed) -> impl Iterator<Item = Change> + 'd {
    let there = desired.absent_acls.intersection(&observed.acls);
    there.map(|binding| Change::DeleteAcl(DeleteAcl(binding.clone())))
}

/// Conflicts about ACLs and passwords after which the next run could not log in or could not do its work.
pub(super) fn conflicts(desired: &Desired, observed: &Observed) -> Vec<Conflict> {
    let lost = observed.account.as_ref().map(|account| lost(desired, observed, account)).unwrap_or_default();
    let who = desired.sasl.as_ref().map_or_else(
        || "the account that connects".to_owned(),
        |sasl| format!("the account that connects (`User:{}`)", sasl.username),
    );
    let closed = lost.into_iter().map(|((cause, resource), operations)| {
        let (names, operations): (BTreeSet<_>, BTreeSet<_>) = operations.into_iter().unzip();
        let operations = operations.iter().map(|operation| operation.name()).collect::<Vec<_>>().join(", ");
        let on = match resource {
            Resource::Cluster => "the cluster".to_owned(),
            _ => format!("topic {}", names.into_iter().collect::<Vec<_>>().join(", ")),
        };
        let problem = match cause {
            Cause::Deny => format!(
                "a `deny` takes {operations} on {on} from {who}, which the next run needs: leave that account out of it"
            ),
            Cause::FirstAcl => format!(
                "the first ACL on {on} takes {operations} from {who}, which has it only while there is none \
                 (allow.everyone.if.no.acl.found), and the next run needs it: declare an `allow` for that account too"
            ),
            Cause::Absent => format!(
                "`state: absent` takes {operations} on {on} from {who}, which the next run needs: leave that account's \
                 own ACLs as they are"
            ),
        };
        Conflict::new(SpecPath::root().key("acls"), problem)
    });
    closed.chain(own_password(desired, observed)).chain(own_absence(desired, observed)).collect()
}

/// What takes an operation from the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// An ACL that is deleted.
    Absent,
    /// The first ACL of a resource that was everybody's.
    FirstAcl,
    /// An ACL that denies it.
    Deny,
}

/// What is lost, by what takes it and on what kind of resource: the names and the operations.
type Lost<'d> = BTreeMap<(Cause, Resource), BTreeSet<(&'d str, Operation)>>;

fn lost<'d>(desired: &'d Desired, observed: &Observed, account: &Account) -> Lost<'d> {
    let missing: Vec<&Binding> = desired.acls.difference(&observed.acls).collect();
    let candidates: BTreeSet<&str> = match &account.principal {
        Some(principal) => [principal.0.as_str()].into(),
        // A client certificate, whose name the broker may map to any principal: the one that keeps most is assumed.
        None => {
            account.acls.iter().chain(missing.iter().copied()).map(|acl| acl.principal.as_str()).collect()
        }
    };
    let of = |principal: &&str| lost_by(desired, observed, account, &missing, principal);
    candidates.iter().map(of).min_by_key(BTreeMap::len).unwrap_or_default()
}

fn lost_by<'d>(
    desired: &'d Desired,
    observed: &Observed,
    account: &Account,
    missing: &[&Binding],
    principal: &str,
) -> Lost<'d> {
    let mut lost = Lost::new();
    for (resource, name, operation) in needs(desired) {
        if !may_now(observed, account, resource, name, operation) {
            continue;
        }
        let there = account.acls.iter().map(|acl| (acl, false));
        let kept = there.clone().filter(|(acl, _)| !desired.absent_acls.contains(*acl));
        let with = kept.chain(missing.iter().map(|acl| (*acl, true)));
        let before = verdict(there, principal, resource, name, operation);
        let after = verdict(with, principal, resource, name, operation);
        // An account that may do what no ACL allows is a super user, and no ACL takes anything from it.
        let by_nothing = before == Authorization::NoAcl && account.may_be_everybody;
        let by_acl = before == Authorization::Allowed;
        let cause = match after {
            Authorization::Denied => (by_nothing || by_acl).then_some(Cause::Deny),
            Authorization::Unlisted if by_nothing => Some(Cause::FirstAcl),
            Authorization::Unlisted => by_acl.then_some(Cause::Absent),
            Authorization::NoAcl => (by_acl && !account.may_be_everybody).then_some(Cause::Absent),
            Authorization::Allowed => None,
        };
        if let Some(cause) = cause.filter(|_| !is_super(account)) {
            lost.entry((cause, resource)).or_default().insert((name, operation));
        }
    }
    lost
}

/// What a run needs of what the spec declares.
fn needs(desired: &Desired) -> impl Iterator<Item = (Resource, &str, Operation)> {
    use Operation as O;
    let of_topics = desired.topics.iter().flat_map(|(name, topic)| {
        let (counted, configured) = (topic.partitions.is_some(), !topic.config.is_empty());
        let needs = [
            (true, O::Describe),
            (counted, O::Alter),
            (configured, O::DescribeConfigs),
            (configured, O::AlterConfigs),
        ];
        needs
            .into_iter()
            .filter(|(needed, _)| *needed)
            .map(|(_, operation)| (Resource::Topic, name.as_str(), operation))
    });
    let users = !desired.users.is_empty() || !desired.absent_users.is_empty();
    let moved = desired.topics.values().any(|topic| topic.reassign && topic.replication_factor.is_some());
    let access = moved || users || !desired.acls.is_empty() || !desired.absent_acls.is_empty();
    let configs = !desired.quotas.is_empty() || !desired.broker_defaults.is_empty();
    let of_cluster = [
        (access, O::Describe),
        (access, O::Alter),
        (configs, O::DescribeConfigs),
        (configs, O::AlterConfigs),
    ];
    let of_cluster = of_cluster.into_iter().filter(|(needed, _)| *needed);
    of_topics.chain(of_cluster.map(|(_, operation)| (Resource::Cluster, CLUSTER, operation)))
}

/// A topic that is not there will be made, and so may be used until an ACL says otherwise.
fn may_now(
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

/// As Kafka's authorizer decides. An `allow` that is new counts from every address alone, as it is not known which one
/// the broker sees; a `deny` counts from any.
fn verdict<'a>(
    acls: impl Iterator<Item = (&'a Binding, bool)>,
    principal: &str,
    resource: Resource,
    name: &str,
    operation: Operation,
) -> Authorization {
    let mut verdict = Authorization::NoAcl;
    for (acl, is_new) in acls.filter(|(acl, _)| acl.is_about(resource, name)) {
        let decides = acl.decides(principal, operation);
        match acl.permission {
            Permission::Deny if decides => return Authorization::Denied,
            Permission::Allow if decides && (!is_new || acl.host == "*") => verdict = Authorization::Allowed,
            _ if verdict == Authorization::NoAcl => verdict = Authorization::Unlisted,
            _ => {}
        }
    }
    verdict
}

/// Whether the account is a super user: it may do every operation on the cluster, and its ACLs do not allow it.
fn is_super(account: &Account) -> bool {
    let Some(principal) = &account.principal else { return false };
    let says = |operation| {
        let acls = account.acls.iter().map(|acl| (acl, false));
        verdict(acls, &principal.0, Resource::Cluster, CLUSTER, operation)
    };
    let beyond = |operation: &Operation| {
        account.cluster.has(*operation)
            && matches!(says(*operation), Authorization::Unlisted | Authorization::Denied)
    };
    account.cluster.is_all(Resource::Cluster) && Resource::Cluster.operations().iter().any(beyond)
}

/// The password with which the run itself logs in cannot be another one after it: the rest of the run, and the next one,
/// would be refused.
fn own_password(desired: &Desired, observed: &Observed) -> Option<Conflict> {
    let (sasl, own) = (desired.sasl.as_ref()?, observed.principal.as_ref()?);
    let name = own.0.strip_prefix("User:")?;
    let credentials = observed.users.get(name).filter(|_| desired.users.contains_key(name))?;
    let mechanism = desired.users.get(name)?.keys().find(|scram| sasl.mechanism == (**scram).into())?;
    let problem = "this is the account that connects, and its password would be another one than `sasl.password`, which \
                   would lock out the rest of the run: name the same secret, or change it as another account";
    let changes = credentials.get(mechanism).is_some_and(|credential| !credential.opens);
    changes.then(|| Conflict::new(SpecPath::root().key("users").key(name), problem))
}

/// The credential with which the run itself logs in is not taken away.
fn own_absence(desired: &Desired, observed: &Observed) -> Option<Conflict> {
    let (sasl, own) = (desired.sasl.as_ref()?, observed.principal.as_ref()?);
    let name = own.0.strip_prefix("User:")?;
    let mechanism =
        desired.absent_users.get(name)?.iter().find(|scram| sasl.mechanism == (**scram).into())?;
    let problem = "this is the account that connects, and without its credential the rest of the run and the next one would be \
                   locked out: take it away as another account";
    let is_there = observed.users.get(name).is_some_and(|there| there.contains_key(mechanism));
    is_there.then(|| Conflict::new(SpecPath::root().key("users").key(name), problem))
}
