//! Validates the Sentinels of a spec.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Endpoint, SecretRef, SpecPath, Text, Violations};
use init_net::Tls;

use super::users;
use crate::desired::acl::rules;
use crate::desired::{Desired, Layout, Login, Mode, Node, Require, Sentinels, User};
use crate::spec::Spec;
use crate::spec::sentinels::{ModeSpec, SentinelsSpec};

type Users = (BTreeMap<String, User>, BTreeMap<String, Text>);

/// Validates the Sentinels, and their login at the nodes against the users of the nodes.
pub(super) fn validate(
    spec: &Spec,
    tls: Option<&Tls>,
    nodes: &[Node],
    of_nodes: (&BTreeMap<String, User>, &BTreeMap<String, Text>),
    found: &mut Violations,
) -> Option<Sentinels> {
    let at = SpecPath::root().key("sentinels");
    let sentinels = match (&spec.sentinels, spec.mode) {
        (Some(sentinels), ModeSpec::Sentinel) => sentinels,
        (None, ModeSpec::Sentinel) => {
            found.push(&at, "`mode: sentinel` needs the Sentinels: declare them here");
            return None;
        }
        (Some(_), ModeSpec::Standalone | ModeSpec::Replication | ModeSpec::Cluster) => {
            found.push(&at, "only `mode: sentinel` has Sentinels");
            return None;
        }
        (None, ModeSpec::Standalone | ModeSpec::Replication | ModeSpec::Cluster) => return None,
    };
    let endpoints = endpoints(&at.key("nodes"), sentinels, nodes, found);
    check_numbers(&at, sentinels, found);
    check_names(&at, spec, sentinels, found);
    let login = login(&at, sentinels, found);
    let users = sentinel_users(&at.key("users"), sentinels, &login, found);
    let auth = credential(
        &at,
        ("authUser", &sentinels.auth_user),
        ("authPassword", &sentinels.auth_password),
        of_nodes,
        found,
    );
    let peers = credential(
        &at,
        ("sentinelUser", &sentinels.sentinel_user),
        ("sentinelPassword", &sentinels.sentinel_password),
        (&users.0, &users.1),
        found,
    );
    let peers = peers.map(|(user, _)| user);
    Some(Sentinels {
        monitor: sentinels.monitor.clone(),
        majority: u32::try_from(endpoints.len() / 2 + 1).unwrap_or(1),
        auth,
        options: options(sentinels),
        settings: settings(sentinels),
        as_nodes: Box::new(as_nodes(endpoints, spec.require, tls, login, users, peers)),
    })
}

/// The Sentinels as nodes of which only the accounts are declared.
fn as_nodes(
    nodes: Vec<Node>,
    require: Require,
    tls: Option<&Tls>,
    login: Login,
    (users, absent): Users,
    peers: Option<Text>,
) -> Desired {
    Desired {
        mode: Mode::Standalone,
        nodes,
        require,
        layout: Layout::default(),
        replicas_per_primary: None,
        announce_hostnames: false,
        tls: tls.cloned(),
        login,
        users,
        absent_users: absent,
        replication_user: None,
        config: BTreeMap::new(),
        modules: Vec::new(),
        functions: BTreeMap::new(),
        streams: BTreeMap::new(),
        rebalance: false,
        forget: Vec::new(),
        // A Sentinel has no `CONFIG`, and persists each change by itself.
        persist: false,
        starts_from_config_file: false,
        sentinels: None,
        sentinel_login_user: peers,
    }
}

fn endpoints(at: &SpecPath, spec: &SentinelsSpec, nodes: &[Node], found: &mut Violations) -> Vec<Node> {
    if spec.nodes.is_empty() {
        found.push(at, "at least one Sentinel is needed");
    }
    let mut seen: BTreeSet<Endpoint> = nodes.iter().map(|node| node.endpoint.clone()).collect();
    let mut sentinels = Vec::new();
    for (position, text) in spec.nodes.iter().enumerate() {
        let at = at.index(position);
        let Some(endpoint) = found.check(&at, text.parse::<Endpoint>()) else { continue };
        if !seen.insert(endpoint.clone()) {
            found.push(&at, format!("{endpoint} is there twice"));
        }
        let hostname = endpoint.host().to_owned();
        sentinels.push(Node {
            endpoint,
            position,
            replicas: 1,
            zone: None,
            drain: false,
            hostname,
            ports: BTreeMap::new(),
            config: BTreeMap::new(),
        });
    }
    sentinels
}

fn check_numbers(at: &SpecPath, spec: &SentinelsSpec, found: &mut Violations) {
    let sentinels = spec.nodes.len();
    match spec.quorum {
        Some(0) => found.push(&at.key("quorum"), "a quorum is 1 or more"),
        Some(quorum) if usize::try_from(quorum).unwrap_or(usize::MAX) > sentinels => {
            let problem =
                format!("{sentinels} Sentinel(s) cannot reach a quorum of {quorum}: no failover would start");
            found.push(&at.key("quorum"), problem);
        }
        Some(_) | None => {}
    }
    for (key, number) in [
        ("downAfterMilliseconds", spec.down_after_milliseconds),
        ("failoverTimeout", spec.failover_timeout),
        ("parallelSyncs", spec.parallel_syncs.map(u64::from)),
    ] {
        if number.is_some_and(|number| number == 0 || i64::try_from(number).is_err()) {
            found.push(&at.key(key), "the value is at least 1 and fits into 63 bits");
        }
    }
}

