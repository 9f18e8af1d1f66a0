//! Compares extensions. An extension is created after the extensions that it requires, and required extensions that
//! the spec does not declare are created too.

use std::collections::BTreeMap;

use init_core::SpecPath;
use init_core::diff::Drift;

use super::contents::DatabaseScope;
use super::planner::Planner;
use crate::change::{AlterExtension, Change, CreateExtension};
use crate::desired::{Extension, LATEST};
use crate::observed::{self, AvailableVersion};

/// The extensions that are to be created in one database, by name.
type Installs<'a> = BTreeMap<&'a str, Install<'a>>;

/// An extension that is to be created.
#[derive(Clone, Copy)]
struct Install<'a> {
    /// The schema of its objects, unless its control file fixes one.
    schema: &'a str,
    version: Option<&'a str>,
    available: Option<&'a AvailableVersion>,
}

impl<'a> Planner<'a> {
    pub(super) fn extensions<'w>(&mut self, scope: &DatabaseScope<'w>)
    where
        'a: 'w,
    {
        let at = scope.at.key("extensions");
        let mut wanted = Installs::new();
        for (name, declared) in &scope.database.extensions {
            let at = at.key(name);
            match scope.existing.extensions.get(name) {
                Some(installed) => self.compare_installed(scope, name, (declared, installed), &at),
                None => self.plan_install(scope, name, declared, &at, &mut wanted),
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

    fn plan_install<'w>(
        &mut self,
        scope: &DatabaseScope<'w>,
        name: &'w str,
        declared: &'w Extension,
        at: &SpecPath,
        wanted: &mut Installs<'w>,
    ) where
        'a: 'w,
    {
        let version = declared.version.as_deref();
        let available =
            self.observed.available_extensions.get(name).and_then(|available| available.version(version));
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
        if comes_from_template(scope, name) {
            return;
        }
        let schema = declared.schema.as_deref().unwrap_or("public");
        wanted.insert(name, Install { schema, version, available });
        self.install_required(scope, name, schema, at, wanted);
    }

    /// Adds the extensions that an extension requires, directly or through others, unless they are declared, exist,
    /// or are already added.
    fn install_required<'w>(
        &mut self,
        scope: &DatabaseScope<'w>,
        name: &str,
        schema: &'w str,
        at: &SpecPath,
        wanted: &mut Installs<'w>,
    ) where
        'a: 'w,
    {
        let available = wanted.get(name).and_then(|install| install.available);
        for required in available.into_iter().flat_map(|available| &available.requires) {
            let declared = scope.database.extensions.contains_key(required);
            if declared
                || comes_from_template(scope, required)
                || scope.existing.extensions.contains_key(required)
                || wanted.contains_key(required.as_str())
            {
                continue;
            }
            let Some(available) = self
                .observed
                .available_extensions
                .get(required)
                .and_then(|available| available.version(None))
            else {
                let problem =
                    format!("{name} requires the extension {required}, which the server has no files of");
                self.conflict(at, problem);
                continue;
            };
            wanted.insert(required, Install { schema, version: None, available: Some(available) });
            self.install_required(scope, required, schema, at, wanted);
        }
    }

    fn compare_installed(
        &mut self,
        scope: &DatabaseScope<'_>,
        name: &str,
        (wanted, existing): (&Extension, &observed::Extension),
        at: &SpecPath,
    ) {
        let moved = |schema: &String| Drift::between(Some(existing.schema.clone()), schema.clone());
        let schema = wanted.schema.as_ref().and_then(moved);
        if let Some(drift) = &schema {
            if !existing.relocatable {
                let problem = format!("{name} is in the schema {} and cannot be moved", existing.schema);
                return self.conflict(&at.key("schema"), problem);
            }
            self.check_schema(scope, &at.key("schema"), &drift.to);
        }
        let updated = |version: &String| Drift::between(Some(existing.version.clone()), version.clone());
        let files =
            self.observed.available_extensions.get(name).and_then(|available| available.default.as_ref());
        let follows = wanted.version.as_deref() == Some(LATEST);
        let version = if follows { files } else { wanted.version.as_ref() }.and_then(updated);
        if let Some(drift) = version.as_ref().filter(|drift| !existing.reachable.contains(&drift.to)) {
            let problem = format!(
                "{name} has version {}, and no update leads from it to {} (to an older version there is none)",
                existing.version, drift.to
            );
            return self.conflict(&at.key("version"), problem);
        }
        if schema.is_some() || version.is_some() {
            let (database, extension) = (scope.name.to_owned(), name.to_owned());
            self.change(Change::AlterExtension(AlterExtension { database, extension, schema, version }));
        }
    }
}

/// True when a new database gets the extension from its template: every template that PostgreSQL creates has the
/// language PL/pgSQL.
fn comes_from_template(scope: &DatabaseScope<'_>, name: &str) -> bool {
    scope.is_new && name == "plpgsql"
}

/// The length of the longest chain of requirements below an extension. `limit` ends the search in a cycle.
fn rank(name: &str, wanted: &Installs<'_>, limit: usize) -> usize {
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
