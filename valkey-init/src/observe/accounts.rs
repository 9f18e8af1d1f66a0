//! Users, parameters, functions: what a node keeps for itself and what the spec names of it.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{Secret, Secrets};
use redis::{Cmd, Value, cmd};
use secrecy::ExposeSecret;

use crate::desired::{Access, Catalog, Desired, Mode, User, digest};
use crate::error::Error;
use crate::observed::{NodeState, OwnLogin, ReplicationLogin, UserState};
use crate::plan::value::{differs, wanted};
use crate::wire::{Connection, array, pairs, text};

/// A parameter name that no server has: a `CONFIG SET` that ends in it changes nothing.
pub(crate) const NO_SUCH: &str = "valkey-init-changes-nothing";

/// What the categories of ACL rules mean on this server.
pub(super) async fn catalog(connection: &Connection) -> Result<Catalog, Error> {
    let mut command = cmd("ACL");
    command.arg("CAT");
    let names: Vec<String> = array(&connection.ask(command).await?).iter().filter_map(text).collect();
    let members = |name: &String| {
        let mut command = cmd("ACL");
        command.arg("CAT").arg(name);
        command
    };
    let answers = connection.ask_each(names.iter().map(members).collect()).await?;
    let members = answers.iter().map(|answer| array(answer).iter().filter_map(text).collect());
    Ok(names.iter().map(|name| name.to_ascii_lowercase()).zip(members).collect())
}

/// One exchange for everything that the spec names on this node.
pub(super) async fn read(
    connection: &Connection,
    (desired, secrets): (&Desired, &Secrets),
    catalog: Option<&Catalog>,
    state: &mut NodeState,
) -> Result<(), Error> {
    let mut commands = vec![parameters(desired)];
    for user in desired.users.values() {
        commands.push(get_user(&secrets.text(&user.name)?));
    }
    for name in desired.functions.keys() {
        let mut command = cmd("FUNCTION");
        command.arg("LIST").arg("LIBRARYNAME").arg(name).arg("WITHCODE");
        commands.push(command);
    }
    let mut answers = connection.ask_each(commands).await?.into_iter();
    let parameters = answers.next().unwrap_or_default();
    read_parameters(&parameters, (desired, secrets), state)?;
    state.users.clear();
    for (key, user) in &desired.users {
        let value = answers.next().unwrap_or_default();
        if let Some(found) = read_user(&value, user, secrets, catalog)? {
            state.users.insert(key.clone(), found);
        }
    }
    for (name, value) in desired.functions.keys().zip(answers) {
        state.libraries.extend(
            code(&value).map(|code| (name.clone(), digest(code.as_bytes()).chars().take(32).collect())),
        );
    }
    state.immutable = immutable(connection, desired, state).await?;
    Ok(())
}

fn parameters(desired: &Desired) -> Cmd {
    let mut command = cmd("CONFIG");
    command.arg("GET").arg("aclfile");
    command.arg(desired.config.keys().collect::<Vec<_>>());
    if desired.mode != Mode::Standalone || desired.replication.is_some() {
        command.arg(&["masteruser", "masterauth", "dual-channel-replication-enabled"]);
    }
    match desired.mode {
        Mode::Cluster => {
            command.arg(&[
                "cluster-announce-ip",
                "cluster-announce-hostname",
                "cluster-preferred-endpoint-type",
            ]);
        }
        Mode::Replication => drop(command.arg("replica-announce-ip")),
        Mode::Standalone => {}
    }
    command
}

fn get_user(name: &Secret) -> Cmd {
    let mut command = cmd("ACL");
    #[expect(
        clippy::disallowed_methods,
        reason = "a user's name may be a secret, and the server is asked for it"
    )]
    command.arg("GETUSER").arg(name.expose_secret());
    command
}

fn read_parameters(
    value: &Value,
    (desired, secrets): (&Desired, &Secrets),
    state: &mut NodeState,
) -> Result<(), Error> {
    let mut found: BTreeMap<String, String> =
        pairs(value).into_iter().filter_map(|(key, value)| Some((key, text(value)?))).collect();
    state.persistence.acl_file = found.remove("aclfile").is_some_and(|path| !path.is_empty());
    state.announces_address = found.get("cluster-announce-ip").is_some_and(|address| !address.is_empty());
    let (user, password) = (found.remove("masteruser"), found.remove("masterauth").map(Secret::from));
    state.own_login = own_login((desired, secrets), user.as_deref().unwrap_or_default(), password.as_ref())?;
    let dual = found.get("dual-channel-replication-enabled");
    state.own_login.dual_channel = dual.is_some_and(|value| value == "yes");
    if let Some((key, secret)) = &desired.replication
        && let Some(declared) = desired.users.get(key)
    {
        let name = secrets.text(&declared.name)?;
        let same = |found: Option<&Secret>, wanted: &Secret| found.is_some_and(|found| equal(found, wanted));
        let user_matches = same(user.as_deref().map(Secret::from).as_ref(), &name);
        let password_matches = same(password.as_ref(), secrets.get(secret)?);
        // Another user's name is shown only where no secret name can be.
        let shown = user.filter(|name| !name.is_empty() && declared.name.secret().is_none());
        state.replication_login = ReplicationLogin { user: shown, user_matches, password_matches };
    }
    state.config = found;
    Ok(())
}

