//! Changes of foreign servers and user mappings. None of them holds the value of a secret.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display};

use init_core::diff::Drift;
use init_core::{Properties, SecretRef, Subject};

use super::show::{self, Show, detail, details_text, parameters};
use crate::desired::{ForeignServer, UserMapping};

/// A new foreign server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreateForeignServer {
    /// The database.
    pub database: String,
    /// The name.
    pub server: String,
    /// The properties of the foreign server.
    pub of: ForeignServer,
}

/// A foreign server that differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterForeignServer {
    /// The database.
    pub database: String,
    /// The name.
    pub server: String,
    /// The foreign-data wrapper, which cannot be changed.
    pub wrapper: String,
    /// The version.
    pub version: Option<Drift<String>>,
    /// The options that differ.
    pub options: BTreeMap<String, Drift<String>>,
    /// The owner.
    pub owner: Option<Drift<String>>,
    /// The roles with USAGE, before and after the change.
    pub usage: Option<Drift<BTreeSet<String>>>,
}

/// A new user mapping.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreateUserMapping {
    /// The database.
    pub database: String,
    /// The foreign server.
    pub server: String,
    /// The role's key, or `public`.
    pub role: String,
    /// The options.
    pub of: UserMapping,
}

/// A user mapping that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterUserMapping {
    /// The database.
    pub database: String,
    /// The foreign server.
    pub server: String,
    /// The role's key, or `public`.
    pub role: String,
    /// The options that differ.
    pub options: BTreeMap<String, Drift<String>>,
    /// The options that differ and are secrets.
    pub secrets: BTreeMap<String, SecretOption>,
}

/// An option whose stored value is not that of the secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SecretOption {
    /// True when the option exists.
    pub existing: bool,
    /// The secret of the value.
    pub to: SecretRef,
}

impl SecretOption {
    fn from(&self) -> Option<&'static str> {
        self.existing.then_some("another")
    }
}

impl Display for CreateForeignServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ForeignServer { wrapper, kind, version, options, owner, usage } = &self.of;
        let mut details = vec![format!("wrapper {wrapper}")];
        details.extend(detail("type", kind.as_ref()));
        details.extend(detail("version", version.as_ref()));
        details.extend(parameters(options));
        details.extend(detail("owner", owner.as_ref()));
        details.extend(usage.iter().map(|role| format!("usage {role}")));
        write!(
            f,
            "create foreign server {} in database {}{}",
            self.server,
            self.database,
            details_text(&details)
        )
    }
}

impl Show for CreateForeignServer {
    fn subject(&self) -> Subject {
        Subject::new("foreign_server", &self.server).within(&self.database)
    }

    fn properties(&self) -> Properties {
        let ForeignServer { wrapper, kind, version, options, owner, usage } = &self.of;
        let properties = Properties::none()
            .to("wrapper", wrapper)
            .to_some("type", kind.as_ref())
            .to_some("version", version.as_ref())
            .to_some("options", Some(options).filter(|options| !options.is_empty()))
            .to_some("owner", owner.as_ref());
        properties.to_some("usage", Some(usage).filter(|usage| !usage.is_empty()))
    }
}

impl Display for AlterForeignServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details: Vec<_> = detail("version", self.version.as_ref()).into_iter().collect();
        details.extend(parameters(&self.options));
        details.extend(detail("owner", self.owner.as_ref()));
        details.extend(self.missing_usage().map(|role| format!("usage {role}")));
        write!(
            f,
            "alter foreign server {} in database {}{}",
            self.server,
            self.database,
            details_text(&details)
        )
    }
}

impl AlterForeignServer {
    /// The roles that lack USAGE.
    pub(crate) fn missing_usage(&self) -> impl Iterator<Item = &String> {
        let lacks = |drift: &'_ Drift<BTreeSet<String>>, role: &String| {
            drift.from.as_ref().is_none_or(|from| !from.contains(role))
        };
        let drift = self.usage.iter();
        drift.flat_map(move |drift| drift.to.iter().filter(move |role| lacks(drift, role)))
    }
}

impl Show for AlterForeignServer {
    fn subject(&self) -> Subject {
        Subject::new("foreign_server", &self.server).within(&self.database)
    }

    fn properties(&self) -> Properties {
        let properties = Properties::none().drifts("version", self.version.as_ref());
        let properties = show::options_drift(properties, &self.options).drifts("owner", self.owner.as_ref());
        show::set_drift(properties, "usage", self.usage.as_ref())
    }
}

fn write_mapping(
    f: &mut fmt::Formatter<'_>,
    verb: &str,
    of: [&String; 3],
    details: &[String],
) -> fmt::Result {
    let [role, server, database] = of;
    write!(
        f,
        "{verb} user mapping of {role} on foreign server {server} in database {database}{}",
        details_text(details)
    )
}

impl Display for CreateUserMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let details: Vec<_> = parameters(&self.of.options).chain(parameters(&self.of.secrets)).collect();
        write_mapping(f, "create", [&self.role, &self.server, &self.database], &details)
    }
}

impl Show for CreateUserMapping {
    fn subject(&self) -> Subject {
        Subject::new("user_mapping", &self.role).within(&self.database)
    }

    fn properties(&self) -> Properties {
        let mut options: BTreeMap<&String, String> =
            self.of.options.iter().map(|(name, value)| (name, value.clone())).collect();
        options.extend(self.of.secrets.iter().map(|(name, secret)| (name, secret.to_string())));
        let properties = Properties::none().to("foreign_server", &self.server);
        properties.to_some("options", Some(options).filter(|options| !options.is_empty()))
    }
}

impl Display for AlterUserMapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details: Vec<_> = parameters(&self.options).collect();
        let secrets = self.secrets.iter();
        details.extend(
            secrets.map(|(name, secret)| {
                format!("{name} {} -> {}", secret.from().unwrap_or("unset"), secret.to)
            }),
        );
        write_mapping(f, "alter", [&self.role, &self.server, &self.database], &details)
    }
}

impl Show for AlterUserMapping {
    fn subject(&self) -> Subject {
        Subject::new("user_mapping", &self.role).within(&self.database)
    }

    fn properties(&self) -> Properties {
        let mut options = self.options.clone();
        for (name, secret) in &self.secrets {
            let from = secret.from().map(str::to_owned);
            options.insert(name.clone(), Drift { from, to: secret.to.to_string() });
        }
        show::options_drift(Properties::none().to("foreign_server", &self.server), &options)
    }
}
