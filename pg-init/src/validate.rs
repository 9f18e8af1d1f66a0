//! From the spec as written to the spec as meant. Offline; every violation is found in one go.

mod access;
mod database;
mod foreign;
mod named;
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

pub(crate) use named::are_arguments;
pub(crate) use names::role_name;
pub(crate) use privileges::{expand, of, privileges_on_new};

/// What the spec means, or everything that is wrong with it.
pub(crate) fn validate(spec: Spec, files: &Files) -> Result<Desired, Violations> {
    let mut wrong = Violations::default();
    let root = SpecPath::root();
    let endpoints = endpoints(&spec, &mut wrong);
    wrong.check(&root.key("database"), names::name(&spec.database));
    if let Text::Plain(user) = &spec.user {
        wrong.check(&root.key("user"), names::name(user));
    }
    if spec.bootstrap_password.is_some() && spec.password.is_none() {
        let problem = "there is no `password`, and `bootstrapPassword` is what holds before that is set";
        wrong.push(&root.key("bootstrapPassword"), problem);
    }
    let authentication = spec.authentication.unwrap_or(authentication(spec.tls.0.mode));
    let tls = tls::tls(&spec.tls.0, files, &mut wrong);
    let roles = role::all(spec.roles, &mut wrong);
    let (user, password) = (spec.user, spec.password);
    own_password(&user, password.as_ref(), &roles, &mut wrong);
    let databases = spec.databases.into_iter().map(|(name, written)| {
        let at = root.key("databases").key(&name);
        let database = database::one(&name, written, &at, &mut wrong);
        if name == spec.database && database.options.allow_connections == Some(false) {
            wrong.push(
                &at.key("allowConnections"),
                "this is the maintenance database, where every run begins",
            );
        }
        (name, database)
    });
    let databases: BTreeMap<_, _> = databases.collect();
    database::template_cycles(&databases, &mut wrong);
    let slots = slot::all(spec.replication_slots, &mut wrong);
    let (database, bootstrap, password_check) = (spec.database, spec.bootstrap_password, spec.password_check);
    wrong.or(Desired {
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

/// The weakest authentication method that is the default. On a connection without a verified certificate the peer may be
/// anyone, so the password is given by SCRAM alone there.
fn authentication(mode: TlsMode) -> Authentication {
    match mode {
        TlsMode::Disable | TlsMode::Require => Authentication::ScramSha256,
        TlsMode::VerifyCa | TlsMode::VerifyFull => Authentication::Password,
    }
}

/// A run that gives its own role another password than the one that it logs in with locks the next run out.
fn own_password(
    user: &Text,
    password: Option<&SecretRef>,
    roles: &BTreeMap<String, Role>,
    wrong: &mut Violations,
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
                wrong.push(&at, "this is the role that provisions, and it logs in with its password");
            }
            RolePassword::Secret(declared) if declared == password => {}
            RolePassword::Secret(_) => wrong.push(
                &at,
                "this is the role that provisions: name the same secret as `password` at the top, and the secret of the \
                 old password in `bootstrapPassword`",
            ),
        }
    }
}

fn endpoints(spec: &Spec, wrong: &mut Violations) -> Vec<Endpoint> {
    let root = SpecPath::root();
    let listed = match (&spec.endpoint, &spec.endpoints) {
        (Some(one), None) => vec![(root.key("endpoint"), one)],
        (None, Some(many)) => {
            let at = root.key("endpoints");
            if many.is_empty() {
                wrong.push(&at, "the list is empty: name at least one server");
            }
            many.iter().enumerate().map(|(index, one)| (at.index(index), one)).collect()
        }
        (None, None) => {
            wrong.push(&root, "the key `endpoint` is missing (or `endpoints` for a cluster)");
            Vec::new()
        }
        (Some(_), Some(_)) => {
            wrong.push(&root.key("endpoint"), "write either `endpoint` or `endpoints`");
            Vec::new()
        }
    };
    let mut endpoints = Vec::new();
    for (at, text) in listed {
        let Some(endpoint) = wrong.check(&at, text.parse::<Endpoint>()) else { continue };
        if endpoints.contains(&endpoint) {
            wrong.push(&at, format!("{endpoint} is there twice"));
        }
        endpoints.push(endpoint);
    }
    endpoints
}
