//! Users and groups of LDAP, which MinIO alone has.

use super::unsupported::Unsupported;
use crate::desired::Desired;

/// The users and groups of LDAP, if the spec has some.
pub(super) fn unsupported(desired: &Desired) -> Option<Unsupported> {
    let why = "only MinIO is known to take its users from an LDAP directory";
    (!desired.ldap.is_empty()).then(|| ("ldap".to_owned(), "ldap", why))
}
