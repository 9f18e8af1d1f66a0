//! Reads the topics that inherit `min.insync.replicas` from all brokers and have fewer replicas than its new value.
//! They are read only where that default is about to change, because it also applies to topics that the spec does not
//! name, Kafka's internal topics among them.

use std::collections::BTreeMap;
use std::time::Duration;

use kafka_protocol::messages::MetadataRequest;

use super::{configs, metadata};
use crate::Error;
use crate::desired::min_insync::MIN_INSYNC;
use crate::desired::{Desired, Value};
use crate::observed::Setting;
use crate::wire::Connection;

const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) async fn read(
    main: &mut Connection,
    desired: &Desired,
    existing: &BTreeMap<String, Setting>,
) -> Result<BTreeMap<String, i16>, Error> {
    let required = desired.broker_defaults.get(MIN_INSYNC).and_then(Value::text);
    let required = required.and_then(|required| required.trim().parse::<i64>().ok());
    let current =
        existing.get(MIN_INSYNC).and_then(Setting::own).and_then(|own| own.trim().parse::<i64>().ok());
    let Some(required) = required.filter(|required| Some(*required) != current) else {
        return Ok(BTreeMap::new());
    };
    let mut inheriting = with_fewer_copies(main, required).await?;
    let key = MIN_INSYNC.to_owned();
    let names: Vec<_> = inheriting.keys().map(|name| (Some(name.as_str()), vec![&key])).collect();
    let settings = configs::read_at_broker(main, &names).await?;
    // A topic whose configs the account may not describe is left out.
    inheriting.retain(|name, _| {
        let own = settings.get(&Some(name.clone())).map(|topic| topic.get(MIN_INSYNC).and_then(Setting::own));
        own.is_some_and(|own| own.is_none())
    });
    Ok(inheriting)
}

/// Every topic that the account may describe and that has fewer replicas than `required`.
async fn with_fewer_copies(main: &mut Connection, required: i64) -> Result<BTreeMap<String, i16>, Error> {
    let all = MetadataRequest::default().with_topics(None).with_allow_auto_topic_creation(false);
    let answer = main.call(all, TIMEOUT).await?;
    let of_topic = |topic: &kafka_protocol::messages::metadata_response::MetadataResponseTopic| {
        let name = topic.name.as_ref()?.to_string();
        let (fewest, _) = metadata::copies(topic);
        (topic.error_code == 0 && fewest >= 1 && i64::from(fewest) < required).then_some((name, fewest))
    };
    Ok(answer.topics.iter().filter_map(of_topic).collect())
}
