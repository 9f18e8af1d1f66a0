//! Changes of databases.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use init_core::diff::Drift;
use init_core::{Properties, Subject};

use super::show::{self, Show, detail, details_text, parameters};
use crate::desired::{DatabaseOptions, Locale};
use crate::spec::{LocaleProvider, Setting};

/// A new database.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreateDatabase {
    /// The number of declared templates that must exist before the database.
    pub rank: usize,
    /// The name.
    pub database: String,
    /// The owner.
    pub owner: Option<String>,
    /// The template that the database is copied from.
    pub template: String,
    /// The encoding.
    pub encoding: Option<String>,
    /// The locale.
    pub locale: Locale,
    /// The tablespace of its contents.
    pub tablespace: Option<String>,
    /// The options.
    pub options: DatabaseOptions,
    /// The parameters.
    pub settings: BTreeMap<String, Setting>,
}

/// A database that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlterDatabase {
    /// The name.
    pub database: String,
    /// The owner.
    pub owner: Option<Drift<String>>,
    /// The options that differ.
    pub options: DatabaseOptions<Drift<bool>, Drift<i32>>,
    /// The parameters that differ.
    pub settings: BTreeMap<String, Drift<Setting>>,
}

impl Display for CreateDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details = Vec::new();
        details.extend(detail("owner", self.owner.as_ref()));
        details.push(format!("template {}", self.template));
        details.extend(detail("encoding", self.encoding.as_ref()));
        let Locale { all, provider, icu, collate, ctype } = &self.locale;
        details.extend(detail("locale", all.as_ref()));
        details.extend(detail("localeProvider", provider.map(LocaleProvider::keyword).as_ref()));
        details.extend(detail("icuLocale", icu.as_ref()));
        details.extend(detail("lcCollate", collate.as_ref()));
        details.extend(detail("lcCtype", ctype.as_ref()));
        details.extend(detail("tablespace", self.tablespace.as_ref()));
        details.extend(options(&self.options));
        details.extend(parameters(&self.settings));
        write!(f, "create database {}{}", self.database, details_text(&details))
    }
}

impl Show for CreateDatabase {
    fn subject(&self) -> Subject {
        Subject::new("database", &self.database)
    }

    fn properties(&self) -> Properties {
        Properties::none()
            .to_some("owner", self.owner.as_ref())
            .to("template", &self.template)
            .to_some("encoding", self.encoding.as_ref())
            .to_some("locale", self.locale.all.as_ref())
            .to_some("locale_provider", self.locale.provider)
            .to_some("icu_locale", self.locale.icu.as_ref())
            .to_some("lc_collate", self.locale.collate.as_ref())
            .to_some("lc_ctype", self.locale.ctype.as_ref())
            .to_some("tablespace", self.tablespace.as_ref())
            .to_some("connection_limit", self.options.connection_limit)
            .to_some("allow_connections", self.options.allow_connections)
            .to_some("is_template", self.options.is_template)
            .to("settings", &self.settings)
    }
}

impl Display for AlterDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details = Vec::new();
        details.extend(detail("owner", self.owner.as_ref()));
        details.extend(options(&self.options));
        details.extend(parameters(&self.settings));
        write!(f, "alter database {}{}", self.database, details_text(&details))
    }
}

impl Show for AlterDatabase {
    fn subject(&self) -> Subject {
        Subject::new("database", &self.database)
    }

    fn properties(&self) -> Properties {
        let properties = Properties::none()
            .drifts("owner", self.owner.as_ref())
            .drifts("connection_limit", self.options.connection_limit.as_ref())
            .drifts("allow_connections", self.options.allow_connections.as_ref())
            .drifts("is_template", self.options.is_template.as_ref());
        show::settings_drift(properties, &self.settings)
    }
}

fn options<B: Display, N: Display>(options: &DatabaseOptions<B, N>) -> impl Iterator<Item = String> {
    let all = [
        detail("connectionLimit", options.connection_limit.as_ref()),
        detail("allowConnections", options.allow_connections.as_ref()),
        detail("isTemplate", options.is_template.as_ref()),
    ];
    all.into_iter().flatten()
}
