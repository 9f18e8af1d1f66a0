//! Validates a spec: turns it into its meaning, or reports everything that is wrong with it.

mod acls;
mod assignment;
mod configs;
mod matching;
mod mechanism;
mod name_ranges;
mod names;
mod oauth;
mod quotas;
mod reassign;
mod resources;
mod sasl;
mod servers;
mod throttle;
mod topics;
mod users;

use init_core::{Files, SpecPath, Violations};
use init_net::{Tls, Verification};

use crate::desired::Desired;
use crate::spec::{Number, Spec};

/// The meaning of the spec, or all of its violations.
pub(crate) fn validate(spec: Spec, files: &Files) -> Result<Desired, Violations> {
    let root = SpecPath::root();
    let mut violations = Violations::default();
    let bootstrap = servers::servers(&spec.bootstrap, &root.key("bootstrap"), &mut violations);
    let brokers = spec.brokers.and_then(|number| broker_count(number, &root.key("brokers"), &mut violations));
    if spec.cluster_id.as_ref().is_some_and(String::is_empty) {
        violations.push(&root.key("clusterId"), "an id is not empty: leave it out to accept any cluster");
    }
    let tls =
        spec.tls.map(|tls| Tls::validate(&tls, Verification::Full, files, &root.key("tls"), &mut violations));
    let topics = topics::validate(
        spec.topics.unwrap_or_default(),
        &spec.defaults.unwrap_or_default(),
        spec.reassign.as_ref(),
        &mut violations,
    );
    let can_log_in = spec.sasl.is_some() || spec.probe.is_some();
    let users = users::users(spec.users.unwrap_or_default(), can_log_in, &mut violations);
    let probe =
        spec.probe.map(|probe| users::probe(&probe, !users.present.is_empty(), files, &mut violations));
    let acls = acls::validate(&spec.acls.unwrap_or_default(), &mut violations);
    let quotas = quotas::validate(&spec.quotas.unwrap_or_default(), &mut violations);
    let broker_defaults = resources::of_brokers(&spec.broker_defaults.unwrap_or_default(), &mut violations);
    let resources = resources::of_resources(
        spec.broker_configs.unwrap_or_default(),
        spec.client_metrics.unwrap_or_default(),
        spec.groups.unwrap_or_default(),
        &mut violations,
    );
    throttle::check_configs(&topics, &broker_defaults, &resources, &mut violations);
    let sasl = spec.sasl.and_then(|sasl| sasl::sasl(sasl, files, &mut violations));
    violations.or(Desired {
        bootstrap,
        brokers,
        cluster_id: spec.cluster_id,
        tls,
        sasl,
        topics,
        probe,
        users: users.present,
        absent_users: users.absent,
        compare_passwords: true,
        acls: acls.present,
        absent_acls: acls.absent,
        quotas,
        broker_defaults,
        resources,
    })
}

/// The number of brokers that must be ready.
fn broker_count(number: Number, at: &SpecPath, violations: &mut Violations) -> Option<usize> {
    let count = number.whole().and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0);
    let problem = || format!("`{}` is no number of brokers: write 1 or more", number.to_text());
    violations.check(at, count.ok_or_else(problem))
}
