//! Plans which policies are attached to users and groups of an LDAP directory.

use std::collections::BTreeSet;

use init_core::{Conflict, SpecPath};

use super::findings::Findings;
use super::identity::check_policies_exist;
use crate::change::{Grantee, IdentityChange};
use crate::desired::{Desired, LdapIdentity};
use crate::observed::Observed;

pub(super) fn ldap(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    let root = SpecPath::root().key("ldap");
    let (users, groups) = (&desired.ldap.users, &desired.ldap.groups);
    for (section, identities, attached, grantee) in [
        ("users", users, &observed.ldap.users, Grantee::LdapUser as fn(String) -> Grantee),
        ("groups", groups, &observed.ldap.groups, Grantee::LdapGroup),
    ] {
        for (name, wanted) in identities {
            let at = root.key(section).key(name).key("policies");
            check_policies_exist(&at, &wanted.policies, desired, observed, findings);
            identity(&grantee(name.clone()), wanted, attached.get(name), findings);
        }
    }
    unknown_owners(desired, observed, findings);
}

fn identity(
    grantee: &Grantee,
    wanted: &LdapIdentity,
    attached: Option<&BTreeSet<String>>,
    findings: &mut Findings,
) {
    let none = BTreeSet::new();
    let attached = attached.unwrap_or(&none);
    let missing: BTreeSet<_> = wanted.policies.difference(attached).cloned().collect();
    if !missing.is_empty() {
        findings.change(IdentityChange::AttachPolicies { to: grantee.clone(), policies: missing });
    }
    let unwanted: BTreeSet<_> =
        attached.iter().filter(|name| wanted.is_absent || wanted.detached.contains(*name)).cloned().collect();
    if !unwanted.is_empty() {
        findings.change(IdentityChange::DetachPolicies { of: grantee.clone(), policies: unwanted });
    }
}

/// Adds a conflict for each access key of a user that the directory does not have.
fn unknown_owners(desired: &Desired, observed: &Observed, findings: &mut Findings) {
    for key in desired.keys.values() {
        let user = key.user.as_ref().and_then(|user| desired.ldap.user(user));
        if let Some(user) = user.filter(|user| observed.ldap.unknown.contains(*user)) {
            let at = SpecPath::root().key("accessKeys").key(&key.label).key("user");
            let problem =
                format!("the LDAP directory of the server has no user with the login name `{user}`");
            findings.conflicts.push(Conflict::new(at, problem));
        }
    }
}
