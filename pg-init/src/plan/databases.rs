//! Databases: what is fixed at creation is a conflict afterwards.

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
                None => self.create(name, database, &at),
                Some(there) => self.compare(name, database, there, &at),
            }
            self.role_settings(name, database, &at);
            self.check_connect(name, database, self.observed.databases.get(name), &at);
            // Nothing could be read in a database that is closed: its content is compared once it is open.
            if self.observed.databases.get(name).is_none_or(observed::Database::allows_connections) {
                self.inside(name, database, &at);
            }
        }
    }

    /// What sessions of one role have in one database.
    fn role_settings(&mut self, name: &str, database: &Database, at: &SpecPath) {
        let nothing = observed::Settings::default();
        let there = self.observed.databases.get(name);
        for (role, wanted) in &database.role_settings {
            self.check_role(&at.key("roleSettings").key(role), role);
            let stored = there.and_then(|there| there.role_settings.get(role)).unwrap_or(&nothing);
            let settings = settings::drift(wanted, stored);
            if !settings.is_empty() {
                let (database, role) = (name.to_owned(), role.clone());
                self.change(Change::AlterRoleSettings(AlterRoleSettings { database, role, settings }));
            }
        }
    }

    fn create(&mut self, name: &str, database: &Database, at: &SpecPath) {
        let template = database.template();
        if let Some(there) = self.observed.databases.get(template) {
            if template != "template0" {
                self.fixed(database, there, at, &format!("the template {template}"));
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
            rank: self.rank(database),
            database: name.to_owned(),
            owner: database.owner.clone(),
            template: template.to_owned(),
            encoding: database.encoding.clone(),
            locale: database.locale.clone(),
            tablespace: database.tablespace.clone(),
            options: database.options.clone(),
            settings: settings::of_new(&database.settings),
        }));
    }

    /// How many declared templates come before it. Validation has refused circles.
    fn rank(&self, database: &Database) -> usize {
        let declared = |template: &str| self.desired.databases.get(template);
        std::iter::successors(declared(database.template()), |next| declared(next.template())).count()
    }

    fn compare(&mut self, name: &str, database: &Database, there: &observed::Database, at: &SpecPath) {
        self.fixed(database, there, at, "the database");
        let opened = database.options.allow_connections == Some(true);
        if database.has_inside() && !there.allows_connections() && !opened {
            self.conflict(at, "the database takes no connections (ALLOW_CONNECTIONS false), and the spec declares something inside: \
                               add `allowConnections: true`");
        }
        if let Some(wanted) = database.tablespace.as_ref().filter(|wanted| **wanted != there.tablespace) {
            let problem = format!(
                "the database is in the tablespace {}, and the spec wants {wanted}: move it with `ALTER DATABASE … SET TABLESPACE` \
                 while nobody is connected, or correct the spec",
                there.tablespace
            );
            self.conflict(&at.key("tablespace"), problem);
        }
        let owner = database.owner.clone().and_then(|owner| Drift::between(Some(there.owner.clone()), owner));
        let options = options(&database.options, &there.options);
        let settings = settings::drift(&database.settings, &there.settings);
        if owner.is_some() || options != DatabaseOptions::default() || !settings.is_empty() {
            let database = name.to_owned();
            self.change(Change::AlterDatabase(AlterDatabase { database, owner, options, settings }));
        }
    }

    /// Encoding and locale cannot be changed, neither in a database nor on the way from a template.
    fn fixed(&mut self, database: &Database, there: &observed::Database, at: &SpecPath, of: &str) {
        if let Some(wanted) = &database.encoding {
            let canonical = self.observed.encodings.get(wanted).unwrap_or(wanted);
            if *canonical != there.encoding {
                let problem =
                    format!("{of} has the encoding {}, and the spec wants {wanted}: {CURE}", there.encoding);
                self.conflict(&at.key("encoding"), problem);
            }
        }
        self.fixed_locale(&database.locale, &there.locale, at, of);
    }

    fn fixed_locale(&mut self, wanted: &Locale, there: &observed::Locale, at: &SpecPath, of: &str) {
        let is = |provider: LocaleProvider| there.provider == Some(provider);
        let word =
            |provider: Option<LocaleProvider>| provider.map_or("another provider", LocaleProvider::word);
        let mut compare = |key: &str, what: &str, has: &str, wants: &str, same: bool| {
            if !same {
                let problem = format!("{of} has {what} {has}, and the spec wants {wants}: {CURE}");
                self.conflicts.push(Conflict::new(at.key(key), problem));
            }
        };
        if let Some(provider) = wanted.provider {
            let key = if wanted.icu.is_some() { "icuLocale" } else { "localeProvider" };
            compare(key, "the locale provider", word(there.provider), provider.word(), is(provider));
        }
        for (key, what, own, has) in [
            ("lcCollate", "LC_COLLATE", &wanted.collate, &there.collate),
            ("lcCtype", "LC_CTYPE", &wanted.ctype, &there.ctype),
        ] {
            let (key, wants) =
                (if own.is_some() { key } else { "locale" }, own.as_ref().or(wanted.all.as_ref()));
            if let Some(wants) = wants {
                compare(key, what, has, wants, canonical(has) == canonical(wants));
            }
        }
        let own = there.own.as_deref().unwrap_or_default();
        if let Some(icu) = wanted.icu.as_ref().filter(|_| is(LocaleProvider::Icu)) {
            let same =
                icu == own || self.observed.icu_locales.get(icu).is_some_and(|canonical| canonical == own);
            compare("icuLocale", "the ICU locale", own, icu, same);
        }
        if let Some(all) = wanted.all.as_ref().filter(|_| is(LocaleProvider::Builtin)) {
            compare("locale", "the builtin locale", own, all, canonical(own) == canonical(all));
        }
    }
}

/// The options that differ.
fn options(wanted: &DatabaseOptions, there: &DatabaseOptions) -> DatabaseOptions<Drift<bool>, Drift<i32>> {
    DatabaseOptions {
        connection_limit: drift(wanted.connection_limit, there.connection_limit),
        allow_connections: drift(wanted.allow_connections, there.allow_connections),
        is_template: drift(wanted.is_template, there.is_template),
    }
}

const CURE: &str =
    "it is fixed at creation, so dump the content and restore it into a new database, or correct the spec";

/// `C.UTF-8` and `C.utf8` are one locale: the operating system spells the codeset as it likes.
fn canonical(locale: &str) -> String {
    match locale.split_once('.') {
        Some((language, codeset)) => {
            let plain = codeset.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase());
            format!("{language}.{}", plain.collect::<String>())
        }
        None => locale.to_owned(),
    }
}
