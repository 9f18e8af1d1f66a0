//! The requests that this client sends, each with its API key and its response.
//!
//! `kafka-protocol` ties a request to its response only with its `broker` feature, which would double the code that
//! is compiled. This table has those ties instead.

use kafka_protocol::messages::{
    AlterClientQuotasRequest, AlterClientQuotasResponse, AlterPartitionReassignmentsRequest,
    AlterPartitionReassignmentsResponse, AlterUserScramCredentialsRequest, AlterUserScramCredentialsResponse,
    ApiKey, ApiVersionsRequest, ApiVersionsResponse, CreateAclsRequest, CreateAclsResponse,
    CreatePartitionsRequest, CreatePartitionsResponse, CreateTopicsRequest, CreateTopicsResponse,
    DeleteAclsRequest, DeleteAclsResponse, DescribeAclsRequest, DescribeAclsResponse,
    DescribeClientQuotasRequest, DescribeClientQuotasResponse, DescribeClusterRequest,
    DescribeClusterResponse, DescribeConfigsRequest, DescribeConfigsResponse, DescribeLogDirsRequest,
    DescribeLogDirsResponse, DescribeUserScramCredentialsRequest, DescribeUserScramCredentialsResponse,
    ElectLeadersRequest, ElectLeadersResponse, IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse, ListConfigResourcesRequest, ListConfigResourcesResponse,
    ListPartitionReassignmentsRequest, ListPartitionReassignmentsResponse, MetadataRequest, MetadataResponse,
    SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeRequest, SaslHandshakeResponse,
    UpdateFeaturesRequest, UpdateFeaturesResponse,
};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Message};

/// A request that a client sends.
pub(crate) trait Request: Encodable + HeaderVersion + Message {
    /// The API key.
    const KEY: ApiKey;
    /// The response to it.
    type Response: Decodable + HeaderVersion;
    /// The largest response that is accepted, in bytes. The number of items in one request is bounded so that honest
    /// responses are smaller.
    const MAX_BYTES: usize;
}

/// For responses that come before the login.
const LOGIN_RESPONSE: usize = 64 * 1024;
/// For responses with one item for each broker.
const BROKER_LIST: usize = 1024 * 1024;
/// For responses with a result for each of some hundreds of changes, which may list every config of a topic.
const CHANGE_RESULTS: usize = 4 * 1024 * 1024;
/// For responses that describe up to a thousand resources: partitions, configs, ACLs.
const DESCRIPTIONS: usize = 8 * 1024 * 1024;

impl Request for ApiVersionsRequest {
    const KEY: ApiKey = ApiKey::ApiVersions;
    type Response = ApiVersionsResponse;
    const MAX_BYTES: usize = LOGIN_RESPONSE;
}

impl Request for DescribeClusterRequest {
    const KEY: ApiKey = ApiKey::DescribeCluster;
    type Response = DescribeClusterResponse;
    const MAX_BYTES: usize = BROKER_LIST;
}

impl Request for MetadataRequest {
    const KEY: ApiKey = ApiKey::Metadata;
    type Response = MetadataResponse;
    const MAX_BYTES: usize = DESCRIPTIONS;
}

impl Request for DescribeConfigsRequest {
    const KEY: ApiKey = ApiKey::DescribeConfigs;
    type Response = DescribeConfigsResponse;
    const MAX_BYTES: usize = DESCRIPTIONS;
}

impl Request for ListConfigResourcesRequest {
    const KEY: ApiKey = ApiKey::ListConfigResources;
    type Response = ListConfigResourcesResponse;
    const MAX_BYTES: usize = DESCRIPTIONS;
}

impl Request for CreateTopicsRequest {
    const KEY: ApiKey = ApiKey::CreateTopics;
    type Response = CreateTopicsResponse;
    const MAX_BYTES: usize = CHANGE_RESULTS;
}

impl Request for CreatePartitionsRequest {
    const KEY: ApiKey = ApiKey::CreatePartitions;
    type Response = CreatePartitionsResponse;
    const MAX_BYTES: usize = CHANGE_RESULTS;
}

impl Request for IncrementalAlterConfigsRequest {
    const KEY: ApiKey = ApiKey::IncrementalAlterConfigs;
    type Response = IncrementalAlterConfigsResponse;
    const MAX_BYTES: usize = CHANGE_RESULTS;
}

impl Request for UpdateFeaturesRequest {
    const KEY: ApiKey = ApiKey::UpdateFeatures;
    type Response = UpdateFeaturesResponse;
    const MAX_BYTES: usize = CHANGE_RESULTS;
}

impl Request for SaslHandshakeRequest {
    const KEY: ApiKey = ApiKey::SaslHandshake;
    type Response = SaslHandshakeResponse;
    const MAX_BYTES: usize = LOGIN_RESPONSE;
}

impl Request for SaslAuthenticateRequest {
    const KEY: ApiKey = ApiKey::SaslAuthenticate;
    type Response = SaslAuthenticateResponse;
    const MAX_BYTES: usize = LOGIN_RESPONSE;
}

impl Request for DescribeUserScramCredentialsRequest {
    const KEY: ApiKey = ApiKey::DescribeUserScramCredentials;
    type Response = DescribeUserScramCredentialsResponse;
    const MAX_BYTES: usize = DESCRIPTIONS;
}

impl Request for AlterUserScramCredentialsRequest {
    const KEY: ApiKey = ApiKey::AlterUserScramCredentials;
    type Response = AlterUserScramCredentialsResponse;
    const MAX_BYTES: usize = CHANGE_RESULTS;
}

impl Request for DescribeAclsRequest {
    const KEY: ApiKey = ApiKey::DescribeAcls;
    type Response = DescribeAclsResponse;
    const MAX_BYTES: usize = DESCRIPTIONS;
}

impl Request for CreateAclsRequest {
    const KEY: ApiKey = ApiKey::CreateAcls;
    type Response = CreateAclsResponse;
    const MAX_BYTES: usize = CHANGE_RESULTS;
}

impl Request for DescribeClientQuotasRequest {
    const KEY: ApiKey = ApiKey::DescribeClientQuotas;
    type Response = DescribeClientQuotasResponse;
    const MAX_BYTES: usize = DESCRIPTIONS;
}

impl Request for AlterClientQuotasRequest {
    const KEY: ApiKey = ApiKey::AlterClientQuotas;
    type Response = AlterClientQuotasResponse;
    const MAX_BYTES: usize = CHANGE_RESULTS;
}

impl Request for DeleteAclsRequest {
    const KEY: ApiKey = ApiKey::DeleteAcls;
    type Response = DeleteAclsResponse;
    const MAX_BYTES: usize = CHANGE_RESULTS;
}

impl Request for AlterPartitionReassignmentsRequest {
    const KEY: ApiKey = ApiKey::AlterPartitionReassignments;
    type Response = AlterPartitionReassignmentsResponse;
    const MAX_BYTES: usize = CHANGE_RESULTS;
}

impl Request for ListPartitionReassignmentsRequest {
    const KEY: ApiKey = ApiKey::ListPartitionReassignments;
    type Response = ListPartitionReassignmentsResponse;
    const MAX_BYTES: usize = DESCRIPTIONS;
}

impl Request for ElectLeadersRequest {
    const KEY: ApiKey = ApiKey::ElectLeaders;
    type Response = ElectLeadersResponse;
    const MAX_BYTES: usize = CHANGE_RESULTS;
}

impl Request for DescribeLogDirsRequest {
    const KEY: ApiKey = ApiKey::DescribeLogDirs;
    type Response = DescribeLogDirsResponse;
    const MAX_BYTES: usize = DESCRIPTIONS;
}
