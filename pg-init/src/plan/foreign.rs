//! Compares foreign servers and user mappings. Declared options are set, and other options stay.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SpecPath;
use init_core::diff::Drift;

use super::contents::DatabaseScope;
use super::planner::{Planner, drift};
use crate::change::{
    AlterForeignServer, AlterUserMapping, Change, CreateForeignServer, CreateUserMapping, SecretOption,
};
use crate::desired::{ForeignServer, UserMapping};
use crate::observed;

impl Planner<'_> {
    pub(super) fn foreign_servers(&mut self, scope: &DatabaseScope<'_>) {
        for (name, wanted) in &scope.database.foreign_servers {
            let at = scope.at.key("foreignServers").key(name);
            if let Some(owner) = &wanted.owner {
                self.check_role(&at.key("owner"), owner);
            }
            for role in &wanted.usage {
                self.check_role(&at.key("usage"), role);
            }
            let (database, server) = (scope.name.to_owned(), name.clone());
            let Some(existing) = scope.existing.foreign_servers.get(name) else {
                self.check_wrapper(scope, &at.key("wrapper"), &wanted.wrapper);
                let of = wanted.clone();
                self.change(Change::CreateForeignServer(CreateForeignServer { database, server, of }));
                continue;
            };
            self.compare_wrapper_and_type(name, wanted, existing, &at);
            if let Some(change) = foreign_server_drift(wanted, existing) {
                let change = AlterForeignServer { database, server, ..change };
                self.change(Change::AlterForeignServer(change));
            }
        }
        for ((server, role), wanted) in &scope.database.user_mappings {
            self.check_role(&scope.at.key("foreignServers").key(server).key("userMappings").key(role), role);
            let (database, of) = (scope.name.to_owned(), (server.clone(), role.clone()));
            let existing = scope.existing.user_mappings.get(&of);
            let (server, role) = of;
            match existing {
                None => {
                    let of = wanted.clone();
                    self.change(Change::CreateUserMapping(CreateUserMapping { database, server, role, of }));
                }
                Some(existing) => {
                    let (options, secrets) =
                        (options_drift(&wanted.options, &existing.options), secrets_drift(wanted, existing));
                    if existing.readable && !(options.is_empty() && secrets.is_empty()) {
                        let change = AlterUserMapping { database, server, role, options, secrets };
                        self.change(Change::AlterUserMapping(change));
                    }
                }
            }
        }
    }

    /// Checks that the foreign-data wrapper exists. A wrapper may have any name, so any extension that this run
    /// creates may bring it.
    fn check_wrapper(&mut self, scope: &DatabaseScope<'_>, at: &SpecPath, wrapper: &str) {
        let existing = scope.existing.wrappers.contains(wrapper);
        let mut extensions = scope.database.extensions.keys();
        let comes = extensions.any(|name| !scope.existing.extensions.contains_key(name));
        let copied = scope.is_new && scope.database.template() != "template0";
        if !(existing || comes || copied) {
            let problem = format!(
                "the foreign-data wrapper {wrapper} is not in the database {}: declare the extension that makes it",
                scope.name
            );
            self.conflict(at, problem);
        }
    }

    /// Compares the wrapper and the type of a foreign server, which are fixed at its creation.
    fn compare_wrapper_and_type(
        &mut self,
        name: &str,
        wanted: &ForeignServer,
        existing: &observed::ForeignServer,
        at: &SpecPath,
    ) {
        if wanted.wrapper != existing.wrapper {
            let problem = format!("{name} is of the wrapper {}, which cannot be changed", existing.wrapper);
            self.conflict(&at.key("wrapper"), problem);
        }
        if wanted.kind.is_some() && wanted.kind != existing.kind {
            let kind = existing.kind.as_deref().unwrap_or("none");
            self.conflict(&at.key("type"), format!("the type of {name} is {kind}, which cannot be changed"));
        }
    }
}

/// The change for a foreign server that differs from the spec.
fn foreign_server_drift(
    wanted: &ForeignServer,
    existing: &observed::ForeignServer,
) -> Option<AlterForeignServer> {
    let owner = drift(wanted.owner.clone(), Some(existing.owner.clone()));
    // `ALTER SERVER … OWNER` moves the privileges of the former owner to the new one.
    let lost = |role: &String| owner.as_ref().is_some_and(|_| *role == existing.owner);
    let held: BTreeSet<String> = existing.usage.iter().filter(|role| !lost(role)).cloned().collect();
    let kept = |role: &&String| owner.as_ref().is_none_or(|owner| owner.to != **role);
    let usage = held.iter().chain(wanted.usage.iter().filter(kept)).cloned().collect();
    let change = AlterForeignServer {
        wrapper: existing.wrapper.clone(),
        version: drift(wanted.version.clone(), existing.version.clone()),
        options: options_drift(&wanted.options, &existing.options),
        usage: Drift::between(Some(held), usage),
        owner,
        ..AlterForeignServer::default()
    };
    let nothing = change.version.is_none()
        && change.options.is_empty()
        && change.usage.is_none()
        && change.owner.is_none();
    (!nothing).then_some(change)
}

/// The options of which the declared value differs from the stored one.
fn options_drift(
    wanted: &BTreeMap<String, String>,
    existing: &BTreeMap<String, String>,
) -> BTreeMap<String, Drift<String>> {
    let differing = |(name, value): (&String, &String)| {
        Some((name.clone(), Drift::between(existing.get(name).cloned(), value.clone())?))
    };
    wanted.iter().filter_map(differing).collect()
}

/// The options whose declared value is a secret and that are missing or have another value.
fn secrets_drift(wanted: &UserMapping, existing: &observed::UserMapping) -> BTreeMap<String, SecretOption> {
    let mut secrets = BTreeMap::new();
    for (name, secret) in &wanted.secrets {
        let stored = existing.secrets.get(name).copied();
        if stored != Some(true) {
            let change = SecretOption { existing: stored.is_some(), to: secret.clone() };
            secrets.insert(name.clone(), change);
        }
    }
    secrets
}
