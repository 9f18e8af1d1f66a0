//! Validates the admin API of Garage, and the names of keys there.

use init_core::{Files, SpecPath, Text, Violations};
use init_net::{Tls, Verification};

use super::server::endpoint;
use crate::desired::{Garage, Layout, ServerKind, Size, names};
use crate::spec::{self, Spec, State};

/// The least capacity that Garage takes.
const CAPACITY_MIN: u64 = 1024;

pub(super) fn garage(spec: &Spec, files: &Files, violations: &mut Violations) -> Option<Garage> {
    let written = spec.garage.as_ref()?;
    let at = SpecPath::root().key("garage");
    if spec.server.is_some_and(|kind| kind != ServerKind::Garage) {
        violations.push(&at, "it is for a server of the kind garage, and `server` says another");
    }
    check_names(spec, violations);
    let layout = written.layout.as_ref().and_then(|layout| layout_of(&at.key("layout"), layout, violations));
    let (https, endpoint, prefix) =
        violations.check(&at.key("adminEndpoint"), endpoint(&written.admin_endpoint))?;
    let settings = spec.tls.clone().unwrap_or_default();
    let tls = https.then(|| {
        Tls::validate(&settings, Verification::Full, files, &SpecPath::root().key("tls"), violations)
    });
    Some(Garage { endpoint, prefix, tls, token: written.admin_token.clone(), layout })
}

fn layout_of(at: &SpecPath, written: &spec::Layout, violations: &mut Violations) -> Option<Layout> {
    let zone = written.zone.clone().unwrap_or_else(|| "dc1".to_owned());
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if zone.is_empty() || !zone.bytes().all(is_plain) {
        violations.push(&at.key("zone"), "a zone has only letters, digits, `-`, `_` and `.`");
    }
    let capacity = violations.check(&at.key("capacity"), written.capacity.bytes())?;
    if capacity < CAPACITY_MIN {
        violations.push(&at.key("capacity"), "Garage takes at least 1KiB");
    }
    Some(Layout { zone, capacity: Size(capacity) })
}

/// Checks the names of keys that may be made. Those from secrets are checked when they are read.
fn check_names(spec: &Spec, violations: &mut Violations) {
    let root = SpecPath::root();
    if let Text::Plain(name) = &spec.credentials.access_key {
        violations.check(&root.key("credentials").key("accessKey"), names::garage_key(name));
    }
    for (label, user) in spec.users.iter().filter(|(_, user)| user.state == State::Present) {
        let at = root.key("users").key(label);
        match &user.access_key {
            None => violations.check(&at, names::garage_key(label)),
            Some(Text::Plain(name)) => violations.check(&at.key("accessKey"), names::garage_key(name)),
            Some(Text::Secret(_)) => None,
        };
    }
}
