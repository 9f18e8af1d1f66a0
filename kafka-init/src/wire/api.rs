//! The requests that we send, each with its key and its answer.
//!
//! The codec ties a request to its answer only when it also carries the broker's half, which would double
//! what is compiled; this table is that half.

use kafka_protocol::messages::{
    ApiKey, ApiVersionsRequest, ApiVersionsResponse, CreatePartitionsRequest, CreatePartitionsResponse,
    CreateTopicsRequest, CreateTopicsResponse, DescribeClusterRequest, DescribeClusterResponse,
    DescribeConfigsRequest, DescribeConfigsResponse, IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse, MetadataRequest, MetadataResponse,
};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Message};

/// A request that a client sends.
pub(crate) trait Call: Encodable + HeaderVersion + Message {
    /// Which one it is.
    const KEY: ApiKey;
    /// What a broker answers.
    type Answer: Decodable + HeaderVersion;
}

impl Call for ApiVersionsRequest {
    const KEY: ApiKey = ApiKey::ApiVersions;
    type Answer = ApiVersionsResponse;
}

impl Call for DescribeClusterRequest {
    const KEY: ApiKey = ApiKey::DescribeCluster;
    type Answer = DescribeClusterResponse;
}

impl Call for MetadataRequest {
    const KEY: ApiKey = ApiKey::Metadata;
    type Answer = MetadataResponse;
}

impl Call for DescribeConfigsRequest {
    const KEY: ApiKey = ApiKey::DescribeConfigs;
    type Answer = DescribeConfigsResponse;
}

impl Call for CreateTopicsRequest {
    const KEY: ApiKey = ApiKey::CreateTopics;
    type Answer = CreateTopicsResponse;
}

impl Call for CreatePartitionsRequest {
    const KEY: ApiKey = ApiKey::CreatePartitions;
    type Answer = CreatePartitionsResponse;
}

impl Call for IncrementalAlterConfigsRequest {
    const KEY: ApiKey = ApiKey::IncrementalAlterConfigs;
    type Answer = IncrementalAlterConfigsResponse;
}
