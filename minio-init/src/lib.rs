//! Provisions MinIO, and the S3 part of it on any S3 server, from one declarative spec.
//!
//! ```text
//! spec -> desired -> (observe -> plan -> apply) by signed requests: S3 for buckets, the admin API for the rest
//! ```
//!
//! S3 sub-resources are read and written one by one, and what a spec does not name is left as it is. Users, groups,
//! policies, access keys and quotas use MinIO's admin API, whose bodies are encrypted.

mod apply;
mod change;
mod desired;
mod error;
mod export;
mod observe;
mod observed;
mod plan;
mod spec;
mod validate;
mod wire;

use std::collections::BTreeSet;

use init_core::export::{Export, Scope};
use init_core::{Backend, CheckMode, Files, Plan, Progress, Requires, SecretRef, Secrets, Violations};
use init_net::Tls;

pub use change::Change;
pub use desired::Desired;
pub use error::Error;
pub use observed::Observed;
pub use spec::Spec;
#[doc(hidden)]
pub use wire::sealed::open_derived;

/// A connected S3 server that has been found ready.
pub struct Minio(wire::client::Client);

impl Backend for Minio {
    const NAME: &'static str = "minio-init";
    const EXAMPLES: &'static str = include_str!("spec/examples.json");
    const CREDENTIAL_VARIABLES: &'static [&'static str] = &["MC_HOST_*"];
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
        let server = &desired.server;
        let names = desired.names().chain(desired.remote_names()).chain([&server.access_key]);
        let users = desired.users.values().map(|user| &user.secret);
        let remote = desired.remote_accounts().map(|(_, secret)| secret);
        let others = users.chain(desired.keys.values().map(|key| &key.secret)).chain(remote);
        let config = desired
            .config
            .values()
            .flat_map(|settings| settings.values().filter_map(init_core::Text::secret));
        let values = others.chain(config).filter(|_| desired.compare_secrets).chain([&server.secret_key]);
        let tls =
            server.tls.iter().chain(desired.garage.iter().flat_map(|api| &api.tls)).flat_map(Tls::secrets);
        let token = desired.garage.iter().map(|api| &api.token);
        let secrets: BTreeSet<SecretRef> = names
            .filter_map(init_core::Text::secret)
            .chain(values)
            .chain(tls)
            .chain(token)
            .cloned()
            .collect();
        let admin = desired.garage.iter().map(|api| api.endpoint.clone());
        Requires { endpoints: [server.endpoint.clone()].into_iter().chain(admin).collect(), secrets }
    }

    fn without_passwords(desired: &mut Desired) {
        desired.compare_secrets = false;
    }

    async fn connect(desired: &Desired, secrets: &Secrets) -> Result<Self, Error> {
        wire::connect::connect(desired, secrets).await.map(Self)
    }

    async fn observe(&mut self, desired: &Desired, secrets: &Secrets) -> Result<Observed, Error> {
        // A document that S3 replaces as a whole may be overwritten by another run. It is read once more after every
        // run that may have read it before has had the time to write.
        let waited = self.0.shared().wait_for_others().await;
        let observed = observe::observe(&self.0, desired, secrets).await?;
        match plan::plan(desired, &observed).changes().iter().find(|change| change.is_shared()) {
            Some(change) if waited => Err(Error::OverwrittenByAnotherRun { change: change.to_string() }),
            _ => Ok(observed),
        }
    }

    fn plan(desired: &Desired, observed: &Observed) -> Plan<Change> {
        plan::plan(desired, observed)
    }

    async fn check(
        &mut self,
        _desired: &Desired,
        changes: &[Change],
        _secrets: &Secrets,
        _mode: CheckMode,
        _progress: &Progress,
    ) -> Vec<(usize, Error)> {
        apply::check(&self.0, changes).await
    }

    fn same_stage(one: &Change, other: &Change) -> bool {
        one.is_like(other)
    }

    async fn apply(
        &mut self,
        _desired: &Desired,
        stage: &[Change],
        secrets: &Secrets,
        progress: &Progress,
    ) -> Vec<Result<(), Error>> {
        apply::apply(&self.0, stage, secrets, progress).await
    }

    async fn export(&mut self, desired: &Desired, secrets: &Secrets, scope: &Scope) -> Result<Export, Error> {
        export::export(&self.0, desired, secrets, scope).await
    }
}
