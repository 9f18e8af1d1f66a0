//! Properties of exports, on generated deployments with unusual names: an exported spec needs no change and is exported
//! the same again.

use std::collections::{BTreeMap, BTreeSet};

use init_core::export::{Node, secret_name};
use init_core::{SecretRef, fuzzing};
use proptest::prelude::*;
use proptest::sample::select;

use super::found::{Found, Password, User};
use super::rules::normalize;
use super::write;
use crate::Valkey;
use crate::desired::{Access, Catalog, Desired};
use crate::observed::{NodeState, Observed, Replication, ReplicationLogin, UserState};
use crate::plan::plan;

fn connection() -> Vec<(String, Node)> {
    let nodes = vec!["valkey-0:6379", "valkey-1:6379"];
    let connection = Node::map().with("mode", "replication").with("nodes", nodes);
    match connection.with("user", "admin").with("password", &own()) {
        Node::Map(connection) => connection,
        _ => Vec::new(),
    }
}

fn own() -> SecretRef {
    "admin_password".parse().unwrap()
}

fn page(found: &Found) -> String {
    fuzzing::page("valkey-init", &connection(), write::export(found))
}

/// The commands and categories of a server.
fn catalog() -> Catalog {
    let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    let all = ["get", "set", "config", "config|get", "config|set", "info", "psync", "replconf", "keys"];
    let categories = [
        ("read".to_owned(), set(&["get", "keys"])),
        ("write".to_owned(), set(&["set"])),
        ("dangerous".to_owned(), set(&["config", "config|get", "config|set", "keys"])),
    ];
    let catalog: Catalog = categories.into_iter().collect();
    catalog.with_commands(all.into_iter().map(str::to_owned))
}

/// A primary and its replica with exactly this state.
fn modelled(found: &Found, desired: &Desired) -> Observed {
    let users = found.users.iter().map(|(key, user)| {
        let declared = desired.users.get(key).and_then(|user| user.rules.as_deref()).unwrap_or_default();
        let state = UserState {
            enabled: user.enabled,
            passwords: (0..user.passwords.len()).collect(),
            undeclared: 0,
            rules_match: Access::of(declared, &catalog()) == Access::of(&user.rules, &catalog()),
            rules: user.rules.clone(),
        };
        (key.clone(), state)
    });
    let digests = desired.functions.iter().map(|(name, library)| (name.clone(), library.digest.clone()));
    let announced = |name: &str| found.announce.then(|| ("replica-announce-ip".to_owned(), name.to_owned()));
    let state = |name: &str, primary: Option<(String, u16)>| NodeState {
        replication: Replication { primary, link_up: true, replicas: 1 },
        config: found.config.clone().into_iter().chain(announced(name)).collect(),
        users: users.clone().collect(),
        libraries: digests.clone().collect(),
        replication_login: ReplicationLogin { user: None, user_matches: true, password_matches: true },
        ..NodeState::default()
    };
    let primary = ("valkey-0".to_owned(), 6379);
    let states = [state("valkey-0", None), state("valkey-1", Some(primary))];
    let nodes = desired.nodes.iter().map(|node| node.endpoint.clone()).zip(states);
    Observed { nodes: nodes.collect(), catalog: Some(catalog()), ..Observed::default() }
}

fn pattern() -> impl Strategy<Value = String> {
    "[~&][a-z*:{}$#'\"\\\\é]{1,6}".prop_filter("a selector's sign", |text| !text.contains('('))
}

/// Rules in any order, with superfluous ones.
fn raw() -> impl Strategy<Value = String> {
    let command = select(
        &[
            "+get",
            "-get",
            "+@read",
            "-@dangerous",
            "+@all",
            "-@all",
            "+config|get",
            "-config|set",
            "+config",
            "-config",
            "+set",
        ][..],
    );
    let words = proptest::collection::vec(prop_oneof![pattern(), command.prop_map(str::to_owned)], 0..9);
    (words, any::<bool>()).prop_map(|(words, selector)| {
        let selector = if selector { " (~a -@all +get)" } else { "" };
        format!("{}{selector}", words.join(" "))
    })
}

