//! Leaders go to the brokers that are preferred for them, so that no broker serves more than its share.

use std::time::Duration;

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::elect_leaders_request::TopicPartitions;
use kafka_protocol::messages::{ElectLeadersRequest, TopicName};
use kafka_protocol::protocol::StrBytes;
use tracing::warn;

use super::mutation::TIMEOUT_MS;
use crate::Error;
use crate::change::ReassignPartitions;
use crate::error::{Attempt, refused};
use crate::wire::Connection;

const LIMIT: Duration = Duration::from_secs(35);
/// The first of a partition's replicas, and only if it is in sync.
const PREFERRED: i8 = 0;
/// They lead already, or are not in sync yet: then the controller makes them leaders later.
const NOT_NOW: [ResponseError; 3] = [
    ResponseError::ElectionNotNeeded,
    ResponseError::PreferredLeaderNotAvailable,
    ResponseError::EligibleLeadersNotAvailable,
];

pub(super) async fn preferred(main: &mut Connection, moved: &[&ReassignPartitions]) -> Result<(), Error> {
    let topic = |change: &&ReassignPartitions| {
        let partitions = change.moves.keys().chain(&change.under_way).copied();
        TopicPartitions::default()
            .with_topic(TopicName(StrBytes::from_string(change.name.clone())))
            .with_partitions(partitions.collect())
    };
    let request = ElectLeadersRequest::default()
        .with_election_type(PREFERRED)
        .with_topic_partitions(Some(moved.iter().map(topic).collect()))
        .with_timeout_ms(TIMEOUT_MS);
    let answer = main.call(request, LIMIT).await?;
    let attempt = || Attempt {
        action: "elect the preferred leaders".to_owned(),
        permission: "Alter on the cluster".to_owned(),
        waits: &[],
        races: &[],
    };
    refused(answer.error_code, None, main.peer(), attempt)?;
    for result in answer.replica_election_results.iter().flat_map(|topic| &topic.partition_result) {
        let code = ResponseError::try_from_code(result.error_code);
        if code.is_some_and(|code| !NOT_NOW.contains(&code)) {
            // The copies are where they are to be. The controller balances the leaders by itself, some minutes later.
            warn!(
                partition = result.partition_id,
                code = result.error_code,
                "no preferred leader was elected"
            );
        }
    }
    Ok(())
}
