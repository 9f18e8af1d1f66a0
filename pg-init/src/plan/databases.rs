//! Databases: what is fixed at creation is a conflict afterwards.

use init_core::SpecPath;
use init_core::diff::Drift;

use super::planner::Planner;
use super::settings;
use crate::change::{AlterDatabase, Change, CreateDatabase};
use crate::desired::Database;
use crate::observed;

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
            self.check_connect(name, database, self.observed.databases.get(name), &at);
            self.inside(name, database, &at);
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
            settings: database.settings.clone(),
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
        if let Some(wanted) = &database.locale
            && there.locales.iter().any(|locale| canonical(locale) != canonical(wanted))
        {
            let has = there.locales.iter().cloned().collect::<Vec<_>>().join(" and ");
            let problem = format!("{of} has the locale {has}, and the spec wants {wanted}: {CURE}");
            self.conflict(&at.key("locale"), problem);
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
