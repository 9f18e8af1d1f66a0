//! Compares databases. A difference in a property that is fixed at creation is a conflict.

use init_core::diff::Drift;
use init_core::{Conflict, SpecPath};

use super::planner::{Planner, drift};
use super::settings;
use crate::change::{AlterDatabase, AlterRoleSettings, Change, CreateDatabase};
use crate::desired::{Database, DatabaseOptions, Locale};
use crate::observed;
use crate::spec::LocaleProvider;

impl Planner<'_> {
    pub(super) fn databases(&mut self) {
        for (name, database) in &self.desired.databases {
            let at = SpecPath::root().key("databases").key(name);
            if let Some(owner) = &database.owner {
                self.check_role(&at.key("owner"), owner);
            }
            match self.observed.databases.get(name) {
                None => self.create_database(name, database, &at),
                Some(existing) => self.compare_database(name, database, existing, &at),
            }
            self.role_settings(name, database, &at);
            self.check_connect(name, database, self.observed.databases.get(name), &at);
            // The contents of a database that allows no connections could not be read: they are compared by the run
            // after it allows them.
            if self.observed.databases.get(name).is_none_or(observed::Database::allows_connections) {
                self.plan_contents(name, database, &at);
            }
        }
    }

    /// Compares the configuration parameters that apply to the sessions of one role in one database.
    fn role_settings(&mut self, name: &str, database: &Database, at: &SpecPath) {
        let nothing = observed::Settings::default();
        let existing = self.observed.databases.get(name);
        for (role, wanted) in &database.role_settings {
            self.check_role(&at.key("roleSettings").key(role), role);
            let stored = existing.and_then(|existing| existing.role_settings.get(role)).unwrap_or(&nothing);
            let settings = settings::drift(wanted, stored);
            if !settings.is_empty() {
                let (database, role) = (name.to_owned(), role.clone());
                self.change(Change::AlterRoleSettings(AlterRoleSettings { database, role, settings }));
            }
        }
    }

    fn create_database(&mut self, name: &str, database: &Database, at: &SpecPath) {
        let template = database.template();
        if let Some(existing) = self.observed.databases.get(template) {
            if template != "template0" {
                self.compare_fixed_properties(database, existing, at, &format!("the template {template}"));
            }
        } else if !self.desired.databases.contains_key(template) {
            let problem = format!("the template {template} is neither declared nor there");
            self.conflict(&at.key("template"), problem);
        }
        if let Some(tablespace) = database.tablespace.as_ref()
            && self.observed.version > 0
            && !self.observed.tablespaces.contains(tablespace)
        {
            self.conflict(
                &at.key("tablespace"),
                format!("the server has no tablespace {tablespace}: create it first"),
            );
        }
        self.change(Change::CreateDatabase(CreateDatabase {
            rank: self.template_depth(database),
            database: name.to_owned(),
            owner: database.owner.clone(),
            template: template.to_owned(),
            encoding: database.encoding.clone(),
            locale: database.locale.clone(),
            tablespace: database.tablespace.clone(),
            options: database.options.clone(),
            settings: settings::for_creation(&database.settings),
        }));
    }

    /// The number of declared templates that must exist before the database. Validation refuses cycles.
    fn template_depth(&self, database: &Database) -> usize {
        let declared = |template: &str| self.desired.databases.get(template);
        std::iter::successors(declared(database.template()), |next| declared(next.template())).count()
    }

    fn compare_database(
        &mut self,
        name: &str,
        database: &Database,
        existing: &observed::Database,
        at: &SpecPath,
    ) {
        self.compare_fixed_properties(database, existing, at, "the database");
        let opened = database.options.allow_connections == Some(true);
        if database.has_contents() && !existing.allows_connections() && !opened {
            self.conflict(at, "the database takes no connections (ALLOW_CONNECTIONS false), and the spec declares something inside: \
                               add `allowConnections: true`");
        }
        if let Some(wanted) = database.tablespace.as_ref().filter(|wanted| **wanted != existing.tablespace) {
            let problem = format!(
                "the database is in the tablespace {}, and the spec wants {wanted}: move it with `ALTER DATABASE … SET TABLESPACE` \
                 while nobody is connected, or correct the spec",
                existing.tablespace
            );
            self.conflict(&at.key("tablespace"), problem);
        }
        let owner =
            database.owner.clone().and_then(|owner| Drift::between(Some(existing.owner.clone()), owner));
        let options = options_drift(&database.options, &existing.options);
        let settings = settings::drift(&database.settings, &existing.settings);
        if owner.is_some() || options != DatabaseOptions::default() || !settings.is_empty() {
            let database = name.to_owned();
            self.change(Change::AlterDatabase(AlterDatabase { database, owner, options, settings }));
        }
    }

    /// Compares the encoding and the locale, which can be changed neither in an existing database nor while a
    /// template is copied.
    fn compare_fixed_properties(
        &mut self,
        database: &Database,
        existing: &observed::Database,
        at: &SpecPath,
        of: &str,
    ) {
        if let Some(wanted) = &database.encoding {
            let canonical = self.observed.encodings.get(wanted).unwrap_or(wanted);
            if *canonical != existing.encoding {
                let problem = format!(
                    "{of} has the encoding {}, and the spec wants {wanted}: {REMEDY}",
                    existing.encoding
                );
                self.conflict(&at.key("encoding"), problem);
            }
        }
        self.compare_locale(&database.locale, &existing.locale, at, of);
    }

    fn compare_locale(&mut self, wanted: &Locale, existing: &observed::Locale, at: &SpecPath, of: &str) {
        let is = |provider: LocaleProvider| existing.provider == Some(provider);
        let word =
            |provider: Option<LocaleProvider>| provider.map_or("another provider", LocaleProvider::keyword);
        let mut compare = |key: &str, what: &str, has: &str, wants: &str, same: bool| {
            if !same {
                let problem = format!("{of} has {what} {has}, and the spec wants {wants}: {REMEDY}");
                self.conflicts.push(Conflict::new(at.key(key), problem));
            }
        };
        if let Some(provider) = wanted.provider {
            let key = if wanted.icu.is_some() { "icuLocale" } else { "localeProvider" };
            compare(key, "the locale provider", word(existing.provider), provider.keyword(), is(provider));
        }
        for (key, what, own, has) in [
            ("lcCollate", "LC_COLLATE", &wanted.collate, &existing.collate),
            ("lcCtype", "LC_CTYPE", &wanted.ctype, &existing.ctype),
        ] {
            let (key, wants) =
                (if own.is_some() { key } else { "locale" }, own.as_ref().or(wanted.all.as_ref()));
            if let Some(wants) = wants {
                compare(key, what, has, wants, canonical_locale(has) == canonical_locale(wants));
            }
        }
        let own = existing.of_provider.as_deref().unwrap_or_default();
        if let Some(icu) = wanted.icu.as_ref().filter(|_| is(LocaleProvider::Icu)) {
            let same =
                icu == own || self.observed.icu_locales.get(icu).is_some_and(|canonical| canonical == own);
            compare("icuLocale", "the ICU locale", own, icu, same);
        }
        if let Some(all) = wanted.all.as_ref().filter(|_| is(LocaleProvider::Builtin)) {
            compare("locale", "the builtin locale", own, all, canonical_locale(own) == canonical_locale(all));
        }
    }
}

/// The options of which the declared value differs from the stored one.
fn options_drift(
    wanted: &DatabaseOptions,
    existing: &DatabaseOptions,
) -> DatabaseOptions<Drift<bool>, Drift<i32>> {
    DatabaseOptions {
        connection_limit: drift(wanted.connection_limit, existing.connection_limit),
        allow_connections: drift(wanted.allow_connections, existing.allow_connections),
        is_template: drift(wanted.is_template, existing.is_template),
    }
}

/// The end of a message about a property that is fixed at creation.
const REMEDY: &str =
    "it is fixed at creation, so dump the content and restore it into a new database, or correct the spec";

/// The locale with its codeset in a canonical spelling: operating systems spell the codeset of one locale
/// differently, as in `C.UTF-8` and `C.utf8`.
fn canonical_locale(locale: &str) -> String {
    match locale.split_once('.') {
        Some((language, codeset)) => {
            let plain = codeset.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase());
            format!("{language}.{}", plain.collect::<String>())
        }
        None => locale.to_owned(),
    }
}
