//! `bare SERVER PREFIX COUNT`: a client that asks for the topics PREFIX-0 to PREFIX-(COUNT-1) and for five configs of each,
//! in the four requests in which kafka-init does, and nothing else: no spec, no comparison, no report. What is left of
//! kafka-init's time beside it is kafka-init's own (`just bench kafka`).

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::{
    ApiKey, ApiVersionsRequest, ApiVersionsResponse, DescribeClusterRequest, DescribeClusterResponse,
    DescribeConfigsRequest, DescribeConfigsResponse, MetadataRequest, MetadataResponse, RequestHeader,
    ResponseHeader, TopicName,
};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, StrBytes};

const CONFIGS: [&str; 5] =
    ["cleanup.policy", "max.message.bytes", "min.insync.replicas", "retention.ms", "segment.bytes"];
const TOPIC: i8 = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [server, prefix, count] = args.as_slice() else {
        return Err("usage: bare SERVER PREFIX COUNT".into());
    };
    let names: Vec<StrBytes> = (0..count.parse()?)
        .map(|number: usize| StrBytes::from_string(format!("{prefix}-{number}")))
        .collect();
    let mut stream = TcpStream::connect(server)?;
    stream.set_nodelay(true)?;
    let who = StrBytes::from_static_str("bare");
    let versions = ApiVersionsRequest::default()
        .with_client_software_name(who.clone())
        .with_client_software_version(StrBytes::from_static_str("1"));
    call::<_, ApiVersionsResponse>(&mut stream, ApiKey::ApiVersions, 3, &versions)?;
    call::<_, DescribeClusterResponse>(
        &mut stream,
        ApiKey::DescribeCluster,
        2,
        &DescribeClusterRequest::default(),
    )?;
    let topic = |name: &StrBytes| MetadataRequestTopic::default().with_name(Some(TopicName(name.clone())));
    let metadata = MetadataRequest::default()
        .with_topics(Some(names.iter().map(topic).collect()))
        .with_allow_auto_topic_creation(false);
    let topics = call::<_, MetadataResponse>(&mut stream, ApiKey::Metadata, 13, &metadata)?;
    let keys: Vec<StrBytes> = CONFIGS.map(StrBytes::from_static_str).into();
    let resource = |name: &StrBytes| {
        DescribeConfigsResource::default()
            .with_resource_type(TOPIC)
            .with_resource_name(name.clone())
            .with_configuration_keys(Some(keys.clone()))
    };
    let configs = DescribeConfigsRequest::default().with_resources(names.iter().map(resource).collect());
    let configs = call::<_, DescribeConfigsResponse>(&mut stream, ApiKey::DescribeConfigs, 4, &configs)?;
    let whole = topics.topics.iter().all(|topic| topic.error_code == 0)
        && configs.results.iter().all(|topic| topic.configs.len() == CONFIGS.len());
    if whole { Ok(()) } else { Err("not every topic is there".into()) }
}

fn call<Q: Encodable + HeaderVersion, A: Decodable + HeaderVersion>(
    stream: &mut TcpStream,
    key: ApiKey,
    version: i16,
    request: &Q,
) -> Result<A, Box<dyn Error>> {
    let header = RequestHeader::default()
        .with_request_api_key(key as i16)
        .with_request_api_version(version)
        .with_client_id(Some(StrBytes::from_static_str("bare")));
    let mut body = BytesMut::new();
    header.encode(&mut body, Q::header_version(version))?;
    request.encode(&mut body, version)?;
    let mut frame = BytesMut::with_capacity(4 + body.len());
    frame.put_u32(u32::try_from(body.len())?);
    frame.put(body);
    stream.write_all(&frame)?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut answer = vec![0; usize::try_from(u32::from_be_bytes(length))?];
    stream.read_exact(&mut answer)?;
    let mut answer = Bytes::from(answer);
    ResponseHeader::decode(&mut answer, A::header_version(version))?;
    Ok(A::decode(&mut answer, version)?)
}
