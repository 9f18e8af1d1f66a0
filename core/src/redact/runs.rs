//! Finds hexadecimal and base64 texts that contain a value.

use std::ops::Range;

use secrecy::zeroize::Zeroizing;

use super::values::{Rule, Values};

/// The length of the shortest run of digits that is decoded.
const SHORTEST: usize = 4;

/// An encoding: the value of a digit, and its number of bits.
struct Radix {
    digit: fn(u8) -> Option<u8>,
    width: usize,
    /// The number of digits at which a byte can start, because a run may have other digits before the encoded text.
    phases: usize,
    padding: Option<u8>,
}

const HEX: Radix = Radix { digit: hex, width: 4, phases: 2, padding: None };
/// Both alphabets of base64 at once, because the standard and the URL-safe digits do not conflict.
const BASE64: Radix = Radix { digit: base64, width: 6, phases: 4, padding: Some(b'=') };

/// Finds each run of digits that contains a value, and reports the whole run.
pub(super) fn find(text: &[u8], values: &Values, rule: Rule, mut found: impl FnMut(Range<usize>, usize)) {
    for radix in [HEX, BASE64] {
        let mut at = 0;
        while at < text.len() {
            let digits = text.get(at..).unwrap_or_default();
            let length = digits.iter().take_while(|byte| (radix.digit)(**byte).is_some()).count();
            if length >= SHORTEST
                && values.fits_in(length * radix.width / 8)
                && let Some(label) =
                    label_in_run(digits.get(..length).unwrap_or_default(), &radix, values, rule)
            {
                let rest = digits.get(length..).unwrap_or_default();
                let padding = rest.iter().take(2).take_while(|byte| Some(**byte) == radix.padding).count();
                found(at..at + length + padding, label);
            }
            at += length.max(1);
        }
    }
}

/// The label of the value that a run contains.
fn label_in_run(run: &[u8], radix: &Radix, values: &Values, rule: Rule) -> Option<usize> {
    (0..radix.phases).find_map(|phase| {
        let bytes = decode(run.get(phase..)?, radix);
        let mut label = None;
        values.find(&bytes, rule, |range, found| {
            // A few matching bytes may be a coincidence, unless the whole run decodes to text.
            if range.len() >= SHORTEST + 2 || (phase == 0 && is_text(&bytes)) {
                label = label.or(Some(found));
            }
        });
        label
    })
}

fn is_text(bytes: &[u8]) -> bool {
    bytes.len() >= SHORTEST
        && bytes.iter().all(|byte| matches!(byte, 0 | b'\t' | b'\n' | b'\r' | b' '..=b'~'))
}

fn decode(run: &[u8], radix: &Radix) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(run.len()));
    let (mut buffer, mut bits) = (0_u32, 0_usize);
    for digit in run.iter().filter_map(|byte| (radix.digit)(*byte)) {
        buffer = buffer << radix.width | u32::from(digit);
        bits += radix.width;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(buffer >> bits & 0xFF).unwrap_or_default());
        }
    }
    bytes
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn base64(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
