//! The answers of the peers, and the exit that each run has to have.

use integration::respond;

use super::{Answer, MEGABYTE, always, documents, dripping, flooding, plausible};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/// The behaviour of a peer, and the end of the run.
pub(super) fn floods() -> Vec<(&'static str, i32, Answer)> {
    vec![
        ("a body without end", 76, flooding(CHUNKED, b"20\r\nabcdefghabcdefghabcdefghabcdefgh\r\n")),
        ("a head without end", 76, flooding("HTTP/1.1 200 OK\r\n", b"X-A: b\r\n")),
        ("a line without end", 76, flooding("HTTP/1.1 200 OK\r\nX-A: ", b"aaaaaaaa")),
        ("a status line without end", 76, flooding("HTTP/1.1 200 ", b"aaaaaaaa")),
        (
            "a chunk extension without end",
            76,
            flooding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8;", b"aaaaaaaa"),
        ),
        (
            "trailers without end",
            76,
            flooding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: b\r\n"),
        ),
        ("interim answers without end", 69, flooding("", b"HTTP/1.1 100 Continue\r\n\r\n")),
        (
            "a length of a terabyte",
            76,
            flooding("HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n", b"aaaaaaaa"),
        ),
        ("garbage", 76, flooding("", b"\x00\xff\x1b[31m")),
        ("a head that drips", 69, dripping("HTTP/1.1 200 OK\r\n", b"X-A: b\r\n")),
        ("a body that drips", 69, dripping(CHUNKED, b"1\r\na\r\n")),
        ("silence", 69, dripping("", b"")),
        (
            "a redirect to itself",
            76,
            Box::new(|_, stream| respond(stream, "301 Moved", "Location: /\r\n", "")),
        ),
    ]
}

pub(super) fn pages() -> Vec<(&'static str, i32, Answer)> {
    vec![
        ("a web page", 76, always("<html><body><p>It works!</p></body></html>".to_owned())),
        ("a web page that is no XML", 76, always("<!DOCTYPE html><p>It works!<br>".to_owned())),
        ("a word", 76, always("ok".to_owned())),
        ("nothing", 76, always(String::new())),
        ("JSON", 76, always("{\"status\": \"enabled\"}".to_owned())),
        ("a well-formed document", 76, always("<ok/>".to_owned())),
        (
            "a listing whose buckets are web pages",
            76,
            documents(|_| "<html><body>It works!</body></html>".to_owned()),
        ),
        (
            "an empty listing and a web page for each bucket",
            76,
            Box::new(|asked, stream| match asked.line.as_str() {
                "GET /" => respond(
                    stream,
                    "200 OK",
                    "",
                    "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>",
                ),
                _ => respond(stream, "200 OK", "", "<ok/>"),
            }),
        ),
        (
            "a listing of another bucket for each",
            76,
            Box::new(|asked, stream| match asked.line.as_str() {
                "GET /" => respond(
                    stream,
                    "200 OK",
                    "",
                    "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>",
                ),
                _ => respond(stream, "200 OK", "", "<ListBucketResult><Name>other</Name></ListBucketResult>"),
            }),
        ),
    ]
}

pub(super) fn bombs() -> Vec<(&'static str, i32, Answer)> {
    let wrap = |root: &str, inside: &str| format!("<{root}>{inside}</{root}>");
    vec![
        (
            "documents of 48 MiB",
            76,
            documents(move |root| wrap(root, &"<Rule><ID>x</ID></Rule>".repeat(48 * MEGABYTE / 23))),
        ),
        (
            "documents of a megabyte of elements",
            76,
            documents(move |root| wrap(root, &"<a/>".repeat(MEGABYTE / 5))),
        ),
        (
            "documents of a megabyte of text",
            76,
            documents(move |root| wrap(root, &"a".repeat(MEGABYTE - 100))),
        ),
        ("documents that nest", 76, documents(move |root| wrap(root, &"<a>".repeat(MEGABYTE / 4)))),
        (
            "entities of entities",
            76,
            documents(|root| {
                format!(
                    "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]><{root}>&c;</{root}>"
                )
            }),
        ),
        (
            "documents of attributes",
            76,
            documents(|root| format!("<{root} {}><Tag/></{root}", "a=\"b\" ".repeat(MEGABYTE / 7))),
        ),
        (
            "a listing of a million buckets",
            76,
            Box::new(|asked, stream| match plausible(asked, stream) {
                _ if asked.line == "GET /" => {
                    respond(stream, "200 OK", "", &"<Bucket><Name>aaa</Name></Bucket>".repeat(1_000_000))
                }
                Some(taken) => taken,
                None => respond(stream, "200 OK", "", "<ok/>"),
            }),
        ),
    ]
}
