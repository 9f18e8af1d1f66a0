//! Foreign servers and user mappings: options that are declared are set, and others stay.

use std::collections::{BTreeMap, BTreeSet};

use init_core::SpecPath;
use init_core::diff::Drift;

use super::inside::DatabaseScope;
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
            let Some(there) = scope.there.foreign_servers.get(name) else {
                self.check_wrapper(scope, &at.key("wrapper"), &wanted.wrapper);
                let of = wanted.clone();
                self.change(Change::CreateForeignServer(CreateForeignServer { database, server, of }));
                continue;
            };
            self.check_fixed(name, wanted, there, &at);
            if let Some(change) = altered(wanted, there) {
                let change = AlterForeignServer { database, server, ..change };
                self.change(Change::AlterForeignServer(change));
            }
        }
        for ((server, role), wanted) in &scope.database.user_mappings {
            self.check_role(&scope.at.key("foreignServers").key(server).key("userMappings").key(role), role);
            let (database, of) = (scope.name.to_owned(), (server.clone(), role.clone()));
            let there = scope.there.user_mappings.get(&of);
            let (server, role) = of;
            match there {
                None => {
                    let of = wanted.clone();
                    self.change(Change::CreateUserMapping(CreateUserMapping { database, server, role, of }));
                }
                Some(there) => {
                    let (options, secrets) =
                        (options(&wanted.options, &there.options), secrets(wanted, there));
                    if there.readable && !(options.is_empty() && secrets.is_empty()) {
                        let change = AlterUserMapping { database, server, role, options, secrets };
                        self.change(Change::AlterUserMapping(change));
                    }
                }
            }
        }
    }

    /// A wrapper that an extension of the same run makes may have any name.
    fn check_wrapper(&mut self, scope: &DatabaseScope<'_>, at: &SpecPath, wrapper: &str) {
        let there = scope.there.wrappers.contains(wrapper);
        let mut extensions = scope.database.extensions.keys();
        let comes = extensions.any(|name| !scope.there.extensions.contains_key(name));
        let copied = scope.new && scope.database.template() != "template0";
        if !(there || comes || copied) {
            let problem = format!(
                "the foreign-data wrapper {wrapper} is not in the database {}: declare the extension that makes it",
                scope.name
            );
            self.conflict(at, problem);
        }
    }

    /// What a foreign server was made with once and for all.
    fn check_fixed(
        &mut self,
        name: &str,
        wanted: &ForeignServer,
        there: &observed::ForeignServer,
        at: &SpecPath,
    ) {
        if wanted.wrapper != there.wrapper {
            let problem = format!("{name} is of the wrapper {}, which cannot be changed", there.wrapper);
            self.conflict(&at.key("wrapper"), problem);
        }
        if wanted.kind.is_some() && wanted.kind != there.kind {
            let kind = there.kind.as_deref().unwrap_or("none");
            self.conflict(&at.key("type"), format!("the type of {name} is {kind}, which cannot be changed"));
        }
    }
}

/// What differs.
fn altered(wanted: &ForeignServer, there: &observed::ForeignServer) -> Option<AlterForeignServer> {
    let owner = drift(wanted.owner.clone(), Some(there.owner.clone()));
    // The new owner gets what the old one had.
    let lost = |role: &String| owner.as_ref().is_some_and(|_| *role == there.owner);
    let held: BTreeSet<String> = there.usage.iter().filter(|role| !lost(role)).cloned().collect();
    let kept = |role: &&String| owner.as_ref().is_none_or(|owner| owner.to != **role);
    let usage = held.iter().chain(wanted.usage.iter().filter(kept)).cloned().collect();
    let change = AlterForeignServer {
        wrapper: there.wrapper.clone(),
        version: drift(wanted.version.clone(), there.version.clone()),
        options: options(&wanted.options, &there.options),
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

/// The declared options that are stored otherwise.
fn options(
    wanted: &BTreeMap<String, String>,
    there: &BTreeMap<String, String>,
) -> BTreeMap<String, Drift<String>> {
    let differing = |(name, value): (&String, &String)| {
        Some((name.clone(), Drift::between(there.get(name).cloned(), value.clone())?))
    };
    wanted.iter().filter_map(differing).collect()
}

fn secrets(wanted: &UserMapping, there: &observed::UserMapping) -> BTreeMap<String, SecretOption> {
    let mut secrets = BTreeMap::new();
    for (name, secret) in &wanted.secrets {
        let stored = there.secrets.get(name).copied();
        if stored != Some(true) {
            let change = SecretOption { there: stored.is_some(), to: secret.clone() };
            secrets.insert(name.clone(), change);
        }
    }
    secrets
}
