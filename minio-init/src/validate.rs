//! Validates a spec: turns it into its meaning, or reports everything that is wrong with it.

mod access;
mod bucket;
mod config;
mod garage;
mod identity;
mod ldap;
mod lifecycle;
mod policy;
mod remote;
mod replication;
mod server;
mod tags;
mod tier;

pub(crate) use policy::is_built_in;

use init_core::{Files, SpecPath, Violations};

use crate::desired::{Absent, Desired};
use crate::spec::Spec;

/// The meaning of the spec, or all of its violations. It reads only the plain files that the spec names.
pub(crate) fn validate(spec: Spec, files: &Files) -> Result<Desired, Violations> {
    let mut violations = Violations::default();
    let root = SpecPath::root();
    let server = server::server(&spec, files, &mut violations);
    let garage = garage::garage(&spec, files, &mut violations);
    let mut policies = policy::policies(&root.key("policies"), spec.policies, files, &mut violations);
    let names = identity::Names::of(&spec.users);
    let (users, absent_users) =
        identity::users(&root.key("users"), spec.users, &spec.credentials, &mut policies, &mut violations);
    let groups = identity::groups(&root.key("groups"), spec.groups, &names, &absent_users, &mut violations);
    let ldap = ldap::ldap(&root.key("ldap"), spec.ldap, &names, &mut violations);
    let (keys, absent_keys) = identity::keys(
        &root.key("accessKeys"),
        spec.access_keys,
        &spec.credentials,
        (&names, &absent_users),
        &mut violations,
    );
    let absent = Absent { users: absent_users, keys: absent_keys };
    let tiers = tier::tiers(&root.key("tiers"), spec.tiers, &mut violations);
    let buckets = bucket::buckets(&root.key("buckets"), spec.buckets, files, &mut violations);
    let config = config::config(&root.key("config"), spec.config, &mut violations);
    match server {
        Some(server) => violations.or(Desired {
            server,
            garage,
            compare_secrets: true,
            policies,
            users,
            groups,
            keys,
            absent,
            ldap,
            tiers,
            buckets,
            config,
        }),
        None => Err(violations),
    }
}
