//! A name with several addresses, of which one swallows packets.

use std::time::Duration;

use integration::minio::Server;
use integration::{Peer, docker, eventually};

/// A listener whose queue of connections is full, so that the kernel drops every further attempt.
const DEAF: &str = "import socket, time
listener = socket.socket()
listener.bind(('', 9000))
listener.listen(0)
waiting = [socket.socket() for _ in range(8)]
for one in waiting:
    one.setblocking(False)
    one.connect_ex(('127.0.0.1', 9000))
open('/tmp/full', 'w').close()
time.sleep(600)";

#[test]
fn the_address_that_answers_is_reached_wherever_it_stands() {
    let server = Server::new();
    let options = ["--entrypoint", "python3"];
    let deaf = Peer::with_command(server.network(), "dayzero/moto:dev", "deaf", &options, &["-c", DEAF]);
    let full = || docker(&["exec", deaf.name(), "test", "-e", "/tmp/full"]).exit == 0;
    eventually("its queue is full", Duration::from_secs(30), full);
    let minio = server.address();
    let minio = minio.trim_end_matches(":9000");
    for order in [[deaf.address(), minio.to_owned()], [minio.to_owned(), deaf.address()]] {
        let hosts = order.map(|address| format!("twin:{address}"));
        let init = server.init_at("endpoint: http://twin:9000", "buckets: {first: {}}\n");
        let init = init.docker(&["--add-host", &hosts[0], "--add-host", &hosts[1]]);
        let ended = init.args(&["--timeout", "20s"]).run();
        assert_eq!(ended.exit, 0, "{hosts:?}: {}\n{}", ended.stdout, ended.log);
    }
}
