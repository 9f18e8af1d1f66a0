//! The SQL of roles and their parameters.

use std::fmt::{self, Write as _};

use init_core::diff::Drift;
use init_core::{Secret, SecretRef};
use secrecy::ExposeSecret as _;

use crate::change::{AlterRole, CreateRole};
use crate::desired::sql::{ident, literal, parameter};
use crate::desired::{Attribute, Attributes, Until};
use crate::spec::Setting;
use crate::wire::Names;

/// A role that is created or altered.
pub(super) enum Role<'c> {
    Create(&'c CreateRole),
    Alter(&'c AlterRole),
}

impl Role<'_> {
    /// The key of the role in the spec.
    pub(super) fn key(&self) -> &str {
        match self {
            Self::Create(change) => &change.role,
            Self::Alter(change) => &change.role,
        }
    }

    /// The secret of the password that is set.
    pub(super) fn password(&self) -> Option<&SecretRef> {
        match self {
            Self::Create(change) => change.password.as_ref(),
            Self::Alter(change) => change.password.as_ref().map(|drift| &drift.to),
        }
    }
}

impl fmt::Display for Role<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create(change) => change.fmt(f),
            Self::Alter(change) => change.fmt(f),
        }
    }
}

/// `CREATE ROLE` or `ALTER ROLE` with its parameters, as one message.
pub(super) fn create_or_alter_role(names: &Names, change: &Role<'_>, verifier: Option<&Secret>) -> String {
    let role = format!("ROLE {}", ident(names.real(change.key())));
    let mut sql = String::new();
    match change {
        Role::Create(change) => {
            let _ = write!(sql, "CREATE {role}{};", attribute_options(&change.attributes, verifier));
            set_parameters(&mut sql, &role, &change.settings);
        }
        Role::Alter(change) => {
            let words = attribute_options(&desired_attributes(&change.attributes), verifier);
            if !words.is_empty() {
                let _ = write!(sql, "ALTER {role}{words};");
            }
            set_parameters(&mut sql, &role, change.settings.iter().map(|(name, drift)| (name, &drift.to)));
        }
    }
    sql
}

/// The desired values of the attributes that differ.
fn desired_attributes(attributes: &Attributes<Drift<bool>, Drift<i32>, Drift<Until>>) -> Attributes {
    let to = |drift: &Option<Drift<bool>>| drift.as_ref().map(|drift| drift.to);
    Attributes {
        login: to(&attributes.login),
        superuser: to(&attributes.superuser),
        createdb: to(&attributes.createdb),
        createrole: to(&attributes.createrole),
        replication: to(&attributes.replication),
        bypassrls: to(&attributes.bypassrls),
        inherit: to(&attributes.inherit),
        connection_limit: attributes.connection_limit.as_ref().map(|drift| drift.to),
        valid_until: attributes.valid_until.as_ref().map(|drift| drift.to),
    }
}

/// The options of `CREATE ROLE` and `ALTER ROLE`.
fn attribute_options(attributes: &Attributes, verifier: Option<&Secret>) -> String {
    let mut sql = String::new();
    for (name, value) in attributes.iter() {
        let _ = match value {
            Attribute::Flag(value) => {
                write!(sql, " {}{}", if *value { "" } else { "NO" }, name.key.to_ascii_uppercase())
            }
            Attribute::Number(limit) => write!(sql, " CONNECTION LIMIT {limit}"),
            Attribute::Until(until) => write!(sql, " VALID UNTIL {}", literal(&until.to_string())),
        };
    }
    if let Some(verifier) = verifier {
        #[expect(clippy::disallowed_methods, reason = "the statement carries it to the server")]
        let verifier = verifier.expose_secret();
        let _ = write!(sql, " PASSWORD {}", literal(verifier));
    }
    sql
}

/// `ALTER … SET` for each parameter.
pub(super) fn set_parameters<'a>(
    sql: &mut String,
    of: &str,
    settings: impl IntoIterator<Item = (&'a String, &'a Setting)>,
) {
    for (name, value) in settings {
        let parameter = parameter(name);
        let _ = match value {
            Setting::Unset => write!(sql, "ALTER {of} RESET {parameter};"),
            value => write!(sql, "ALTER {of} SET {parameter} = {};", value.sql(name)),
        };
    }
}
