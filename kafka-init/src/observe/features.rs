//! Reads the features of a cluster. Every broker tells them in its response to `ApiVersions`: the levels that it
//! supports, and the finalized ones, which are those of the whole cluster.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use kafka_protocol::messages::ApiVersionsRequest;

use crate::Error;
use crate::wire::{Connection, api_versions_request};

const TIMEOUT: Duration = Duration::from_secs(10);

/// The features of a cluster as one broker knows them, by name.
pub(crate) struct Features {
    /// The finalized levels. A feature that is not finalized is at level 0.
    pub(crate) finalized: BTreeMap<String, i16>,
    /// The levels that the broker supports.
    pub(crate) supported: BTreeMap<String, RangeInclusive<i16>>,
    /// True when the broker may support other features too: before version 4 of the response, those whose lowest
    /// level is 0 are left out.
    pub(crate) may_have_others: bool,
}

/// The first version of the response that has all supported features.
const COMPLETE: i16 = 4;

pub(crate) async fn read(broker: &mut Connection) -> Result<Features, Error> {
    let answer = broker.call(api_versions_request(), TIMEOUT).await?;
    let finalized = answer.finalized_features.into_iter();
    let finalized = finalized.map(|feature| (feature.name.to_string(), feature.max_version_level));
    let supported = answer.supported_features.into_iter();
    let supported =
        supported.map(|feature| (feature.name.to_string(), feature.min_version..=feature.max_version));
    let may_have_others = broker.version::<ApiVersionsRequest>()? < COMPLETE;
    Ok(Features { finalized: finalized.collect(), supported: supported.collect(), may_have_others })
}
