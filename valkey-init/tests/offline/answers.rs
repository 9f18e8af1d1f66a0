//! Tests of the parsers of answers, with the answers of servers and with arbitrary bytes.

use proptest::prelude::*;
use valkey_init::fuzzing::answer;

#[test]
fn answers_of_servers_are_read() {
    for bytes in [
        &b"$-1\r\n"[..],
        b"=78\r\ntxt:07c37d 10.0.0.2:6379@16379,valkey-0 myself,master - 0 1426238316232 7 x 0-546\r\n",
        b"*1\r\n%2\r\n+slots\r\n*2\r\n:0\r\n:5460\r\n+nodes\r\n*1\r\n%1\r\n+id\r\n$2\r\nab\r\n",
        b"%3\r\n+flags\r\n~1\r\n+on\r\n+commands\r\n$5\r\n-@all\r\n+selectors\r\n*1\r\n%1\r\n+keys\r\n+~a\r\n",
        b"*1\r\n%1\r\n+library_code\r\n$3\r\nlua\r\n",
        b"07c37d :0@0 master,noaddr - 1 2 3 disconnected 0-5460 99999 5-1 [93->-292f8b] 70000-80000",
    ] {
        answer(bytes);
    }
}

proptest! {
    #[test]
    fn no_answer_causes_a_panic(bytes: Vec<u8>, text in "[-+~&%@|() a-z0-9,:*$\r\n]{0,200}") {
        answer(&bytes);
        answer(text.as_bytes());
    }
}
