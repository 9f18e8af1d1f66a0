//! Percent-encoding (RFC 3986) for a form and for a signed query. Its result may hold a secret, so it is wiped.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::zeroize::Zeroizing;

/// The characters that are encoded: all but the unreserved ones.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The text with every byte encoded that is not unreserved.
pub(super) fn encoded(text: &str) -> Zeroizing<String> {
    // A byte becomes three at most; a string that grows would leave a copy of its content behind.
    let mut encoded = Zeroizing::new(String::with_capacity(3 * text.len()));
    encoded.extend(utf8_percent_encode(text, ENCODED));
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(encoded("aZ09-._~").as_str(), "aZ09-._~");
        assert_eq!(encoded("a b/c:d+e=ü*").as_str(), "a%20b%2Fc%3Ad%2Be%3D%C3%BC%2A");
    }
}
