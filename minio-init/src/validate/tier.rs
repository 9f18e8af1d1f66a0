//! Validates remote tiers.

use std::collections::{BTreeMap, BTreeSet};

use init_core::{SpecPath, Violations};

use super::remote;
use crate::desired::{self, Place, TierType, names};
use crate::spec::Tier;

pub(super) fn tiers(
    at: &SpecPath,
    tiers: BTreeMap<String, Tier>,
    violations: &mut Violations,
) -> BTreeMap<String, desired::Tier> {
    let mut places = BTreeSet::new();
    let mut desired = BTreeMap::new();
    for (name, tier) in tiers {
        let at = at.key(&name);
        violations.check(&at, names::tier(&name));
        let tier = self::tier(&at, tier, violations);
        let Place { endpoint, bucket, prefix, .. } = tier.place.clone();
        let prefix = prefix.unwrap_or_default().trim_end_matches('/').to_owned();
        if !places.insert((endpoint, bucket, prefix)) {
            violations
                .push(&at, "another tier has the same bucket and prefix: each needs a place of its own");
        }
        desired.insert(name, tier);
    }
    desired
}

fn tier(at: &SpecPath, tier: Tier, violations: &mut Violations) -> desired::Tier {
    let endpoint = remote::url(&at.key("endpoint"), &tier.endpoint, violations);
    remote::access_key(&at.key("accessKey"), &tier.access_key, violations);
    violations.check(&at.key("bucket"), names::bucket(&tier.bucket));
    if tier.prefix.as_ref().is_some_and(|prefix| prefix.is_empty() || prefix.starts_with('/')) {
        violations
            .push(&at.key("prefix"), "a prefix has at least one character and does not begin with a slash");
    }
    if tier.region.as_ref().is_some_and(|region| !names::is_region(region)) {
        violations.push(&at.key("region"), names::REGION);
    }
    if tier.storage_class.is_some() && tier.kind == TierType::Minio {
        violations.push(&at.key("storageClass"), "only a tier of the type s3 has a storage class");
    }
    if tier.storage_class.as_ref().is_some_and(String::is_empty) {
        violations.push(&at.key("storageClass"), "a storage class has at least one character");
    }
    let Tier { kind, access_key, secret_key: secret, bucket, prefix, region, storage_class, .. } = tier;
    let place = Place { kind, endpoint, bucket, prefix, region, storage_class };
    desired::Tier { place, access_key, secret }
}
