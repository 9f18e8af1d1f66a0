//! From the spec as written to the spec as meant. Offline; every violation is found in one go.

mod database;
mod names;
mod privileges;
mod role;

use std::collections::BTreeMap;

use init_core::{Endpoint, Files, SpecPath, Text, Violations};

use crate::desired::{Desired, Settings};
use crate::spec::{Setting, Spec};
use crate::wire;

pub(crate) use names::role_name;
pub(crate) use privileges::{expand, of, of_future};

/// What the spec means, or everything that is wrong with it.
pub(crate) fn validate(spec: Spec, files: &Files) -> Result<Desired, Violations> {
    let mut wrong = Violations::default();
    let root = SpecPath::root();
    let endpoints = endpoints(&spec, &mut wrong);
    wrong.check(&root.key("database"), names::name(&spec.database));
    if let Text::Plain(user) = &spec.user {
        wrong.check(&root.key("user"), names::name(user));
    }
    if spec.password.is_none() && spec.tls.0.certificate.is_none() {
        wrong.push(&root, "there is neither a `password` nor a client certificate in `tls`");
    }
    let tls = wire::validate(spec.tls.0, files, &mut wrong);
    let roles = role::all(spec.roles, &mut wrong);
    let databases = spec.databases.into_iter().map(|(name, written)| {
        let at = root.key("databases").key(&name);
        let database = database::one(&name, written, &at, &mut wrong);
        (name, database)
    });
    let databases: BTreeMap<_, _> = databases.collect();
    database::template_cycles(&databases, &mut wrong);
    let (database, user, password) = (spec.database, spec.user, spec.password);
    wrong.or(Desired { endpoints, database, user, password, tls, roles, databases })
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

/// Parameters under lower-case names.
fn settings(written: BTreeMap<String, Setting>, at: &SpecPath, wrong: &mut Violations) -> Settings {
    let mut settings = Settings::new();
    for (name, value) in written {
        let at = at.key(&name);
        wrong.check(&at, names::parameter(&name));
        let texts = match &value {
            Setting::One(text) => std::slice::from_ref(text),
            Setting::List(items) => items.as_slice(),
        };
        if texts.iter().any(|text| text.contains('\0')) {
            wrong.push(&at, "a value holds no NUL character");
        }
        if settings.insert(name.to_ascii_lowercase(), value).is_some() {
            wrong.push(&at, "the parameter is there twice: capitals make no difference");
        }
    }
    settings
}

fn connection_limit(limit: Option<i32>, at: &SpecPath, wrong: &mut Violations) {
    if limit.is_some_and(|limit| limit < -1) {
        wrong.push(&at.key("connectionLimit"), "a limit is 0 or more, or -1 for none");
    }
}