/// Checks the name of the monitor, and that names can be used: a Sentinel with `resolve-hostnames no` accepts addresses
/// only.
fn check_names(at: &SpecPath, spec: &Spec, sentinels: &SentinelsSpec, found: &mut Violations) {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    if sentinels.monitor.is_empty() || !sentinels.monitor.bytes().all(plain) {
        found.push(&at.key("monitor"), "a monitor's name has letters, digits and `.`, `_`, `-`");
    }
    if sentinels.resolve_hostnames != Some(false) {
        return;
    }
    let at = at.key("resolveHostnames");
    if sentinels.announce_hostnames == Some(true) {
        found.push(&at, "a Sentinel that announces names looks them up");
    }
    if spec.announce_hostnames {
        found.push(
            &at,
            "the nodes announce names (`announceHostnames`), and a Sentinel that looks up none does not know them",
        );
    }
}

fn login(at: &SpecPath, spec: &SentinelsSpec, found: &mut Violations) -> Login {
    if spec.user.is_some() && spec.password.is_none() {
        found.push(&at.key("user"), "a user logs in with a password: name its secret under `password`");
    }
    Login {
        user: spec.user.clone().unwrap_or_else(default_user),
        password: spec.password.clone(),
        bootstrap: spec.bootstrap_password.clone(),
    }
}

/// Validates the users of the Sentinels, which are stored in their configuration file.
fn sentinel_users(at: &SpecPath, spec: &SentinelsSpec, login: &Login, found: &mut Violations) -> Users {
    let (present, absent) = users::split_by_state(at, &spec.users, login, found);
    for (key, user) in &present {
        users::validate(&at.key(key), user, login, found);
        let quoted = |text: &str| text.contains(['"', '\'']);
        let rules = user.rules.as_deref().map(rules::tokens).unwrap_or_default();
        if rules.iter().any(|rule| quoted(rule)) {
            found.push(
                &at.key(key).key("rules"),
                "a Sentinel writes them into its file without quotes: it would not start again with one in them",
            );
        }
    }
    users::check_duplicates(at, &present, &absent, found);
    (present, absent)
}

/// Validates a login that the Sentinels use. Where the spec declares its user, the password is one of the user's.
fn credential(
    at: &SpecPath,
    (user_key, user): (&str, &Option<Text>),
    (password_key, password): (&str, &Option<SecretRef>),
    (users, absent): (&BTreeMap<String, User>, &BTreeMap<String, Text>),
    found: &mut Violations,
) -> Option<(Text, SecretRef)> {
    let Some(password) = password else {
        if user.is_some() {
            let problem = format!("a user logs in with a password: name its secret under `{password_key}`");
            found.push(&at.key(user_key), problem);
        }
        return None;
    };
    let name = user.clone().unwrap_or_else(default_user);
    if absent.values().any(|absent| *absent == name) {
        found.push(&at.key(user_key), "the spec deletes this user (`state: absent`)");
    }
    if let Some(declared) = users.values().find(|user| user.name == name) {
        if !declared.may_log_in() {
            found.push(&at.key(user_key), "this user is not enabled");
        }
        let passwords = declared.passwords.as_ref();
        if passwords.is_some_and(|passwords| !passwords.contains(password)) {
            let problem = format!("it is none of the passwords that `users` has for {name}");
            found.push(&at.key(password_key), problem);
        }
    }
    Some((name, password.clone()))
}

fn options(spec: &SentinelsSpec) -> BTreeMap<String, String> {
    let options = [
        ("quorum", spec.quorum.map(u64::from)),
        ("down-after-milliseconds", spec.down_after_milliseconds),
        ("failover-timeout", spec.failover_timeout),
        ("parallel-syncs", spec.parallel_syncs.map(u64::from)),
    ];
    options.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.to_string()))).collect()
}

fn settings(spec: &SentinelsSpec) -> BTreeMap<String, Text> {
    let flag = |flag: bool| Text::Plain(if flag { "yes" } else { "no" }.to_owned());
    let login = spec.sentinel_password.clone().map(Text::Secret);
    let user = spec.sentinel_user.clone().unwrap_or_else(default_user);
    let settings = [
        ("resolve-hostnames", spec.resolve_hostnames.map(flag)),
        ("announce-hostnames", spec.announce_hostnames.map(flag)),
        ("sentinel-user", login.is_some().then_some(user)),
        ("sentinel-pass", login.clone()),
    ];
    settings.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn default_user() -> Text {
    Text::Plain("default".to_owned())
}
