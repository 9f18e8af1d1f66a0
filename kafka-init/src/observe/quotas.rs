//! Reads the client quotas of the declared entities, with one request for each combination of entity types.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use init_core::Text;
use kafka_protocol::messages::describe_client_quotas_request::ComponentData;
use kafka_protocol::messages::describe_client_quotas_response::EntryData;
use kafka_protocol::messages::{DescribeClientQuotasRequest, DescribeClientQuotasResponse};
use kafka_protocol::protocol::StrBytes;

use super::names::Names;
use crate::Error;
use crate::desired::{Entity, Limits, Quotas, Rate};
use crate::error::{Attempt, refused};
use crate::wire::Connection;

const TIMEOUT: Duration = Duration::from_secs(10);
/// The match type for the default entity of a type. It is asked for separately, because Kafka-compatible servers
/// differ in whether `ANY` includes it.
const DEFAULT: i8 = 1;
/// The match type for every name of an entity type.
const ANY: i8 = 2;

/// The entity types of an entity, and for each whether it is the default entity.
type EntityTypes<'e> = Vec<(&'e str, bool)>;

pub(super) async fn read(
    main: &mut Connection,
    desired: &BTreeMap<Entity, Limits>,
    names: &Names,
) -> Result<BTreeMap<Entity, Quotas>, Error> {
    let entity_types: BTreeSet<EntityTypes<'_>> = desired.keys().map(entity_types).collect();
    let requests = entity_types.iter().map(request_for).collect();
    describe(main, requests, names, |entity| desired.contains_key(entity)).await
}

/// Reads every client quota of the cluster.
pub(crate) async fn read_every(
    main: &mut Connection,
    names: &Names,
) -> Result<BTreeMap<Entity, Quotas>, Error> {
    describe(main, vec![DescribeClientQuotasRequest::default()], names, |_| true).await
}

async fn describe(
    main: &mut Connection,
    requests: Vec<DescribeClientQuotasRequest>,
    names: &Names,
    is_wanted: impl Fn(&Entity) -> bool,
) -> Result<BTreeMap<Entity, Quotas>, Error> {
    let peer = main.peer().clone();
    let (mut existing, mut failure) = (BTreeMap::new(), Ok(()));
    main.pipeline(requests.into_iter(), TIMEOUT, |_, answer: DescribeClientQuotasResponse| {
        let result = refused(answer.error_code, answer.error_message.as_ref(), &peer, || {
            Attempt::new("describe the client quotas", "DescribeConfigs on the cluster")
        });
        failure = std::mem::replace(&mut failure, Ok(())).and(result);
        let entries = answer.entries.unwrap_or_default();
        existing.extend(entries.iter().map(|one| entry(one, names)).filter(|(entity, _)| is_wanted(entity)));
    })
    .await?;
    failure.map(|()| existing)
}

fn entity_types(entity: &Entity) -> EntityTypes<'_> {
    entity.0.iter().map(|(entity_type, name)| (entity_type.as_str(), name.is_none())).collect()
}

/// A strict request: it matches entities of exactly these types.
fn request_for(entity_types: &EntityTypes<'_>) -> DescribeClientQuotasRequest {
    let component = |(entity_type, is_default): &(&str, bool)| {
        ComponentData::default()
            .with_entity_type(StrBytes::from_string((*entity_type).to_owned()))
            .with_match_type(if *is_default { DEFAULT } else { ANY })
            .with_match(None)
    };
    DescribeClientQuotasRequest::default()
        .with_components(entity_types.iter().map(component).collect())
        .with_strict(true)
}

fn entry(entry: &EntryData, names: &Names) -> (Entity, Quotas) {
    let parts = entry.entity.iter().map(|part| {
        let (kind, name) = (part.entity_type.to_string(), part.entity_name.as_ref());
        let label = |name: &str| if kind == "user" { names.user(name) } else { Text::Plain(name.to_owned()) };
        let name = name.map(|name| label(name));
        (kind, name)
    });
    let limits = entry.values.iter().map(|limit| (limit.key.to_string(), Rate(limit.value)));
    (Entity(parts.collect()), limits.collect())
}