fn rules() -> impl Strategy<Value = String> {
    raw().prop_map(|raw| normalize(&raw))
}

fn user(key: String) -> impl Strategy<Value = (String, User)> {
    (any::<bool>(), 0..3_usize, rules()).prop_map(move |(enabled, passwords, rules)| {
        let open = passwords == 0;
        let name = |n: usize| secret_name(&key, &format!("password_{n}"));
        let passwords = (0..passwords).map(|n| Password::Other(name(n))).collect();
        let rules = if open { normalize(&format!("nopass {rules}")) } else { rules };
        (key.clone(), User { name: None, enabled, passwords, rules })
    })
}

const NAMES: [&str; 7] = ["app", "yes", "12", "a${VAR}", "ünï:\"'#", "-", "{a}"];

fn users() -> impl Strategy<Value = BTreeMap<String, User>> {
    proptest::collection::btree_set(select(&NAMES[..]), 0..5).prop_flat_map(|names| {
        names.into_iter().map(|name| user(name.to_owned())).collect::<Vec<_>>().prop_map(|users| {
            let rules = "~* &* +@all".to_owned();
            let admin = User { name: None, enabled: true, passwords: vec![Password::Own(own())], rules };
            users.into_iter().chain([("admin".to_owned(), admin)]).collect()
        })
    })
}

fn found() -> impl Strategy<Value = Found> {
    let config = proptest::collection::btree_map("x-[a-z]{1,8}", "[^\0]{0,12}|[0-9]{1,12}|yes|no", 0..4);
    let modules = proptest::collection::btree_set("[a-z]{1,6}", 0..3);
    let functions = proptest::collection::btree_map("[a-z]{1,6}", "[^\0\r]{0,20}", 0..3);
    (any::<bool>(), users(), config, modules, functions).prop_map(
        |(announce, users, config, modules, functions)| {
            let code = |(name, body): (String, String)| {
                let code = format!("#!lua name={name}\n{body}");
                (name, code)
            };
            let replicates =
                |user: &User| user.enabled && !user.passwords.is_empty() && user.rules == "~* &* +@all";
            let replication_user =
                users.iter().find(|(_, user)| replicates(user)).map(|(key, _)| key.clone());
            let functions = functions.into_iter().map(code).collect();
            let found = Found { announce, users, replication_user, config, modules, ..Found::default() };
            Found { functions, ..found }
        },
    )
}

/// The exported state of a deployment that is as the spec says.
fn again(desired: Desired, before: &Found) -> Found {
    let own = own();
    let user = |(key, user): (String, crate::desired::User)| {
        let password = |name: SecretRef| {
            if name == own { Password::Own(name) } else { Password::Other(name) }
        };
        let enabled = user.may_log_in();
        let passwords = user.passwords.unwrap_or_default().into_iter().map(password).collect();
        let rules = normalize(&user.rules.unwrap_or_default());
        (key, User { name: None, enabled, passwords, rules })
    };
    Found {
        announce: desired.announce_hostnames,
        users: desired.users.into_iter().map(user).collect(),
        replication_user: desired.replication_user.map(|(key, _)| key),
        config: desired.config,
        modules: desired.modules.into_iter().collect(),
        functions: desired.functions.into_iter().map(|(name, library)| (name, library.code)).collect(),
        ..before.clone()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn an_exported_spec_needs_no_change_and_is_exported_the_same_again(found in found()) {
        let page = page(&found);
        let desired = fuzzing::spec::<Valkey>(&page);
        let desired = desired.map_err(|violations| TestCaseError::fail(format!("{violations}\n{page}")))?;
        let plan = plan(&desired, &modelled(&found, &desired));
        prop_assert!(plan.changes().is_empty() && plan.conflicts().is_empty(), "{plan:?}\n{page}");
        prop_assert_eq!(self::page(&again(desired, &found)), page);
    }

    #[test]
    fn short_rules_allow_the_same(rules in raw()) {
        prop_assert_eq!(Access::of(&normalize(&rules), &catalog()), Access::of(&rules, &catalog()));
        prop_assert_eq!(normalize(&normalize(&rules)), normalize(&rules));
    }
}
