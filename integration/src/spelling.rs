//! The spellings of a text: the forms in which a server may repeat a secret.

/// A text in every spelling in which a server may repeat it.
pub fn spellings(text: &str) -> String {
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let url: String = text
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let json = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        "raw {text} hex {hex} upper {} url {url} json {json} base64 {}",
        hex.to_uppercase(),
        base64(text.as_bytes())
    )
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |three: &[u8]| {
        let at = |position: usize| u32::from(three.get(position).copied().unwrap_or_default());
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        let digit = |position: u32| {
            let digit = usize::try_from(bits >> (18 - 6 * position) & 63).unwrap_or_default();
            if usize::try_from(position).is_ok_and(|position| position > three.len()) {
                '='
            } else {
                char::from(DIGITS[digit])
            }
        };
        (0..4).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}