/// The login that the node uses at its primary: the user of the spec that it names, and whether its password is one that the
/// spec declares for that user.
fn own_login(
    (desired, secrets): (&Desired, &Secrets),
    user: &str,
    password: Option<&Secret>,
) -> Result<OwnLogin, Error> {
    let name = Secret::from(if user.is_empty() { "default" } else { user });
    for (key, declared) in &desired.users {
        if !equal(&name, &secrets.text(&declared.name)?) {
            continue;
        }
        let mut password_declared = false;
        for secret in declared.passwords.iter().flatten() {
            let wanted = secrets.get(secret)?;
            password_declared |= password.is_some_and(|password| equal(password, wanted));
        }
        return Ok(OwnLogin { user: Some(key.clone()), password_declared, dual_channel: false });
    }
    Ok(OwnLogin::default())
}

#[expect(clippy::disallowed_methods, reason = "a stored password is compared with the declared one")]
fn equal(one: &Secret, other: &Secret) -> bool {
    one.expose_secret() == other.expose_secret()
}

/// Compares the answer to `ACL GETUSER` with the spec. The result is empty when there is no such user.
fn read_user(
    value: &Value,
    user: &User,
    secrets: &Secrets,
    catalog: Option<&Catalog>,
) -> Result<Option<UserState>, Error> {
    let fields: BTreeMap<String, &Value> = pairs(value).into_iter().collect();
    if fields.is_empty() {
        return Ok(None);
    }
    let list = |key: &str| fields.get(key).map(|value| array(value)).unwrap_or_default();
    let flags: BTreeSet<String> = list("flags").iter().filter_map(text).collect();
    let there: BTreeSet<String> = list("passwords").iter().filter_map(text).collect();
    // Two secrets may hold the same password, which the server then keeps once.
    let mut wanted = Vec::new();
    for name in user.passwords.iter().flatten() {
        #[expect(clippy::disallowed_methods, reason = "only the digest of a password is compared")]
        wanted.push(digest(secrets.get(name)?.expose_secret().as_bytes()));
    }
    let found = wanted.iter().enumerate().filter(|(_, digest)| there.contains(*digest));
    let passwords = found.map(|(position, _)| position).collect();
    let others = there.iter().filter(|digest| !wanted.contains(digest)).count();
    let rules = written(&fields, &flags);
    let same = |wanted: &String| {
        catalog.is_some_and(|catalog| Access::of(wanted, catalog) == Access::of(&rules, catalog))
    };
    let rules_match = user.rules.as_ref().is_none_or(same);
    Ok(Some(UserState { enabled: flags.contains("on"), passwords, others, rules_match, rules }))
}

/// `ACL GETUSER` and `FUNCTION LIST`, for a fuzzer.
pub(super) fn any_answer(value: &Value) {
    let fields: BTreeMap<String, &Value> = pairs(value).into_iter().collect();
    let _ = (written(&fields, &BTreeSet::new()), code(value));
}

/// The user's rules in the form that a spec has.
fn written(fields: &BTreeMap<String, &Value>, flags: &BTreeSet<String>) -> String {
    let flag = |name: &str| flags.contains(name).then(|| name.to_owned());
    let selector = |fields: &BTreeMap<String, &Value>| {
        let part = |key: &str| fields.get(key).and_then(|value| text(value)).unwrap_or_default();
        [part("keys"), part("channels"), part("commands")]
            .iter()
            .filter(|part| !part.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    let selectors = fields.get("selectors").map(|value| array(value)).unwrap_or_default();
    let selectors =
        selectors.iter().map(|value| format!("({})", selector(&pairs(value).into_iter().collect())));
    let parts = [flag("nopass"), flag("skip-sanitize-payload"), Some(selector(fields))];
    parts.into_iter().flatten().chain(selectors).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The source text in the first library of `FUNCTION LIST`.
fn code(value: &Value) -> Option<String> {
    let library = array(value).first()?;
    pairs(library).into_iter().find(|(key, _)| key == "library_code").and_then(|(_, code)| text(code))
}

/// Which of the parameters that differ the server will not change: asked in a way that changes nothing.
async fn immutable(
    connection: &Connection,
    desired: &Desired,
    state: &NodeState,
) -> Result<BTreeSet<String>, Error> {
    let drifting: Vec<(&String, &String)> = wanted(desired)
        .filter(|(name, value)| state.config.get(*name).is_some_and(|found| differs(name, found, value)))
        .collect();
    let probe = |(name, value): &(&String, &String)| {
        let mut command = cmd("CONFIG");
        command.arg("SET").arg(*name).arg(*value).arg(NO_SUCH).arg("0");
        command
    };
    let answers = connection.ask_all(drifting.iter().map(probe).collect()).await?;
    let mut immutable = BTreeSet::new();
    for ((name, _), answer) in drifting.iter().zip(answers) {
        match answer {
            // The complaint is about the first thing that cannot be set.
            Err(Error::Refused { code, message, .. }) if code == "ERR" && !message.contains(NO_SUCH) => {
                immutable.insert((*name).clone());
            }
            Err(Error::Refused { code, .. }) if code == "ERR" => {}
            Err(error) => return Err(error),
            Ok(_) => {}
        }
    }
    Ok(immutable)
}
