//! The limits of the entities that the spec is about: one request for each combination of kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use kafka_protocol::messages::describe_client_quotas_request::ComponentData;
use kafka_protocol::messages::describe_client_quotas_response::EntryData;
use kafka_protocol::messages::{DescribeClientQuotasRequest, DescribeClientQuotasResponse};
use kafka_protocol::protocol::StrBytes;

use crate::Error;
use crate::desired::{Entity, Limits, Quotas, Rate};
use crate::error::{Attempt, refused};
use crate::wire::Connection;

const LIMIT: Duration = Duration::from_secs(10);
/// The default of a kind. It is asked for by itself, as Kafka-compatible servers count it in `ANY` or do not.
const DEFAULT: i8 = 1;
/// Every name of a kind.
const ANY: i8 = 2;

/// The kinds that an entity has, and of each whether its default is meant.
type Kinds<'e> = Vec<(&'e str, bool)>;

pub(super) async fn read(
    main: &mut Connection,
    desired: &BTreeMap<Entity, Limits>,
) -> Result<BTreeMap<Entity, Quotas>, Error> {
    let kinds: BTreeSet<Kinds<'_>> = desired.keys().map(kinds).collect();
    let requests = kinds.iter().map(of_kinds).collect();
    ask(main, requests, |entity| desired.contains_key(entity)).await
}

/// All that there are.
pub(crate) async fn every(main: &mut Connection) -> Result<BTreeMap<Entity, Quotas>, Error> {
    ask(main, vec![DescribeClientQuotasRequest::default()], |_| true).await
}

async fn ask(
    main: &mut Connection,
    requests: Vec<DescribeClientQuotasRequest>,
    counts: impl Fn(&Entity) -> bool,
) -> Result<BTreeMap<Entity, Quotas>, Error> {
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
        there.extend(entries.iter().map(entry).filter(|(entity, _)| counts(entity)));
    })
    .await?;
    failure.map(|()| there)
}

fn kinds(entity: &Entity) -> Kinds<'_> {
    entity.0.iter().map(|(kind, name)| (kind.as_str(), name.is_none())).collect()
}

/// Strict: entities of these kinds and of no other beside them.
fn of_kinds(kinds: &Kinds<'_>) -> DescribeClientQuotasRequest {
    let component = |(kind, is_default): &(&str, bool)| {
        ComponentData::default()
            .with_entity_type(StrBytes::from_string((*kind).to_owned()))
            .with_match_type(if *is_default { DEFAULT } else { ANY })
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
