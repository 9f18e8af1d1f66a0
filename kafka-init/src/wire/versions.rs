//! Which version of each request both sides speak.

use std::collections::BTreeMap;

use kafka_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse};
use kafka_protocol::protocol::{StrBytes, VersionRange};

use super::api::Call;

/// Spoken by every broker since Kafka 2.4; what later versions add is of no use here.
pub(crate) const HELLO: i16 = 3;

/// What a broker says it speaks.
#[derive(Debug, Default)]
pub(crate) struct Versions(BTreeMap<i16, VersionRange>);

/// The first request on every connection.
pub(crate) fn hello() -> ApiVersionsRequest {
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

    /// What the broker says of one request.
    pub(crate) fn of_broker<C: Call>(&self) -> Option<VersionRange> {
        self.0.get(&(C::KEY as i16)).copied()
    }

    /// The newest version that both sides speak, if its lengths are varints (`bounded` relies on it). Those
    /// versions came with Kafka 2.4, or with the request itself.
    pub(crate) fn common<C: Call>(&self) -> Option<i16> {
        let both = self.of_broker::<C>()?.intersect(&C::VERSIONS);
        (!both.is_empty() && C::header_version(both.max) >= 2).then_some(both.max)
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
        assert_eq!(versions(2, 6).common::<CreateTopicsRequest>(), Some(6));
        assert_eq!(versions(2, 99).common::<CreateTopicsRequest>(), Some(7));
    }

    #[test]
    fn a_request_that_is_too_old_too_new_or_absent_has_no_common_version() {
        assert_eq!(versions(0, 4).common::<CreateTopicsRequest>(), None);
        assert_eq!(versions(8, 9).common::<CreateTopicsRequest>(), None);
        assert_eq!(versions(2, 7).common::<MetadataRequest>(), None);
    }
}
