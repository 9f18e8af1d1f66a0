//! Validates bootstrap servers.

use init_core::{Endpoint, SpecPath, Violations};

/// The servers, each once.
pub(super) fn servers(names: &[String], at: &SpecPath, violations: &mut Violations) -> Vec<Endpoint> {
    if names.is_empty() {
        violations.push(at, "name at least one server, as NAME:PORT");
    }
    let mut endpoints = Vec::with_capacity(names.len());
    for (position, name) in names.iter().enumerate() {
        if let Some(endpoint) = violations.check(&at.index(position), name.parse::<Endpoint>())
            && !endpoints.contains(&endpoint)
        {
            endpoints.push(endpoint);
        }
    }
    endpoints
}
