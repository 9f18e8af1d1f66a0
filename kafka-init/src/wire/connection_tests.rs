//! Framing and timeouts, against a peer in memory. The meaning of responses is tested with real brokers.

use std::future::pending;

use kafka_protocol::messages::{CreateTopicsRequest, MetadataRequest};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::*;

const TIMEOUT: Duration = Duration::from_secs(5);

/// A response to `ApiVersions` version 3: Metadata is supported in versions 0 to 12, and `ApiVersions` itself.
const WELCOME: &[u8] = &[0, 0, 0, 0, 0, 0, 3, 0, 3, 0, 0, 0, 12, 0, 0, 18, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0];

fn peer() -> Peer {
    Peer { id: None, endpoint: "kafka:9092".parse().unwrap() }
}

/// Connects to a listener that `act` plays.
async fn negotiate_versions<F: Future<Output = ()>>(
    act: impl FnOnce(DuplexStream) -> F,
) -> Result<Connection, Error> {
    let (ours, theirs) = duplex(64 * 1024);
    let (greeted, ()) = tokio::join!(
        Connection::negotiate_versions(
            Box::new(ours),
            peer(),
            Arc::new(Access::PLAINTEXT),
            API_VERSIONS_TIMEOUT
        ),
        act(theirs)
    );
    greeted
}

async fn error_after(bytes: &[u8]) -> String {
    let answer = async |mut stream: DuplexStream| {
        let _ = stream.write_all(bytes).await;
        let _ = stream.read_buf(&mut Vec::with_capacity(1024)).await;
    };
    negotiate_versions(answer).await.err().map(|error| error.to_string()).unwrap_or_default()
}

async fn request(stream: &mut DuplexStream) -> Vec<u8> {
    let length = stream.read_u32().await.unwrap();
    let mut bytes = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut bytes).await.unwrap();
    bytes
}

async fn answer(stream: &mut DuplexStream, bytes: &[u8]) {
    stream.write_u32(u32::try_from(bytes.len()).unwrap()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
}

/// An empty response to Metadata version 12 (throttle time, brokers, cluster id, controller, topics).
fn empty_metadata_response(correlation: u8) -> [u8; 18] {
    [0, 0, 0, correlation, 0, 0, 0, 0, 0, 1, 0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0]
}

#[tokio::test(start_paused = true)]
async fn a_silent_listener_times_out() {
    let error = negotiate_versions(async |stream| {
        tokio::time::timeout(Duration::from_secs(60), pending::<()>()).await.unwrap_err();
        drop(stream);
    });
    assert_eq!(error.await.err().unwrap().to_string(), "kafka:9092 did not answer ApiVersions within 3 s");
}

#[tokio::test]
async fn another_protocol_is_named() {
    assert_eq!(
        error_after(&[0x15, 3, 3, 0, 2, 2, 70]).await,
        "the listener at kafka:9092 speaks TLS, not plaintext Kafka"
    );
    assert_eq!(
        error_after(b"HTTP/1.1 400 ").await,
        "the listener at kafka:9092 speaks HTTP, not plaintext Kafka"
    );
    assert_eq!(
        error_after(b"SSH-2.0-x\r\n").await,
        "the listener at kafka:9092 speaks another protocol, not plaintext Kafka"
    );
}

#[tokio::test]
async fn a_response_that_does_not_decode_is_an_error() {
    let error = error_after(&[0, 0, 0, 6, 0, 0, 0, 0, 0, 0]).await;
    assert!(error.starts_with("the answer of kafka:9092 to ApiVersions cannot be read: "), "{error}");
}

#[tokio::test]
async fn a_closed_connection_is_not_taken_for_another_protocol() {
    for bytes in [&b""[..], &[0, 0], &[0, 0, 0, 9, 1, 2]] {
        let error = negotiate_versions(async |mut stream: DuplexStream| {
            request(&mut stream).await;
            stream.write_all(bytes).await.unwrap();
        });
        let expected = "kafka:9092 dropped the connection before it answered ApiVersions: end of stream";
        assert_eq!(error.await.err().unwrap().to_string(), expected);
    }
}

#[tokio::test]
async fn a_broker_without_api_versions_3_is_too_old() {
    let old = [0, 0, 0, 10, 0, 0, 0, 0, 0, 35, 0, 0, 0, 0];
    let expected = "the answer of kafka:9092 to ApiVersions cannot be read: it does not know version 3, which came \
                    with Kafka 2.4";
    assert_eq!(error_after(&old).await, expected);
}

async fn with_broker<F: Future<Output = ()>>(
    broker: impl FnOnce(DuplexStream) -> F,
    client: impl AsyncFnOnce(Connection),
) {
    let (ours, mut theirs) = duplex(64 * 1024);
    let serve = async {
        request(&mut theirs).await;
        answer(&mut theirs, WELCOME).await;
        broker(theirs).await;
    };
    let ask = async {
        let access = Arc::new(Access::PLAINTEXT);
        client(
            Connection::negotiate_versions(Box::new(ours), peer(), access, API_VERSIONS_TIMEOUT)
                .await
                .unwrap(),
        )
        .await;
    };
    tokio::join!(serve, ask);
}

#[tokio::test]
async fn requests_are_pipelined_and_their_answers_matched_in_order() {
    let broker = async |mut stream: DuplexStream| {
        let all = [request(&mut stream).await, request(&mut stream).await, request(&mut stream).await];
        // Correlation ids go on from that of `ApiVersions`.
        assert_eq!(all.map(|bytes| bytes[7]), [1, 2, 3]);
        for correlation in [1, 2, 3] {
            answer(&mut stream, &empty_metadata_response(correlation)).await;
        }
    };
    with_broker(broker, async |mut connection| {
        let mut seen = Vec::new();
        let requests = vec![MetadataRequest::default(); 3].into_iter();
        connection.pipeline(requests, TIMEOUT, |index, _| seen.push(index)).await.unwrap();
        assert_eq!(seen, [0, 1, 2]);
    })
    .await;
}

#[tokio::test]
async fn a_response_may_arrive_byte_by_byte() {
    let broker = async |mut stream: DuplexStream| {
        request(&mut stream).await;
        for byte in [&[0, 0, 0, 18][..], &empty_metadata_response(1)].concat() {
            stream.write_all(&[byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    with_broker(broker, async |mut connection| {
        assert!(connection.call(MetadataRequest::default(), TIMEOUT).await.is_ok());
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_unusable_after_a_timeout() {
    let broker = async |mut stream: DuplexStream| {
        request(&mut stream).await;
        tokio::time::sleep(TIMEOUT * 2).await;
        answer(&mut stream, &empty_metadata_response(1)).await;
    };
    with_broker(broker, async |mut connection| {
        let error = connection.call(MetadataRequest::default(), TIMEOUT).await.err().unwrap();
        assert_eq!(error.to_string(), "kafka:9092 did not answer Metadata within 5 s");
        assert!(!connection.is_usable());
        // A response that comes after its timeout is not taken for that of the next request.
        tokio::time::sleep(TIMEOUT * 2).await;
        let error = connection.call(MetadataRequest::default(), TIMEOUT).await.err().unwrap();
        assert!(matches!(error, Error::ConnectionClosed { .. }), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_request_that_the_broker_does_not_know_is_not_sent() {
    with_broker(
        async |_| {},
        async |mut connection| {
            let error = connection.call(CreateTopicsRequest::default(), TIMEOUT).await.err().unwrap();
            assert_eq!(
                error.to_string(),
                "kafka:9092 has no version of CreateTopics; this build supports 2 to 7"
            );
            assert!(connection.is_usable());
        },
    )
    .await;
}
