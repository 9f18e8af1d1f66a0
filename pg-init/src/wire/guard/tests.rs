use super::*;
use proptest::prelude::*;

fn guard(allowed: Authentication) -> MessageGuard {
    MessageGuard::new(allowed, Arc::default(), ConnectionState::default())
}

fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap();
    [&[tag], length.to_be_bytes().as_slice(), body].concat()
}

fn ready() -> MessageGuard {
    let mut guard = guard(Authentication::ScramSha256);
    guard.inspect(&message(b'R', &[0, 0, 0, 0])).unwrap();
    guard.inspect(&message(b'Z', b"I")).unwrap();
    guard
}

fn text_column(name: &str) -> Vec<u8> {
    let rest = [0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0];
    [name.as_bytes(), &[0], &rest].concat()
}

#[test]
fn an_authentication_method_that_is_weaker_than_allowed_is_refused() {
    use Authentication as A;
    for (request, least) in [(3, Some(A::Password)), (5, Some(A::Md5)), (0, None)] {
        let asked = message(b'R', &[&[0, 0, 0, request], [1, 2, 3, 4].as_slice()].concat());
        for allowed in [A::ScramSha256, A::Md5, A::Password] {
            let answered = guard(allowed).inspect(&asked).is_ok();
            assert_eq!(answered, least.is_none_or(|least| allowed >= least), "{request} {allowed:?}");
        }
    }
    for request in [2, 6, 7, 8, 9, 99] {
        let asked = message(b'R', &[0, 0, 0, request]);
        assert!(matches!(guard(A::Password).inspect(&asked), Err(Refusal::UnknownMethod)), "{request}");
    }
}

#[test]
fn a_challenge_with_too_many_iterations_is_refused() {
    for (count, done) in
        [("4096", true), ("100000", true), ("100001", false), ("2147483648", false), ("x", false)]
    {
        let challenge = format!("r=abc,s=AAAA,i={count}");
        let asked = message(b'R', &[&[0, 0, 0, 11], challenge.as_bytes()].concat());
        assert_eq!(guard(Authentication::ScramSha256).inspect(&asked).is_ok(), done, "{count}");
    }
}

#[test]
fn a_message_that_is_too_long_is_refused_by_its_header() {
    for (mut guard, tag) in [(guard(Authentication::Password), b'E'), (ready(), b'D'), (ready(), b'E')] {
        let header = [&[tag], 0x7fff_ffff_u32.to_be_bytes().as_slice()].concat();
        assert!(matches!(guard.inspect(&header), Err(Refusal::Length { .. })));
    }
    let negative = [b"R".as_slice(), &(-1_i32).to_be_bytes()].concat();
    assert!(matches!(guard(Authentication::Password).inspect(&negative), Err(Refusal::Malformed(_))));
}

#[test]
fn an_endless_stream_is_refused() {
    let mut login = guard(Authentication::ScramSha256);
    login.inspect(&message(b'R', &[0, 0, 0, 0])).unwrap();
    let status = message(b'S', b"name\0value\0");
    assert!((0..LOGIN_BUDGET).any(|_| login.inspect(&status).is_err()));
    let mut session = ready();
    session.inspect(&message(b'T', &[&[0, 1], text_column("c").as_slice()].concat())).unwrap();
    let row = message(b'D', &[0, 1, 0, 0, 0, 1, b'x']);
    assert!((0..STAGE_BUDGET / PER_ROW).any(|_| session.inspect(&row).is_err()));
}

#[test]
fn a_row_with_other_columns_than_described_is_refused() {
    let described = message(b'T', &[&[0, 2], text_column("a").as_slice(), &text_column("b")].concat());
    let mut session = ready();
    session.inspect(&described).unwrap();
    session.inspect(&message(b'D', &[0, 2, 255, 255, 255, 255, 255, 255, 255, 255])).unwrap();
    assert!(session.inspect(&message(b'D', &[0, 1, 255, 255, 255, 255])).is_err());
    let cut_off = message(b'T', &[&[0, 3], text_column("a").as_slice()].concat());
    assert!(ready().inspect(&cut_off).is_err());
}

proptest! {
    #[test]
    fn the_result_does_not_depend_on_how_bytes_are_split(bytes: Vec<u8>, cut in 1_usize..9) {
        let whole = guard(Authentication::Md5).inspect(&bytes).is_ok();
        let mut guard = guard(Authentication::Md5);
        prop_assert_eq!(bytes.chunks(cut).all(|part| guard.inspect(part).is_ok()), whole);
    }
}
