//! Refuses ACL operations that the broker's release does not know. A broker cannot read such a request, so it drops the
//! connection, which looks like a broker that is lost.

use kafka_protocol::messages::ListConfigResourcesRequest;

use super::by_request::Numbered;
use crate::Error;
use crate::desired::{Binding, Operation};
use crate::wire::Connection;

/// The ACLs with such an operation, by position.
pub(super) fn check(main: &Connection, acls: &Numbered<&Binding>) -> Vec<(usize, Error)> {
    if knows_two_phase_commit(main) {
        return Vec::new();
    }
    let unknown = acls.iter().filter(|(_, binding)| binding.operation == Operation::TwoPhaseCommit);
    let refused = |position| {
        let operation = Operation::TwoPhaseCommit.name();
        (position, Error::UnknownAclOperation { peer: main.peer().clone(), operation })
    };
    unknown.map(|(position, _)| refused(*position)).collect()
}

/// True for Kafka 4.1 and newer. The operation changed no version of a request, and this one came with the same release.
fn knows_two_phase_commit(main: &Connection) -> bool {
    main.version::<ListConfigResourcesRequest>().is_ok_and(|version| version >= 1)
}
