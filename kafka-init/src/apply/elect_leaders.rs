//! Elects the preferred leaders after a reassignment, so that leadership is spread over the brokers.

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

const TIMEOUT: Duration = Duration::from_secs(35);
/// The election type `PREFERRED`: the first replica of a partition becomes its leader if it is in sync.
const PREFERRED: i8 = 0;
/// The preferred leader leads already, or is not in sync yet; the controller then elects it later.
const NOT_FAILED: [ResponseError; 3] = [
    ResponseError::ElectionNotNeeded,
    ResponseError::PreferredLeaderNotAvailable,
    ResponseError::EligibleLeadersNotAvailable,
];

pub(super) async fn elect_preferred_leaders(
    main: &mut Connection,
    moved: &[&ReassignPartitions],
) -> Result<(), Error> {
    let topic = |change: &&ReassignPartitions| {
        let partitions = change.moves.keys().chain(&change.ongoing).copied();
        TopicPartitions::default()
            .with_topic(TopicName(StrBytes::from_string(change.name.clone())))
            .with_partitions(partitions.collect())
    };
    let request = ElectLeadersRequest::default()
        .with_election_type(PREFERRED)
        .with_topic_partitions(Some(moved.iter().map(topic).collect()))
        .with_timeout_ms(TIMEOUT_MS);
    let answer = main.call(request, TIMEOUT).await?;
    let attempt = || Attempt::new("elect the preferred leaders", "Alter on the cluster");
    refused(answer.error_code, None, main.peer(), attempt)?;
    for result in answer.replica_election_results.iter().flat_map(|topic| &topic.partition_result) {
        let code = ResponseError::try_from_code(result.error_code);
        if code.is_some_and(|code| !NOT_FAILED.contains(&code)) {
            // The replicas are in place, so this is no failure. The controller balances leadership by itself some
            // minutes later.
            warn!(
                partition = result.partition_id,
                code = result.error_code,
                "no preferred leader was elected"
            );
        }
    }
    Ok(())
}
