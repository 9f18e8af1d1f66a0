//! Reads the list of an account's buckets. A server may have a hundred thousand of them, so only the wanted names are
//! kept.

use std::collections::BTreeSet;

use quick_xml::Reader;
use quick_xml::events::Event;

/// The path of elements to the name of a bucket.
const NAME: [&[u8]; 4] = [b"ListAllMyBucketsResult", b"Buckets", b"Bucket", b"Name"];

/// The names in a listing for which `wanted` is true. Anything but a listing is an error that describes it.
pub(crate) fn parse_listing(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Result<BTreeSet<String>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    let mut reader = Reader::from_str(text);
    let (mut depth, mut on_path, mut complete) = (0_usize, 0_usize, false);
    let (mut names, mut name) = (BTreeSet::new(), String::new());
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::DocType(_) => return Err("it declares a document type".to_owned()),
            Event::Start(start) => {
                let here = start.local_name();
                if depth == 0 && here.as_ref() != NAME[0] {
                    return Err(format!(
                        "it begins with <{}> and not with <ListAllMyBucketsResult>: this is no S3 server",
                        String::from_utf8_lossy(here.as_ref())
                    ));
                }
                if depth == on_path && NAME.get(depth) == Some(&here.as_ref()) {
                    on_path += 1;
                }
                complete = complete || (depth == 1 && on_path == 2);
                depth += 1;
                name.clear();
            }
            Event::Empty(empty) => {
                complete = complete || (depth == 1 && empty.local_name().as_ref() == NAME[1]);
            }
            Event::Text(text) if on_path == NAME.len() && depth == on_path => {
                name.push_str(&String::from_utf8_lossy(&text));
            }
            Event::End(_) => {
                if on_path == NAME.len() && depth == on_path && wanted(&name) {
                    names.insert(std::mem::take(&mut name));
                }
                depth = depth.saturating_sub(1);
                on_path = on_path.min(depth);
            }
            Event::Eof if depth > 0 => return Err("it is cut short".to_owned()),
            Event::Eof if complete => return Ok(names),
            Event::Eof => return Err("it is no <ListAllMyBucketsResult> with <Buckets>".to_owned()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_buckets_that_are_asked_for_are_kept() {
        let text = "<?xml version=\"1.0\"?><ListAllMyBucketsResult xmlns=\"x\"><Owner><ID>a</ID><Name>no</Name></Owner>\
            <Buckets><Bucket><Name>a-b</Name><CreationDate/></Bucket><Bucket><Name>c</Name><Tag><Name>no</Name></Tag></Bucket></Buckets></ListAllMyBucketsResult>";
        let all = parse_listing(text.as_bytes(), |_| true).unwrap();
        assert_eq!(all, BTreeSet::from(["a-b".to_owned(), "c".to_owned()]));
        assert_eq!(
            parse_listing(text.as_bytes(), |name| name == "c").unwrap(),
            BTreeSet::from(["c".to_owned()])
        );
    }

    #[test]
    fn an_account_without_buckets_has_an_empty_list() {
        for text in [
            "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>",
            "<ListAllMyBucketsResult><Owner/><Buckets></Buckets></ListAllMyBucketsResult>",
        ] {
            assert_eq!(parse_listing(text.as_bytes(), |_| true), Ok(BTreeSet::new()), "{text}");
        }
    }

    #[test]
    fn another_document_than_a_listing_is_named() {
        for (text, said) in [
            ("<html><body>It works!</body></html>", "begins with <html>"),
            ("", "no <ListAllMyBucketsResult>"),
            ("It works!", "no <ListAllMyBucketsResult>"),
            ("<ListAllMyBucketsResult></ListAllMyBucketsResult>", "with <Buckets>"),
            ("<ListAllMyBucketsResult/>", "no <ListAllMyBucketsResult>"),
            ("<ListAllMyBucketsResult><Buckets>", "cut short"),
            ("<ListBucketResult><Buckets/></ListBucketResult>", "begins with <ListBucketResult>"),
            ("<!DOCTYPE a><ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>", "document type"),
        ] {
            let problem = parse_listing(text.as_bytes(), |_| true).unwrap_err();
            assert!(problem.contains(said), "{text}: {problem}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(bytes: Vec<u8>) {
            let _ = parse_listing(&bytes, |_| true);
        }
    }
}
