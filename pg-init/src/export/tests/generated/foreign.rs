//! Generates foreign servers and user mappings.

use std::collections::{BTreeMap, BTreeSet};

use init_core::export::secret_name;
use proptest::prelude::*;

use super::{place, role_name};
use crate::desired::{ForeignServer, PUBLIC, UserMapping};

type Mappings = BTreeMap<(String, String), UserMapping>;

fn options() -> impl Strategy<Value = BTreeMap<String, String>> {
    proptest::collection::btree_map("host|port|dbname|use_remote_estimate|a b", "[^\0]{0,8}", 0..3)
}

fn server() -> impl Strategy<Value = ForeignServer> {
    let texts = (place(), proptest::option::of("[^\0]{0,6}"), proptest::option::of("[0-9.]{1,4}"));
    let usage = prop_oneof![role_name(), Just(PUBLIC.to_owned())];
    let usage = proptest::collection::btree_set(usage, 0..3);
    (texts, options(), proptest::option::of(role_name()), usage).prop_map(
        |((wrapper, kind, version), options, owner, usage)| {
            let usage: BTreeSet<String> =
                usage.into_iter().filter(|role| owner.as_ref() != Some(role)).collect();
            ForeignServer { wrapper, kind, version, options, owner, usage }
        },
    )
}

fn mapping() -> impl Strategy<Value = UserMapping> {
    (options(), any::<bool>()).prop_map(|(options, password)| {
        let secret = ("password".to_owned(), secret_name("mapping", "password"));
        UserMapping { options, secrets: Some(secret).filter(|_| password).into_iter().collect() }
    })
}

/// Foreign servers and their user mappings.
pub(super) fn foreign_servers() -> impl Strategy<Value = (BTreeMap<String, ForeignServer>, Mappings)> {
    let role = prop_oneof![role_name(), Just(PUBLIC.to_owned())];
    let mapped = proptest::collection::btree_map(role, mapping(), 0..3);
    proptest::collection::btree_map(place(), (server(), mapped), 0..3).prop_map(|all| {
        let (mut servers, mut mappings) = (BTreeMap::new(), Mappings::new());
        for (name, (server, mapped)) in all {
            mappings.extend(mapped.into_iter().map(|(role, mapping)| ((name.clone(), role), mapping)));
            servers.insert(name, server);
        }
        (servers, mappings)
    })
}
