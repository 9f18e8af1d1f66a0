//! Databases: what is fixed at creation is a conflict afterwards.

use init_core::diff::Drift;
use init_core::{Conflict, SpecPath};

use super::planner::Planner;
use super::settings;
use crate::change::{AlterDatabase, AlterRoleSettings, Change, CreateDatabase};
use crate::desired::{Database, Locale};
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
            self.inside(name, database, &at);
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
        self.change(Change::CreateDatabase(CreateDatabase {
            rank: self.rank(database),
            database: name.to_owned(),
            owner: database.owner.clone(),
            template: template.to_owned(),
            encoding: database.encoding.clone(),
            locale: database.locale.clone(),
            connection_limit: database.connection_limit,
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
        if database.has_inside() && !there.allows_connections {
            self.conflict(at, "the database takes no connections (ALLOW_CONNECTIONS false), and the spec declares something inside");
        }
        let owner = database.owner.clone().and_then(|owner| Drift::between(Some(there.owner.clone()), owner));
        let limit = database.connection_limit;
        let connection_limit = limit.and_then(|limit| Drift::between(Some(there.connection_limit), limit));
        let settings = settings::drift(&database.settings, &there.settings);
        if owner.is_some() || connection_limit.is_some() || !settings.is_empty() {
            let database = name.to_owned();
            self.change(Change::AlterDatabase(AlterDatabase { database, owner, connection_limit, settings }));
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
