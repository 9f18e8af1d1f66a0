//! Tests of the bounds: which answers the scan accepts, and which it refuses.

use super::*;
use proptest::prelude::*;

fn read(bytes: &[u8]) -> Result<Scan, Excess> {
    let mut scan = Scan::default();
    scan.read(bytes, &Budget::new(0).usage())?;
    Ok(scan)
}

#[test]
fn answers_of_servers_pass() {
    for bytes in [
        &b"+OK\r\n-ERR no\r\n:5\r\n$-1\r\n*-1\r\n*0\r\n"[..],
        b"*2\r\n*1\r\n$3\r\na\r\n\r\n$0\r\n\r\n",
        b"*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
    ] {
        let scan = read(bytes).unwrap();
        assert!(scan.open.is_empty() && scan.bulk == 0 && scan.line.is_empty(), "{scan:?}");
    }
}

#[test]
fn answers_beyond_the_bounds_are_refused() {
    let deep = b"*1\r\n".repeat(DEPTH + 1);
    let line = [b"+".as_slice(), &b"a".repeat(LINE)].concat();
    for (bytes, expected) in [
        (&b"$2147483648\r\n"[..], Excess::Large),
        (b"*2147483648\r\n", Excess::Large),
        (b"*9223372036854775807\r\n", Excess::Large),
        (b"*40000\r\n", Excess::Large),
        (b"$-2\r\n", Excess::Garbled),
        (b"$x\r\n", Excess::Garbled),
        (b"%1\r\n", Excess::Garbled),
        (b"HTTP/1.1 400 Bad Request\r\n", Excess::Garbled),
        (&deep, Excess::Large),
        (&line, Excess::Large),
    ] {
        assert_eq!(read(bytes).unwrap_err(), expected);
    }
}

#[test]
fn memory_is_released_after_an_exchange_and_limited_for_all_connections() {
    let budget = Budget::new(0);
    let usages: Vec<_> = (0..ALL / EXCHANGE).map(|_| budget.usage()).collect();
    assert!(usages.iter().all(|usage| usage.take(EXCHANGE).is_ok()));
    assert_eq!(budget.usage().take(1), Err(Excess::Large));
    usages[0].reset();
    assert_eq!(budget.usage().take(1), Ok(()));
}

proptest! {
    #[test]
    fn any_split_of_the_stream_reads_the_same(bytes in "[-+:$*0-9a\r\n]{0,60}", at in 0_usize..60) {
        let bytes = bytes.as_bytes();
        let (one, other) = bytes.split_at(at.min(bytes.len()));
        let usage = Budget::new(0).usage();
        let mut scan = Scan::default();
        let split = scan.read(one, &usage).and_then(|()| scan.read(other, &usage));
        prop_assert_eq!(split.is_ok(), read(bytes).is_ok());
    }
}
