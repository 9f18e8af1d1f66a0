//! Extensions: each after those that it requires, which are created with it where the spec does not declare them.

use std::collections::BTreeMap;

use init_core::SpecPath;
use init_core::diff::Drift;

use super::inside::DatabaseScope;
use super::planner::Planner;
use crate::change::{AlterExtension, Change, CreateExtension};
use crate::desired::{Extension, LATEST};
use crate::observed::{self, Available};

/// What is to be created in one database, by name.
type Wanted<'a> = BTreeMap<&'a str, Install<'a>>;

#[derive(Clone, Copy)]
struct Install<'a> {
    /// The schema for its objects, unless its control file fixes one.
    schema: &'a str,
    version: Option<&'a str>,
    available: Option<&'a Available>,
}

impl<'a> Planner<'a> {
    pub(super) fn extensions<'w>(&mut self, scope: &DatabaseScope<'w>)
    where
        'a: 'w,
    {
        let at = scope.at.key("extensions");
        let mut wanted = Wanted::new();
        for (name, declared) in &scope.database.extensions {
            let at = at.key(name);
            match scope.there.extensions.get(name) {
                Some(installed) => self.installed(scope, name, (declared, installed), &at),
                None => self.install(scope, name, declared, &at, &mut wanted),
            }
        }
        for (name, install) in &wanted {
            let own = install.available.is_some_and(|available| available.schema.is_some());
            self.change(Change::CreateExtension(CreateExtension {
                rank: rank(name, &wanted, wanted.len()),
                database: scope.name.to_owned(),
                extension: (*name).to_owned(),
                schema: (!own).then(|| install.schema.to_owned()),
                version: install.version.filter(|version| *version != LATEST).map(str::to_owned),
            }));
        }
    }

    fn install<'w>(
        &mut self,
        scope: &DatabaseScope<'w>,
        name: &'w str,
        declared: &'w Extension,
        at: &SpecPath,
        wanted: &mut Wanted<'w>,
    ) where
        'a: 'w,
    {
        let version = declared.version.as_deref();
        let available = self.observed.offers.get(name).and_then(|offer| offer.of(version));
        let own = available.and_then(|available| available.schema.as_ref());
        match (own, &declared.schema) {
            (Some(own), Some(schema)) if own != schema => {
                let problem = format!("{name} goes to the schema {own} only, and the spec wants {schema}");
                self.conflict(&at.key("schema"), problem);
            }
            (None, Some(schema)) => self.check_schema(scope, &at.key("schema"), schema),
            (None, None) => self.check_schema(scope, &at.key("schema"), "public"),
            (Some(_), _) => {}
        }
        if is_copied(scope, name) {
            return;
        }
        let schema = declared.schema.as_deref().unwrap_or("public");
        wanted.insert(name, Install { schema, version, available });
        self.required(scope, name, schema, at, wanted);
    }

    /// What an extension requires, and what that requires: declared, there, or created beside it.
    fn required<'w>(
        &mut self,
        scope: &DatabaseScope<'w>,
        name: &str,
        schema: &'w str,
        at: &SpecPath,
        wanted: &mut Wanted<'w>,
    ) where
        'a: 'w,
    {
        let available = wanted.get(name).and_then(|install| install.available);
        for required in available.into_iter().flat_map(|available| &available.requires) {
            let declared = scope.database.extensions.contains_key(required);
            if declared
                || is_copied(scope, required)
                || scope.there.extensions.contains_key(required)
                || wanted.contains_key(required.as_str())
            {
                continue;
            }
            let Some(available) = self.observed.offers.get(required).and_then(|offer| offer.of(None)) else {
                let problem =
                    format!("{name} requires the extension {required}, which the server has no files of");
                self.conflict(at, problem);
                continue;
            };
            wanted.insert(required, Install { schema, version: None, available: Some(available) });
            self.required(scope, required, schema, at, wanted);
        }
    }

    fn installed(
        &mut self,
        scope: &DatabaseScope<'_>,
        name: &str,
        (wanted, there): (&Extension, &observed::Extension),
        at: &SpecPath,
    ) {
        let moved = |schema: &String| Drift::between(Some(there.schema.clone()), schema.clone());
        let schema = wanted.schema.as_ref().and_then(moved);
        if let Some(drift) = &schema {
            if !there.relocatable {
                let problem = format!("{name} is in the schema {} and cannot be moved", there.schema);
                return self.conflict(&at.key("schema"), problem);
            }
            self.check_schema(scope, &at.key("schema"), &drift.to);
        }
        let updated = |version: &String| Drift::between(Some(there.version.clone()), version.clone());
        let files = self.observed.offers.get(name).and_then(|offer| offer.default.as_ref());
        let follows = wanted.version.as_deref() == Some(LATEST);
        let version = if follows { files } else { wanted.version.as_ref() }.and_then(updated);
        if let Some(drift) = version.as_ref().filter(|drift| !there.reachable.contains(&drift.to)) {
            let problem = format!(
                "{name} has version {}, and no update leads from it to {} (to an older version there is none)",
                there.version, drift.to
            );
            return self.conflict(&at.key("version"), problem);
        }
        if schema.is_some() || version.is_some() {
            let (database, extension) = (scope.name.to_owned(), name.to_owned());
            self.change(Change::AlterExtension(AlterExtension { database, extension, schema, version }));
        }
    }
}

/// Whether a database that is not there yet gets it from its template: every one that PostgreSQL makes has this language.
fn is_copied(scope: &DatabaseScope<'_>, name: &str) -> bool {
    scope.new && name == "plpgsql"
}

/// How many steps of requirements are below an extension; `limit` ends a circle.
fn rank(name: &str, wanted: &Wanted<'_>, limit: usize) -> usize {
    let below = wanted.get(name).and_then(|install| install.available);
    let below = below.into_iter().flat_map(|available| &available.requires);
    match limit.checked_sub(1) {
        Some(limit) => below
            .filter(|required| wanted.contains_key(required.as_str()))
            .map(|required| 1 + rank(required, wanted, limit))
            .max()
            .unwrap_or(0),
        None => 0,
    }
}
