//! Tests of dialling names with several addresses, some of which do not answer, with real sockets on loopback.

use std::sync::atomic::{AtomicUsize, Ordering};

use socket2::{Domain, SockAddr, Socket, Type};
use tokio::net::TcpListener;

use super::*;

/// An address that drops packets: the backlog of its listener is full, so the kernel does not answer a SYN.
struct DroppingListener {
    address: SocketAddr,
    _sockets: Vec<Socket>,
}

impl DroppingListener {
    fn new() -> Self {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any: SocketAddr = "127.0.0.2:0".parse().unwrap();
        listener.bind(&SockAddr::from(any)).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap().as_socket().unwrap();
        let mut sockets = vec![listener];
        for _ in 0..3 {
            let client = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            client.set_nonblocking(true).unwrap();
            let _ = client.connect(&SockAddr::from(address));
            sockets.push(client);
        }
        Self { address, _sockets: sockets }
    }
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn endpoint() -> Endpoint {
    "server:1".parse().unwrap()
}

fn within(milliseconds: u64) -> Instant {
    Instant::now() + Duration::from_millis(milliseconds)
}

#[expect(clippy::unused_async, reason = "it stands for a protocol")]
async fn peer_address(tcp: TcpStream) -> Result<SocketAddr, NetError> {
    Ok(tcp.peer_addr().unwrap())
}

fn connection_lost() -> NetError {
    NetError::HungUp { endpoint: endpoint(), problem: "end of stream".to_owned() }
}

fn denied() -> NetError {
    NetError::Secret { secret: "key".parse().unwrap(), problem: "wrong".to_owned(), remedy: String::new() }
}

#[tokio::test]
async fn an_address_that_drops_packets_does_not_stop_the_next_from_being_tried() {
    let dropping = DroppingListener::new();
    let (_listener, good) = listener().await;
    let addresses = vec![dropping.address, good];
    let dialled = dial_addresses(&endpoint(), addresses, within(3000), |tcp, _| peer_address(tcp)).await;
    assert_eq!(dialled.unwrap(), good);
}

#[tokio::test]
async fn several_addresses_that_drop_packets_do_not_stop_the_next_from_being_tried() {
    let dropping: Vec<_> = (0..5).map(|_| DroppingListener::new()).collect();
    let (_listener, good) = listener().await;
    let mut addresses: Vec<_> = dropping.iter().map(|one| one.address).collect();
    addresses.push(good);
    let dialled = dial_addresses(&endpoint(), addresses, within(3000), |tcp, _| peer_address(tcp)).await;
    assert_eq!(dialled.unwrap(), good);
}

#[tokio::test]
async fn an_unreachable_server_is_reported_as_unreachable() {
    let dropping = DroppingListener::new();
    let addresses = vec![dropping.address];
    let count = AtomicUsize::new(0);
    let dialled: Result<(), NetError> = dial_addresses(&endpoint(), addresses, within(300), |_, _| async {
        count.fetch_add(1, Ordering::Relaxed);
        Ok(())
    })
    .await;
    let error = dialled.unwrap_err();
    assert!(matches!(error, NetError::Connect { .. }), "{error}");
    assert!(error.to_string().starts_with("cannot connect to server:1: no answer within"), "{error}");
    assert_eq!(error.kind(), FaultKind::Unavailable);
    assert_eq!(count.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_refused_address_and_one_that_drops_packets_are_both_named() {
    let dropping = DroppingListener::new();
    let (gone, closed) = listener().await;
    drop(gone);
    let addresses = vec![closed, dropping.address];
    let dialled = dial_addresses(&endpoint(), addresses, within(400), |tcp, _| peer_address(tcp)).await;
    let error = dialled.unwrap_err().to_string();
    assert!(error.contains("127.0.0.1: Connection refused"), "{error}");
    assert!(error.contains("127.0.0.2: no answer within"), "{error}");
}

#[tokio::test]
async fn an_address_whose_protocol_does_not_start_is_followed_by_the_next() {
    let (_first, silent) = listener().await;
    let (_second, broken) = listener().await;
    let (_third, good) = listener().await;
    let begin = |tcp: TcpStream, _| async move {
        let peer = tcp.peer_addr().unwrap();
        match peer {
            peer if peer == silent => std::future::pending().await,
            peer if peer == broken => Err(connection_lost()),
            peer => Ok(peer),
        }
    };
    let dialled = dial_addresses(&endpoint(), vec![silent, broken, good], within(1500), begin).await;
    assert_eq!(dialled.unwrap(), good);
}

#[tokio::test]
async fn the_error_of_the_last_reached_address_is_returned() {
    let (_first, broken) = listener().await;
    let (gone, closed) = listener().await;
    drop(gone);
    let begin = |_, _| async { Err::<(), _>(connection_lost()) };
    let error = dial_addresses(&endpoint(), vec![broken, closed], within(2000), begin).await.unwrap_err();
    assert!(matches!(error, NetError::HungUp { .. }), "{error}");
}

#[tokio::test]
async fn an_address_that_refused_takes_no_share_of_the_time() {
    let (gone, closed) = listener().await;
    drop(gone);
    let (_listener, good) = listener().await;
    let deadline = within(60_000);
    let begin = |_, ends: Instant| async move { Ok::<_, NetError>(ends) };
    let ends = dial_addresses(&endpoint(), vec![closed, good], deadline, begin).await.unwrap();
    assert!(deadline - ends < Duration::from_secs(15), "half of the time would be 30 s");
}

#[tokio::test]
async fn a_permanent_fault_ends_the_attempt_without_the_next_address() {
    let (_first, one) = listener().await;
    let (_second, other) = listener().await;
    let count = AtomicUsize::new(0);
    let begin = |_, _| async {
        count.fetch_add(1, Ordering::Relaxed);
        Err::<(), _>(denied())
    };
    let error = dial_addresses(&endpoint(), vec![one, other], within(2000), begin).await.unwrap_err();
    assert_eq!((error.kind(), count.load(Ordering::Relaxed)), (FaultKind::Secret, 1));
}

#[tokio::test]
async fn a_server_without_an_answer_is_reported_as_silent() {
    let (_listener, silent) = listener().await;
    let begin = |_, _| std::future::pending::<Result<(), NetError>>();
    let error = dial_addresses(&endpoint(), vec![silent], within(200), begin).await.unwrap_err();
    assert!(matches!(error, NetError::Silent { phase: Phase::Protocol, .. }), "{error}");
}

#[tokio::test]
async fn a_handshake_without_an_answer_is_reported_with_its_phase() {
    let (_listener, silent) = listener().await;
    let connector = Connector::unverified().unwrap();
    let endpoint: Endpoint = format!("localhost:{}", silent.port()).parse().unwrap();
    let error = open(&endpoint, Some(&connector), Duration::from_millis(300)).await.unwrap_err();
    assert!(matches!(error, NetError::Silent { phase: Phase::Handshake, .. }), "{error}");
}

/// A tool may spawn an attempt as a task of a multi-threaded runtime.
#[test]
fn an_attempt_is_send() {
    fn is_send<T: Send>(_: T) {}
    let (endpoint, connector) = (endpoint(), Connector::unverified().unwrap());
    is_send(open(&endpoint, Some(&connector), Duration::from_secs(1)));
    is_send(dial_with(&endpoint, Duration::from_secs(1), |tcp, _| peer_address(tcp)));
}
