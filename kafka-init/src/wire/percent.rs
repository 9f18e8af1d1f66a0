//! Percent-encoding (RFC 3986) for a form and for a signed query. Its result may hold a secret, so it is wiped.

use secrecy::zeroize::Zeroizing;

/// The text with every byte encoded that is not unreserved.
pub(super) fn encoded(text: &str) -> Zeroizing<String> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    // Three bytes for each is the most.
    let mut encoded = Zeroizing::new(String::with_capacity(3 * text.len()));
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(byte.into());
        } else {
            encoded.push('%');
            let digits = [byte >> 4, byte & 0x0f].map(|digit| HEX.get(usize::from(digit)).copied());
            encoded.extend(digits.into_iter().flatten().map(char::from));
        }
    }
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
