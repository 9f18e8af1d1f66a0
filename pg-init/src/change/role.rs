//! Changes of roles.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use init_core::diff::Drift;
use init_core::{Properties, SecretRef, Subject};

use super::show::{self, Show, detail, list, parameters};
use crate::desired::{Attributes, Until};
use crate::spec::Setting;

/// A new role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreateRole {
    /// Its key in the spec.
    pub role: String,
    /// Its attributes, as far as they are declared.
    pub attributes: Attributes,
    /// Where its password is.
    pub password: Option<SecretRef>,
    /// Its parameters.
    pub settings: BTreeMap<String, Setting>,
}

/// A role that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterRole {
    /// Its key in the spec.
    pub role: String,
    /// The attributes that differ.
    pub attributes: Attributes<Drift<bool>, Drift<i32>, Drift<Until>>,
    /// The password, when it differs.
    pub password: Option<PasswordDrift>,
    /// The parameters that differ.
    pub settings: BTreeMap<String, Drift<Setting>>,
}

/// Parameters of the sessions of one role in one database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterRoleSettings {
    /// The database.
    pub database: String,
    /// The role's key in the spec.
    pub role: String,
    /// The parameters that differ.
    pub settings: BTreeMap<String, Drift<Setting>>,
}

impl Display for AlterRoleSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details: Vec<_> = parameters(&self.settings).collect();
        write!(f, "alter role {} in database {}{}", self.role, self.database, list(&details))
    }
}

impl Show for AlterRoleSettings {
    fn subject(&self) -> Subject {
        Subject::new("role_settings", &self.role).within(&self.database)
    }

    fn properties(&self) -> Properties {
        show::settings(Properties::none(), &self.settings)
    }
}

/// A password that is not the declared one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PasswordDrift {
    /// What is there.
    pub from: PreviousPassword,
    /// Where the new one is.
    pub to: SecretRef,
}

/// What the server has stored as the password before the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PreviousPassword {
    /// The role has no password.
    Unset,
    /// A password other than the declared one.
    Another,
    /// An MD5 hash, which is replaced whatever its password is.
    Md5,
    /// It could neither be read nor tried.
    Unknown,
}

impl Display for PreviousPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unset => "unset",
            Self::Another => "another",
            Self::Md5 => "md5",
            Self::Unknown => "unknown",
        })
    }
}

impl Display for CreateRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details = attributes(&self.attributes);
        details.extend(self.password.as_ref().map(|secret| format!("password {secret}")));
        details.extend(parameters(&self.settings));
        write!(f, "create role {}{}", self.role, list(&details))
    }
}

impl Show for CreateRole {
    fn subject(&self) -> Subject {
        Subject::new("role", &self.role)
    }

    fn properties(&self) -> Properties {
        let a = &self.attributes;
        Properties::none()
            .to_some("login", a.login)
            .to_some("superuser", a.superuser)
            .to_some("createdb", a.createdb)
            .to_some("createrole", a.createrole)
            .to_some("replication", a.replication)
            .to_some("bypassrls", a.bypassrls)
            .to_some("inherit", a.inherit)
            .to_some("connection_limit", a.connection_limit)
            .to_some("valid_until", a.valid_until)
            .to_some("password", self.password.as_ref().map(ToString::to_string))
            .to("settings", &self.settings)
    }
}

impl Display for AlterRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details = attributes(&self.attributes);
        let password = self.password.as_ref();
        details.extend(password.map(|drift| format!("password {} -> {}", drift.from, drift.to)));
        details.extend(parameters(&self.settings));
        write!(f, "alter role {}{}", self.role, list(&details))
    }
}

impl Show for AlterRole {
    fn subject(&self) -> Subject {
        Subject::new("role", &self.role)
    }

    fn properties(&self) -> Properties {
        let a = &self.attributes;
        let mut properties = Properties::none()
            .drifts("login", a.login.as_ref())
            .drifts("superuser", a.superuser.as_ref())
            .drifts("createdb", a.createdb.as_ref())
            .drifts("createrole", a.createrole.as_ref())
            .drifts("replication", a.replication.as_ref())
            .drifts("bypassrls", a.bypassrls.as_ref())
            .drifts("inherit", a.inherit.as_ref())
            .drifts("connection_limit", a.connection_limit.as_ref())
            .drifts("valid_until", a.valid_until.as_ref());
        if let Some(PasswordDrift { from, to }) = &self.password {
            let stored = (*from != PreviousPassword::Unset).then(|| from.to_string());
            properties = properties.differing("password", stored, to.to_string());
        }
        show::settings(properties, &self.settings)
    }
}

fn attributes<B: Display, N: Display, U: Display>(attributes: &Attributes<B, N, U>) -> Vec<String> {
    let Attributes {
        login,
        superuser,
        createdb,
        createrole,
        replication,
        bypassrls,
        inherit,
        connection_limit,
        valid_until,
    } = attributes;
    let all = [
        detail("login", login.as_ref()),
        detail("superuser", superuser.as_ref()),
        detail("createdb", createdb.as_ref()),
        detail("createrole", createrole.as_ref()),
        detail("replication", replication.as_ref()),
        detail("bypassrls", bypassrls.as_ref()),
        detail("inherit", inherit.as_ref()),
        detail("connectionLimit", connection_limit.as_ref()),
        detail("validUntil", valid_until.as_ref()),
    ];
    all.into_iter().flatten().collect()
}
