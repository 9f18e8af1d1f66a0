//! The version of each request that both sides support.

use std::collections::BTreeMap;

use kafka_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse};
use kafka_protocol::protocol::{StrBytes, VersionRange};

use super::api::Request;

/// The version of `ApiVersions`. Every broker since Kafka 2.4 supports it, and nothing that later versions add is
/// used here.
pub(crate) const API_VERSIONS_VERSION: i16 = 3;

/// The version ranges in a broker's response to `ApiVersions`, by API key.
#[derive(Debug, Default)]
pub(crate) struct Versions(BTreeMap<i16, VersionRange>);

/// The first request on every connection, with the name and the version of this client.
pub(crate) fn api_versions_request() -> ApiVersionsRequest {
    ApiVersionsRequest::default()
        .with_client_software_name(StrBytes::from_static_str("kafka-init"))
        .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")))
}

impl Versions {
    pub(crate) fn of(answer: &ApiVersionsResponse) -> Self {
        let range = |min, max| VersionRange { min, max };
        Self(
            answer
                .api_keys
                .iter()
                .map(|api| (api.api_key, range(api.min_version, api.max_version)))
                .collect(),
        )
    }

    /// The versions of a request that the broker supports.
    pub(crate) fn supported<R: Request>(&self) -> Option<VersionRange> {
        self.0.get(&(R::KEY as i16)).copied()
    }

    /// The newest version that both sides support, where its lengths are varints, as `BoundedBuf` needs. Those
    /// versions came with Kafka 2.4, or with the request itself.
    pub(crate) fn newest_common<R: Request>(&self) -> Option<i16> {
        let both = self.supported::<R>()?.intersect(&R::VERSIONS);
        (!both.is_empty() && R::header_version(both.max) >= 2).then_some(both.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kafka_protocol::messages::api_versions_response::ApiVersion;
    use kafka_protocol::messages::{CreateTopicsRequest, MetadataRequest};

    fn versions(min: i16, max: i16) -> Versions {
        let api = ApiVersion::default().with_api_key(19).with_min_version(min).with_max_version(max);
        Versions::of(&ApiVersionsResponse::default().with_api_keys(vec![api]))
    }

    #[test]
    fn the_newest_common_version_is_spoken() {
        assert_eq!(versions(2, 6).newest_common::<CreateTopicsRequest>(), Some(6));
        assert_eq!(versions(2, 99).newest_common::<CreateTopicsRequest>(), Some(7));
    }

    #[test]
    fn a_request_that_is_too_old_too_new_or_absent_has_no_common_version() {
        assert_eq!(versions(0, 4).newest_common::<CreateTopicsRequest>(), None);
        assert_eq!(versions(8, 9).newest_common::<CreateTopicsRequest>(), None);
        assert_eq!(versions(2, 7).newest_common::<MetadataRequest>(), None);
    }
}
