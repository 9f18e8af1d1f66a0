//! Validates a spec: turns it into its meaning, or reports everything that is wrong with it. No server is needed.

mod access;
mod database;
mod foreign;
mod named_objects;
mod names;
mod privileges;
mod role;
mod setting;
mod slot;
mod subscription;
mod tls;

use std::collections::BTreeMap;

use init_core::{Endpoint, Files, SecretRef, SpecPath, Text, Violations};

use crate::desired::{Desired, Role};
use crate::spec::{Authentication, RolePassword, Spec, TlsMode};

pub(crate) use named_objects::is_argument_list;
pub(crate) use names::role_name;
pub(crate) use privileges::{expand_all, privileges_of, privileges_on_new};

/// The meaning of the spec, or all of its violations.
pub(crate) fn validate(spec: Spec, files: &Files) -> Result<Desired, Violations> {
    let mut violations = Violations::default();
    let root = SpecPath::root();
    let endpoints = endpoints(&spec, &mut violations);
    violations.check(&root.key("database"), names::object_name(&spec.database));
    if let Text::Plain(user) = &spec.user {
        violations.check(&root.key("user"), names::object_name(user));
    }
    if spec.bootstrap_password.is_some() && spec.password.is_none() {
        let problem = "there is no `password`, and `bootstrapPassword` is what holds before that is set";
        violations.push(&root.key("bootstrapPassword"), problem);
    }
    let authentication = spec.authentication.unwrap_or(default_authentication(spec.tls.0.mode));
    let tls = tls::validate(&spec.tls.0, files, &mut violations);
    let roles = role::validate(spec.roles, &mut violations);
    let (user, password) = (spec.user, spec.password);
    check_own_password(&user, password.as_ref(), &roles, &mut violations);
    let databases = spec.databases.into_iter().map(|(name, written)| {
        let at = root.key("databases").key(&name);
        let database = database::validate(&name, written, &at, &mut violations);
        if name == spec.database && database.options.allow_connections == Some(false) {
            violations.push(
                &at.key("allowConnections"),
                "this is the maintenance database, which every run connects to",
            );
        }
        (name, database)
    });
    let databases: BTreeMap<_, _> = databases.collect();
    database::check_template_cycles(&databases, &mut violations);
    let slots = slot::validate(spec.replication_slots, &mut violations);
    let (database, bootstrap, password_check) = (spec.database, spec.bootstrap_password, spec.password_check);
    violations.or(Desired {
        endpoints,
        database,
        user,
        password,
        bootstrap,
        authentication,
        password_check,
        tls,
        roles,
        databases,
        slots,
    })
}

/// The default of `authentication`. Without a verified certificate the peer may be anyone, so the password is then
/// given by SCRAM alone.
fn default_authentication(mode: TlsMode) -> Authentication {
    match mode {
        TlsMode::Disable | TlsMode::Require => Authentication::ScramSha256,
        TlsMode::VerifyCa | TlsMode::VerifyFull => Authentication::Password,
    }
}

/// Refuses another password for the provisioning role than the one that it logs in with: the next run could not log
/// in.
fn check_own_password(
    user: &Text,
    password: Option<&SecretRef>,
    roles: &BTreeMap<String, Role>,
    violations: &mut Violations,
) {
    for (key, role) in roles {
        let same = match (&role.name, user) {
            (None, Text::Plain(user)) => user == key,
            (Some(name), user) => name == user,
            (None, Text::Secret(_)) => false,
        };
        let (Some(declared), Some(password), true) = (&role.password, password, same) else { continue };
        let at = SpecPath::root().key("roles").key(key).key("password");
        match declared {
            RolePassword::Unset => {
                violations.push(&at, "this is the provisioning role, and it logs in with its password");
            }
            RolePassword::Secret(declared) if declared == password => {}
            RolePassword::Secret(_) => violations.push(
                &at,
                "this is the provisioning role: name the same secret as `password` at the top, and the secret of the \
                 old password in `bootstrapPassword`",
            ),
        }
    }
}

fn endpoints(spec: &Spec, violations: &mut Violations) -> Vec<Endpoint> {
    let root = SpecPath::root();
    let listed = match (&spec.endpoint, &spec.endpoints) {
        (Some(one), None) => vec![(root.key("endpoint"), one)],
        (None, Some(many)) => {
            let at = root.key("endpoints");
            if many.is_empty() {
                violations.push(&at, "the list is empty: name at least one server");
            }
            many.iter().enumerate().map(|(index, one)| (at.index(index), one)).collect()
        }
        (None, None) => {
            violations.push(&root, "the key `endpoint` is missing (or `endpoints` for a cluster)");
            Vec::new()
        }
        (Some(_), Some(_)) => {
            violations.push(&root.key("endpoint"), "write either `endpoint` or `endpoints`");
            Vec::new()
        }
    };
    let mut endpoints = Vec::new();
    for (at, text) in listed {
        let Some(endpoint) = violations.check(&at, text.parse::<Endpoint>()) else { continue };
        if endpoints.contains(&endpoint) {
            violations.push(&at, format!("{endpoint} is listed twice"));
        }
        endpoints.push(endpoint);
    }
    endpoints
}
