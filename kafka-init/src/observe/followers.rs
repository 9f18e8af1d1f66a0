//! The topics that follow `min.insync.replicas` of all brokers: read where that value is about to change, as it holds for
//! topics that the spec does not name, Kafka's own among them.

use std::collections::BTreeMap;
use std::time::Duration;

use kafka_protocol::messages::MetadataRequest;

use super::{configs, metadata};
use crate::Error;
use crate::desired::Desired;
use crate::desired::min_insync::MIN_INSYNC;
use crate::observed::Setting;
use crate::wire::Connection;

const LIMIT: Duration = Duration::from_secs(10);

pub(super) async fn read(
    main: &mut Connection,
    desired: &Desired,
    there: &BTreeMap<String, Setting>,
) -> Result<BTreeMap<String, i16>, Error> {
    let wanted = desired.broker_defaults.get(MIN_INSYNC).and_then(Option::as_deref);
    let wanted = wanted.and_then(|wanted| wanted.trim().parse::<i64>().ok());
    let have = there.get(MIN_INSYNC).and_then(Setting::own).and_then(|own| own.trim().parse::<i64>().ok());
    let Some(wanted) = wanted.filter(|wanted| Some(*wanted) != have) else { return Ok(BTreeMap::new()) };
    let mut few = with_fewer_copies(main, wanted).await?;
    let key = MIN_INSYNC.to_owned();
    let names: Vec<_> = few.keys().map(|name| (Some(name.as_str()), vec![&key])).collect();
    let settings = configs::at(main, &names).await?;
    // One whose configs the account may not see is not the account's to judge.
    few.retain(|name, _| {
        let own = settings.get(&Some(name.clone())).map(|topic| topic.get(MIN_INSYNC).and_then(Setting::own));
        own.is_some_and(|own| own.is_none())
    });
    Ok(few)
}

/// Every topic that the account may see.
async fn with_fewer_copies(main: &mut Connection, wanted: i64) -> Result<BTreeMap<String, i16>, Error> {
    let all = MetadataRequest::default().with_topics(None).with_allow_auto_topic_creation(false);
    let answer = main.call(all, LIMIT).await?;
    let of_topic = |topic: &kafka_protocol::messages::metadata_response::MetadataResponseTopic| {
        let name = topic.name.as_ref()?.to_string();
        let (fewest, _) = metadata::copies(topic);
        (topic.error_code == 0 && fewest >= 1 && i64::from(fewest) < wanted).then_some((name, fewest))
    };
    Ok(answer.topics.iter().filter_map(of_topic).collect())
}
