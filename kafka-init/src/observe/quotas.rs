//! The limits of the entities that the spec is about: one request for each combination of kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kafka_protocol::messages::describe_client_quotas_request::ComponentData;
use kafka_protocol::messages::describe_client_quotas_response::EntryData;
use kafka_protocol::messages::{DescribeClientQuotasRequest, DescribeClientQuotasResponse};
use kafka_protocol::protocol::StrBytes;

use crate::Error;
use crate::desired::{Entity, Quotas, Rate};
use crate::error::{Attempt, refused};
use crate::wire::Connection;

const LIMIT: Duration = Duration::from_secs(10);
/// Every name of a kind, its default included.
const ANY: i8 = 2;

pub(super) async fn read(
    main: &mut Connection,
    desired: &BTreeMap<Entity, Quotas>,
) -> Result<BTreeMap<Entity, Quotas>, Error> {
    let kinds: BTreeSet<Vec<&String>> = desired.keys().map(|entity| entity.0.keys().collect()).collect();
    let requests: Vec<_> = kinds.iter().map(|kinds| of_kinds(kinds)).collect();
    let peer = main.peer().clone();
    let (mut there, mut failure) = (BTreeMap::new(), Ok(()));
    main.pipeline(requests.into_iter(), LIMIT, |_, answer: DescribeClientQuotasResponse| {
        let result = refused(answer.error_code, answer.error_message.as_ref(), &peer, || Attempt {
            action: "describe the client quotas".to_owned(),
            permission: "DescribeConfigs on the cluster".to_owned(),
            waits: &[],
            races: &[],
        });
        failure = std::mem::replace(&mut failure, Ok(())).and(result);
        let entries = answer.entries.unwrap_or_default();
        there.extend(entries.iter().map(entry).filter(|(entity, _)| desired.contains_key(entity)));
    })
    .await?;
    failure.map(|()| there)
}

/// Strict: entities of these kinds and of no other beside them.
fn of_kinds(kinds: &[&String]) -> DescribeClientQuotasRequest {
    let component = |kind: &&String| {
        ComponentData::default()
            .with_entity_type(StrBytes::from_string((*kind).clone()))
            .with_match_type(ANY)
            .with_match(None)
    };
    DescribeClientQuotasRequest::default()
        .with_components(kinds.iter().map(component).collect())
        .with_strict(true)
}

fn entry(entry: &EntryData) -> (Entity, Quotas) {
    let names = entry
        .entity
        .iter()
        .map(|part| (part.entity_type.to_string(), part.entity_name.as_ref().map(ToString::to_string)));
    let limits = entry.values.iter().map(|limit| (limit.key.to_string(), Rate(limit.value)));
    (Entity(names.collect()), limits.collect())
}
