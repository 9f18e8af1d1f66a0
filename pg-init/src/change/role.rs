//! Changes of roles.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use init_core::diff::Drift;
use init_core::{Properties, SecretRef, Subject};

use super::show::{self, Show, details_text, parameters};
use crate::desired::{Attribute, Attributes, Until};
use crate::spec::Setting;

/// A new role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreateRole {
    /// The key in the spec.
    pub role: String,
    /// The attributes, as far as they are declared.
    pub attributes: Attributes,
    /// The secret of its password.
    pub password: Option<SecretRef>,
    /// The parameters.
    pub settings: BTreeMap<String, Setting>,
}

/// A role that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterRole {
    /// The key in the spec.
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

/// The password of a role that is declared without one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RemovePassword {
    /// The role's key in the spec.
    pub role: String,
}

impl Display for RemovePassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "remove password of role {}", self.role)
    }
}

impl Show for RemovePassword {
    fn subject(&self) -> Subject {
        Subject::new("password", &self.role)
    }

    fn properties(&self) -> Properties {
        Properties::none()
    }
}

impl Display for AlterRoleSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details: Vec<_> = parameters(&self.settings).collect();
        write!(f, "alter role {} in database {}{}", self.role, self.database, details_text(&details))
    }
}

impl Show for AlterRoleSettings {
    fn subject(&self) -> Subject {
        Subject::new("role_settings", &self.role).within(&self.database)
    }

    fn properties(&self) -> Properties {
        show::settings_drift(Properties::none(), &self.settings)
    }
}

/// A password that is not the declared one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PasswordDrift {
    /// The stored password.
    pub from: PreviousPassword,
    /// The secret of the new password.
    pub to: SecretRef,
}

/// The stored password before the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PreviousPassword {
    /// The role has no password.
    Unset,
    /// A password other than the declared one.
    Another,
    /// An MD5 hash, which is replaced whatever its password is.
    Md5,
    /// A password that could be neither read nor tried.
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
        write!(f, "create role {}{}", self.role, details_text(&details))
    }
}

impl Show for CreateRole {
    fn subject(&self) -> Subject {
        Subject::new("role", &self.role)
    }

    fn properties(&self) -> Properties {
        let properties =
            self.attributes.iter().fold(Properties::none(), |properties, (name, value)| match value {
                Attribute::Flag(value) => properties.to(name.property, value),
                Attribute::Number(value) => properties.to(name.property, value),
                Attribute::Until(value) => properties.to(name.property, value),
            });
        properties
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
        write!(f, "alter role {}{}", self.role, details_text(&details))
    }
}

impl Show for AlterRole {
    fn subject(&self) -> Subject {
        Subject::new("role", &self.role)
    }

    fn properties(&self) -> Properties {
        let each = self.attributes.iter();
        let mut properties = each.fold(Properties::none(), |properties, (name, value)| match value {
            Attribute::Flag(drift) => properties.drifts(name.property, Some(drift)),
            Attribute::Number(drift) => properties.drifts(name.property, Some(drift)),
            Attribute::Until(drift) => properties.drifts(name.property, Some(drift)),
        });
        if let Some(PasswordDrift { from, to }) = &self.password {
            let stored = (*from != PreviousPassword::Unset).then(|| from.to_string());
            properties = properties.differing("password", stored, to.to_string());
        }
        show::settings_drift(properties, &self.settings)
    }
}

fn attributes<B: Display, N: Display, U: Display>(attributes: &Attributes<B, N, U>) -> Vec<String> {
    attributes.iter().map(|(name, value)| format!("{} {value}", name.key)).collect()
}
