//! `UpdateFeatures`: raises the finalized levels of features, all of them in one request, because a level may need
//! that of another feature.

use std::borrow::Cow;

use kafka_protocol::messages::update_features_request::FeatureUpdateKey;
use kafka_protocol::messages::{UpdateFeaturesRequest, UpdateFeaturesResponse};
use kafka_protocol::protocol::StrBytes;

use super::by_request::Numbered;
use super::mutation::{Mode, Mutation, Outcome, Outcomes, TIMEOUT_MS};
use crate::Error;
use crate::change::RaiseFeature;
use crate::error::{Attempt, FeatureError};
use crate::observe::{self, Features};
use crate::wire::Connection;

/// The upgrade type `UPGRADE`, with which a level is never lowered.
const UPGRADE: i8 = 1;
/// The feature that every `KRaft` cluster has.
const METADATA_VERSION: &str = "metadata.version";

/// The changes whose features and levels the broker supports, and the others by position, each with the reason.
pub(super) async fn supported<'c>(
    main: &mut Connection,
    changes: &Numbered<&'c RaiseFeature>,
) -> (Numbered<&'c RaiseFeature>, Vec<(usize, Error)>) {
    if changes.is_empty() {
        return (Vec::new(), Vec::new());
    }
    let features = observe::features(main).await;
    let (mut supported, mut refused) = (Vec::new(), Vec::new());
    for (position, change) in changes {
        let checked = features.as_ref().map_err(Clone::clone);
        match checked.and_then(|features| check(main, change, features)) {
            Ok(()) => supported.push((*position, *change)),
            Err(error) => refused.push((*position, error)),
        }
    }
    (supported, refused)
}

fn check(main: &Connection, change: &RaiseFeature, features: &Features) -> Result<(), Error> {
    let peer = || main.peer().clone();
    if !features.finalized.contains_key(METADATA_VERSION) {
        return Err(FeatureError::NoLevels { peer: peer() }.into());
    }
    let (feature, level) = (change.name.clone(), change.level.to);
    match features.supported.get(&feature) {
        Some(levels) if levels.contains(&level) => Ok(()),
        Some(levels) => {
            let (lowest, highest) = (*levels.start(), *levels.end());
            Err(FeatureError::UnsupportedLevel { peer: peer(), feature, level, lowest, highest }.into())
        }
        // The controller knows.
        None if features.may_have_others => Ok(()),
        None => {
            let known = features.supported.keys().cloned().collect::<Vec<_>>().join(", ");
            Err(FeatureError::Unknown { peer: peer(), feature, known }.into())
        }
    }
}

impl Mutation for RaiseFeature {
    type Request = UpdateFeaturesRequest;

    fn name(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.name)
    }

    fn records(&self) -> usize {
        1
    }

    fn attempt(&self) -> Attempt {
        let action = format!("raise the feature {} to level {}", self.name, self.level.to);
        Attempt::new(action, "Alter on the cluster")
    }

    fn request<'c>(batch: impl Iterator<Item = &'c Self>, mode: Mode) -> Self::Request {
        let update = |feature: &Self| {
            FeatureUpdateKey::default()
                .with_feature(StrBytes::from_string(feature.name.clone()))
                .with_max_version_level(feature.level.to)
                .with_upgrade_type(UPGRADE)
        };
        UpdateFeaturesRequest::default()
            .with_timeout_ms(TIMEOUT_MS)
            .with_feature_updates(batch.map(update).collect())
            .with_validate_only(mode.is_validate_only())
    }

    /// All updates of one request succeed or fail together, with one error. Before version 2 of the response, each
    /// feature has an error of its own too.
    fn outcomes<'c>(answer: UpdateFeaturesResponse, batch: impl Iterator<Item = &'c Self>) -> Outcomes {
        let outcome = |feature: &Self| {
            let own = answer.results.iter().find(|result| result.feature.as_str() == feature.name);
            let (code, message) = match own.filter(|result| result.error_code != 0) {
                Some(own) => (own.error_code, &own.error_message),
                None => (answer.error_code, &answer.error_message),
            };
            let name = StrBytes::from_string(feature.name.clone());
            Outcome { name, code, message: message.clone(), topic: None }
        };
        Outcomes { throttle_ms: answer.throttle_time_ms, each: batch.map(outcome).collect() }
    }
}
