//! The requests that we send, each with its key and its answer.
//!
//! The codec ties a request to its answer only when it also carries the broker's half, which would double
//! what is compiled; this table is that half.

use kafka_protocol::messages::{
    AlterClientQuotasRequest, AlterClientQuotasResponse, AlterUserScramCredentialsRequest,
    AlterUserScramCredentialsResponse, ApiKey, ApiVersionsRequest, ApiVersionsResponse, CreateAclsRequest,
    CreateAclsResponse, CreatePartitionsRequest, CreatePartitionsResponse, CreateTopicsRequest,
    CreateTopicsResponse, DescribeAclsRequest, DescribeAclsResponse, DescribeClientQuotasRequest,
    DescribeClientQuotasResponse, DescribeClusterRequest, DescribeClusterResponse, DescribeConfigsRequest,
    DescribeConfigsResponse, DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse,
    IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse, MetadataRequest, MetadataResponse,
    SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeRequest, SaslHandshakeResponse,
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

impl Call for SaslHandshakeRequest {
    const KEY: ApiKey = ApiKey::SaslHandshake;
    type Answer = SaslHandshakeResponse;
}

impl Call for SaslAuthenticateRequest {
    const KEY: ApiKey = ApiKey::SaslAuthenticate;
    type Answer = SaslAuthenticateResponse;
}

impl Call for DescribeUserScramCredentialsRequest {
    const KEY: ApiKey = ApiKey::DescribeUserScramCredentials;
    type Answer = DescribeUserScramCredentialsResponse;
}

impl Call for AlterUserScramCredentialsRequest {
    const KEY: ApiKey = ApiKey::AlterUserScramCredentials;
    type Answer = AlterUserScramCredentialsResponse;
}

impl Call for DescribeAclsRequest {
    const KEY: ApiKey = ApiKey::DescribeAcls;
    type Answer = DescribeAclsResponse;
}

impl Call for CreateAclsRequest {
    const KEY: ApiKey = ApiKey::CreateAcls;
    type Answer = CreateAclsResponse;
}

impl Call for DescribeClientQuotasRequest {
    const KEY: ApiKey = ApiKey::DescribeClientQuotas;
    type Answer = DescribeClientQuotasResponse;
}

impl Call for AlterClientQuotasRequest {
    const KEY: ApiKey = ApiKey::AlterClientQuotas;
    type Answer = AlterClientQuotasResponse;
}
