//! Provisions PostgreSQL from one declarative spec: roles, databases, schemas, extensions, privileges, foreign
//! servers, publications, subscriptions and replication slots.
//!
//! ```text
//! Spec --validate--> Desired            names, cycles, privileges that fit: offline
//! Desired --connect--> Server           TCP, TLS, SCRAM, primary, parameters pinned, advisory lock
//! Server --observe--> Observed          one catalog query per kind, one session per database
//! plan(Desired, Observed)               pure; roles by the spec's keys, never by a secret name
//! check --> apply                       each change one transaction; passwords as SCRAM verifiers
//! ```

mod apply;
mod change;
mod desired;
mod error;
mod export;
#[doc(hidden)]
pub mod fuzzing;
mod observe;
mod observed;
mod plan;
mod spec;
mod validate;
mod wire;

use std::collections::BTreeSet;

use init_core::export::{Export, Scope};
use init_core::{Backend, CheckMode, Files, Plan, Progress, Requires, Secrets, Violations};

use self::wire::Server;

pub use change::{
    AlterDatabase, AlterDefaultPrivileges, AlterExtension, AlterForeignServer, AlterMembership,
    AlterObjectOwner, AlterPublication, AlterRole, AlterRoleSettings, AlterSchema, AlterSubscription,
    AlterUserMapping, Change, CreateDatabase, CreateExtension, CreateForeignServer, CreatePublication,
    CreateReplicationSlot, CreateRole, CreateSchema, CreateSubscription, CreateUserMapping, GrantParameter,
    GrantPrivileges, GrantRole, Members, PasswordDrift, PreviousPassword, Privileges, RemovePassword,
    RevokeDefaultPrivileges, RevokePrivileges, SecretOption,
};
pub use desired::{
    Attributes, DatabaseOptions, DefaultTarget, Desired, ForeignServer, Locale, LogicalSlot, Membership,
    Published, Publisher, Slot, Subscription, Target, Until, UserMapping,
};
pub use error::Error;
pub use observed::Observed;
pub use spec::{
    Access, Authentication, ChannelBinding, Database, DefaultPrivilege, Extension,
    ForeignServer as ForeignServerSpec, FutureObject, Grant, Level, LocaleProvider, MemberOf, NameOrList,
    Object, Operation, ParameterPrivilege, PasswordCheck, Privilege, Publication, PublishedTable,
    PublisherSpec, ReplicationSlot, Revoke, Role, RolePassword, Schema, Setting, Spec, SubscriptionSpec,
    Tables, Tls, TlsMode, TlsSpec, UserMapping as UserMappingSpec,
};

/// The backend for PostgreSQL: the implementation of core's trait `Backend`.
pub struct Postgres {
    server: Server,
}

impl Backend for Postgres {
    const NAME: &'static str = "pg-init";
    const EXAMPLES: &'static str = include_str!("spec/examples.json");
    const SECTIONS: &'static [&'static str] = export::SECTIONS;
    type Spec = Spec;
    type Desired = Desired;
    type Observed = Observed;
    type Change = Change;
    type Error = Error;

    fn validate(spec: Spec, files: &Files) -> Result<Desired, Violations> {
        validate::validate(spec, files)
    }

    fn requires(desired: &Desired) -> Requires {
        let own = desired.user.secret().into_iter().chain(&desired.password).chain(&desired.bootstrap);
        let mut secrets: BTreeSet<_> = own.cloned().collect();
        secrets.extend(desired.tls.iter().flat_map(|tls| tls.protection.secrets()).cloned());
        for role in desired.roles.values() {
            let name = role.name.as_ref().and_then(|name| name.secret());
            secrets.extend(name.into_iter().chain(role.secret()).cloned());
        }
        let subscriptions = desired.databases.values().flat_map(|database| database.subscriptions.values());
        secrets.extend(subscriptions.filter_map(|subscription| subscription.publisher.password.clone()));
        let mappings = desired.databases.values().flat_map(|database| database.user_mappings.values());
        secrets.extend(mappings.flat_map(|mapping| mapping.secrets.values().cloned()));
        Requires { endpoints: desired.endpoints.clone(), secrets }
    }

    fn without_passwords(desired: &mut Desired) {
        desired.roles.values_mut().for_each(|role| role.password = None);
        let subscriptions = desired.databases.values_mut().flat_map(|d| d.subscriptions.values_mut());
        subscriptions.for_each(|subscription| subscription.publisher.password = None);
        let mappings = desired.databases.values_mut().flat_map(|d| d.user_mappings.values_mut());
        mappings.for_each(|mapping| mapping.secrets.clear());
    }

    async fn connect(desired: &Desired, secrets: &Secrets) -> Result<Self, Error> {
        Ok(Self { server: Server::connect(desired, secrets).await? })
    }

    async fn observe(&mut self, desired: &Desired, secrets: &Secrets) -> Result<Observed, Error> {
        self.server.renew_budget();
        observe::observe(&mut self.server, desired, secrets).await
    }

    fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
        plan::plan(desired, observed)
    }

    fn reads_own_writes() -> bool {
        true
    }

    async fn check(
        &mut self,
        _desired: &Desired,
        changes: &[Change],
        _: &Secrets,
        mode: CheckMode,
        _: &Progress,
    ) -> Vec<(usize, Error)> {
        self.server.renew_budget();
        apply::check(&self.server, changes, mode).await
    }

    async fn apply(
        &mut self,
        _desired: &Desired,
        stage: &[Change],
        secrets: &Secrets,
        progress: &Progress,
    ) -> Vec<Result<(), Error>> {
        self.server.renew_budget();
        apply::apply(&mut self.server, stage, secrets, progress).await
    }

    async fn export(&mut self, desired: &Desired, _: &Secrets, scope: &Scope) -> Result<Export, Error> {
        self.server.renew_budget();
        export::export(&self.server, desired, scope).await
    }
}
