//! The requests that we send, each with its key and its answer.
//!
//! The codec ties a request to its answer only when it also carries the broker's half, which would double
//! what is compiled; this table is that half.

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
};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Message};

/// A request that a client sends.
pub(crate) trait Call: Encodable + HeaderVersion + Message {
    /// Which one it is.
    const KEY: ApiKey;
    /// What a broker answers.
    type Answer: Decodable + HeaderVersion;
    /// The most bytes that an answer to it comes to, however much is asked for in one request.
    const MOST: usize;
}

/// Before anybody has logged in.
const GREETING: usize = 64 * 1024;
/// One line for each broker.
const MEMBERS: usize = 1024 * 1024;
/// For each of some hundreds of changes a result, at the most with every config of a topic.
const RESULTS: usize = 4 * 1024 * 1024;
/// What is there, of a thousand things: partitions, configs, ACLs.
const READING: usize = 8 * 1024 * 1024;

impl Call for ApiVersionsRequest {
    const KEY: ApiKey = ApiKey::ApiVersions;
    type Answer = ApiVersionsResponse;
    const MOST: usize = GREETING;
}

impl Call for DescribeClusterRequest {
    const KEY: ApiKey = ApiKey::DescribeCluster;
    type Answer = DescribeClusterResponse;
    const MOST: usize = MEMBERS;
}

impl Call for MetadataRequest {
    const KEY: ApiKey = ApiKey::Metadata;
    type Answer = MetadataResponse;
    const MOST: usize = READING;
}

impl Call for DescribeConfigsRequest {
    const KEY: ApiKey = ApiKey::DescribeConfigs;
    type Answer = DescribeConfigsResponse;
    const MOST: usize = READING;
}

impl Call for ListConfigResourcesRequest {
    const KEY: ApiKey = ApiKey::ListConfigResources;
    type Answer = ListConfigResourcesResponse;
    const MOST: usize = READING;
}

impl Call for CreateTopicsRequest {
    const KEY: ApiKey = ApiKey::CreateTopics;
    type Answer = CreateTopicsResponse;
    const MOST: usize = RESULTS;
}

impl Call for CreatePartitionsRequest {
    const KEY: ApiKey = ApiKey::CreatePartitions;
    type Answer = CreatePartitionsResponse;
    const MOST: usize = RESULTS;
}

impl Call for IncrementalAlterConfigsRequest {
    const KEY: ApiKey = ApiKey::IncrementalAlterConfigs;
    type Answer = IncrementalAlterConfigsResponse;
    const MOST: usize = RESULTS;
}

impl Call for SaslHandshakeRequest {
    const KEY: ApiKey = ApiKey::SaslHandshake;
    type Answer = SaslHandshakeResponse;
    const MOST: usize = GREETING;
}

impl Call for SaslAuthenticateRequest {
    const KEY: ApiKey = ApiKey::SaslAuthenticate;
    type Answer = SaslAuthenticateResponse;
    const MOST: usize = GREETING;
}

impl Call for DescribeUserScramCredentialsRequest {
    const KEY: ApiKey = ApiKey::DescribeUserScramCredentials;
    type Answer = DescribeUserScramCredentialsResponse;
    const MOST: usize = READING;
}

impl Call for AlterUserScramCredentialsRequest {
    const KEY: ApiKey = ApiKey::AlterUserScramCredentials;
    type Answer = AlterUserScramCredentialsResponse;
    const MOST: usize = RESULTS;
}

impl Call for DescribeAclsRequest {
    const KEY: ApiKey = ApiKey::DescribeAcls;
    type Answer = DescribeAclsResponse;
    const MOST: usize = READING;
}

impl Call for CreateAclsRequest {
    const KEY: ApiKey = ApiKey::CreateAcls;
    type Answer = CreateAclsResponse;
    const MOST: usize = RESULTS;
}

impl Call for DescribeClientQuotasRequest {
    const KEY: ApiKey = ApiKey::DescribeClientQuotas;
    type Answer = DescribeClientQuotasResponse;
    const MOST: usize = READING;
}

impl Call for AlterClientQuotasRequest {
    const KEY: ApiKey = ApiKey::AlterClientQuotas;
    type Answer = AlterClientQuotasResponse;
    const MOST: usize = RESULTS;
}

impl Call for DeleteAclsRequest {
    const KEY: ApiKey = ApiKey::DeleteAcls;
    type Answer = DeleteAclsResponse;
    const MOST: usize = RESULTS;
}

impl Call for AlterPartitionReassignmentsRequest {
    const KEY: ApiKey = ApiKey::AlterPartitionReassignments;
    type Answer = AlterPartitionReassignmentsResponse;
    const MOST: usize = RESULTS;
}

impl Call for ListPartitionReassignmentsRequest {
    const KEY: ApiKey = ApiKey::ListPartitionReassignments;
    type Answer = ListPartitionReassignmentsResponse;
    const MOST: usize = READING;
}

impl Call for ElectLeadersRequest {
    const KEY: ApiKey = ApiKey::ElectLeaders;
    type Answer = ElectLeadersResponse;
    const MOST: usize = RESULTS;
}

impl Call for DescribeLogDirsRequest {
    const KEY: ApiKey = ApiKey::DescribeLogDirs;
    type Answer = DescribeLogDirsResponse;
    const MOST: usize = READING;
}
