//! Feature levels that the brokers do not have.

use thiserror::Error;

use super::peer::Peer;

/// A feature or a level of it that a cluster cannot have.
#[derive(Clone, Debug, Error)]
pub enum FeatureError {
    /// The cluster has no feature levels, as in `ZooKeeper` mode.
    #[error(
        "{peer} shows no feature levels: a cluster that keeps its metadata in ZooKeeper has none to be raised"
    )]
    NoLevels {
        /// The broker that was asked.
        peer: Peer,
    },
    /// The broker does not know the feature.
    #[error("{peer} knows no feature `{feature}`: it has {known}")]
    Unknown {
        /// The broker that was asked.
        peer: Peer,
        /// The name in the spec.
        feature: String,
        /// The names that it knows.
        known: String,
    },
    /// The broker does not support the level.
    #[error("{peer} supports levels {lowest} to {highest} of the feature {feature}, not {level}")]
    UnsupportedLevel {
        /// The broker that was asked.
        peer: Peer,
        /// The feature.
        feature: String,
        /// The level in the spec.
        level: i16,
        /// The lowest level that it supports.
        lowest: i16,
        /// The highest level that it supports.
        highest: i16,
    },
}

impl FeatureError {
    pub(super) fn remedy(&self) -> &'static str {
        match self {
            Self::NoLevels { .. } => "take `features` out of the spec, or migrate the cluster to KRaft",
            Self::Unknown { .. } => "correct the name in `features`, or upgrade the brokers",
            Self::UnsupportedLevel { .. } => {
                "declare a level that every broker supports, or upgrade the brokers"
            }
        }
    }
}
